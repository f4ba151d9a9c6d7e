//! Depth, aliases, list sizes and complexity of a parsed document. Each fragment is measured once and its measure used again
//! wherever it is spread, so a document whose fragments double each other costs no more to measure than to read.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        ExecutableDocument, Field, FragmentDefinition, OperationDefinition, OperationType, Selection,
        SelectionSet, VariableDefinition,
    },
};

use super::{Limits, SchemaShape, shape::count_of};
use crate::refusal::{Refusal, RefusalCode};

/// Deepest nesting of selections with fragments counted too; the engine walks recursively.
const NESTING_MAX: usize = 60;
/// Lists of the introspection that may be nested, as in `fields { type { fields } }`: each level multiplies the answer.
const INTROSPECTION_LISTS_MAX: usize = 2;
const INTROSPECTION_LISTS: [&str; 4] = ["fields", "interfaces", "possibleTypes", "inputFields"];

/// What a selection amounts to.
#[derive(Debug, Clone, Copy, Default)]
struct Measure {
    depth: usize,
    nesting: usize,
    complexity: usize,
    aliases: usize,
    introspection_lists: usize,
    introspects: bool,
}

impl Measure {
    /// Two selections beside each other.
    fn beside(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            complexity: self.complexity.saturating_add(other.complexity),
            aliases: self.aliases.saturating_add(other.aliases),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            introspects: self.introspects || other.introspects,
        }
    }
}

struct Walk<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    limits: &'a Limits,
    shape: &'a SchemaShape,
    variables: &'a Variables,
    definitions: &'a [Positioned<VariableDefinition>],
    measured: HashMap<&'a str, Measure>,
    open: HashSet<&'a str>,
}

/// Measures every operation of the document and compares the largest with the limits. Gives the complexity.
///
/// # Errors
/// A [`Refusal`] naming the limit.
pub(super) fn check(
    document: &ExecutableDocument,
    variables: &Variables,
    limits: &Limits,
    shape: &SchemaShape,
    introspection: bool,
) -> Result<usize, Refusal> {
    let mut complexity = 0;
    for (_, operation) in document.operations.iter() {
        let measure = measure_operation(document, &operation.node, variables, limits, shape)?;
        compare(measure, limits, introspection)?;
        complexity = complexity.max(measure.complexity);
    }
    Ok(complexity)
}

fn compare(measure: Measure, limits: &Limits, introspection: bool) -> Result<(), Refusal> {
    let Measure { depth, nesting, complexity, aliases, introspection_lists, introspects } = measure;
    if introspects && !introspection {
        return Err(Refusal::new(
            RefusalCode::IntrospectionOff,
            "introspection is switched off here; the schema is served as /schema.graphql",
        ));
    }
    let checks = [
        (RefusalCode::TooDeep, "the query nests too deep", "depth", limits.depth, depth),
        (RefusalCode::TooDeep, "the query's fragments nest too deep", "nesting", NESTING_MAX, nesting),
        (
            RefusalCode::TooManyAliases,
            "the query renames too many fields",
            "aliases",
            limits.aliases,
            aliases,
        ),
        (
            RefusalCode::TooComplex,
            "the query nests the schema's own lists too deep",
            "introspectionLists",
            INTROSPECTION_LISTS_MAX,
            introspection_lists,
        ),
        (
            RefusalCode::TooComplex,
            "the query could return too much",
            "complexity",
            limits.complexity,
            complexity,
        ),
    ];
    for (code, what, name, value, found) in checks {
        if found > value {
            return Err(Refusal::limit(code, what, name, value, found));
        }
    }
    Ok(())
}

fn measure_operation(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
    shape: &SchemaShape,
) -> Result<Measure, Refusal> {
    let OperationDefinition { ty, variable_definitions, directives: _, selection_set } = operation;
    let mut walk = Walk {
        fragments: &document.fragments,
        limits,
        shape,
        variables,
        definitions: variable_definitions,
        measured: HashMap::new(),
        open: HashSet::new(),
    };
    let root = &shape.roots[match ty {
        OperationType::Query => 0,
        OperationType::Mutation => 1,
        OperationType::Subscription => 2,
    }];
    walk.check_variables()?;
    walk.selection(&selection_set.node, root.as_deref())
}

impl<'a> Walk<'a> {
    fn selection(&mut self, set: &'a SelectionSet, type_name: Option<&str>) -> Result<Measure, Refusal> {
        let mut total = Measure::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, type_name)?,
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    let inner = self.selection(&fragment.node.selection_set.node, on.or(type_name))?;
                    Measure { nesting: inner.nesting + 1, ..inner }
                }
                Selection::FragmentSpread(spread) => {
                    self.fragment(spread.node.fragment_name.node.as_str())?
                }
            };
            total = total.beside(part);
        }
        Ok(total)
    }

    fn fragment(&mut self, name: &'a str) -> Result<Measure, Refusal> {
        if let Some(known) = self.measured.get(name) {
            return Ok(*known);
        }
        let Some(fragment) = self.fragments.get(name) else { return Ok(Measure::default()) };
        if !self.open.insert(name) {
            return Err(Refusal::new(
                RefusalCode::BadRequest,
                format!("the fragment `{name}` contains itself"),
            ));
        }
        let on = fragment.node.type_condition.node.on.node.as_str();
        let inner = self.selection(&fragment.node.selection_set.node, Some(on))?;
        let measure = Measure { nesting: inner.nesting + 1, ..inner };
        self.open.remove(name);
        self.measured.insert(name, measure);
        Ok(measure)
    }

    fn field(&mut self, field: &'a Field, type_name: Option<&str>) -> Result<Measure, Refusal> {
        let name = field.name.node.as_str();
        for (_, value) in &field.arguments {
            // Variables are checked by themselves, once.
            let literal = value.node.clone().into_const_with(|_| Ok::<_, Refusal>(Value::Null))?;
            check_lists(&literal, self.limits.list)?;
        }
        let known = type_name.and_then(|type_name| self.shape.field(type_name, name)).cloned();
        let times = match &known {
            Some(shape) if shape.first.is_some() => self.first(field, shape.first.unwrap_or(1))?,
            Some(shape) => shape.length,
            None => 1,
        };
        let inner =
            self.selection(&field.selection_set.node, known.as_ref().map(|shape| shape.type_name.as_str()))?;
        let introspects = matches!(name, "__schema" | "__type");
        let is_introspection_list = known.is_none() && INTROSPECTION_LISTS.contains(&name);
        Ok(Measure {
            depth: inner.depth + 1,
            nesting: inner.nesting + 1,
            complexity: inner.complexity.saturating_mul(times).saturating_add(1),
            aliases: inner.aliases.saturating_add(usize::from(field.alias.is_some())),
            introspection_lists: inner.introspection_lists + usize::from(is_introspection_list),
            introspects: inner.introspects || introspects,
        })
    }

    /// The value of `first`: from the query, from its variable, or the schema's default.
    fn first(&self, field: &Field, default: usize) -> Result<usize, Refusal> {
        let Some(value) = field.get_argument("first") else { return Ok(default) };
        let resolved = value.node.clone().into_const_with(|name| Ok::<_, Refusal>(self.variable(&name)))?;
        // Null and values of another type: validation says so.
        let Some(found) = count_of(&resolved) else { return Ok(default) };
        let name = field.name.node.as_str();
        let Ok(count) = usize::try_from(found) else {
            return Err(Refusal::new(
                RefusalCode::BadInput,
                format!("`first` of `{name}` is {found}: expected 0 or more"),
            ));
        };
        if count > self.limits.list {
            let what = format!("`first` of `{name}` is too large");
            return Err(Refusal::limit(RefusalCode::ListTooLong, &what, "list", self.limits.list, count));
        }
        Ok(count)
    }

    /// A variable's value: given, by default, or none.
    fn variable(&self, name: &Name) -> Value {
        let default = || {
            let definition = self.definitions.iter().find(|definition| definition.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| value.node.clone())
        };
        self.variables.get(name).cloned().or_else(default).unwrap_or_default()
    }

    /// Every list given in a variable is bounded, used or not.
    fn check_variables(&self) -> Result<(), Refusal> {
        let defaults =
            self.definitions.iter().filter_map(|definition| definition.node.default_value.as_ref());
        self.variables
            .values()
            .chain(defaults.map(|value| &value.node))
            .try_for_each(|value| check_lists(value, self.limits.list))
    }
}

/// Every list inside a value is bounded.
fn check_lists(value: &Value, most: usize) -> Result<(), Refusal> {
    match value {
        Value::List(items) if items.len() > most => {
            let what = "a list in the arguments is too long";
            Err(Refusal::limit(RefusalCode::ListTooLong, what, "list", most, items.len()))
        }
        Value::List(items) => items.iter().try_for_each(|item| check_lists(item, most)),
        Value::Object(fields) => fields.values().try_for_each(|item| check_lists(item, most)),
        _ => Ok(()),
    }
}
