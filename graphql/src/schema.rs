//! The schema put together, and the one way in which an operation runs.

use std::{sync::Arc, time::Duration};

use async_graphql::{EmptyMutation, Request, Response, Schema, Value, value};
use futures_util::{StreamExt as _, stream::BoxStream};

use crate::{
    limits::{Admitted, RawRequest, SchemaShape, admit},
    query::QueryRoot,
    reading::Frame,
    refusal::{Fault, Refusal, RefusalCode, finish_errors},
    scalar::{Cursor, DateTime, clamp_ms},
    state::ApiState,
    subscription::{Mode, Noted, Reflected, SubscriptionRoot},
    tail::HeadNow,
};

type ApiSchema = Schema<QueryRoot, EmptyMutation, SubscriptionRoot>;

fn build(introspection: bool, state: Option<ApiState>) -> ApiSchema {
    // Our own counting is stricter; the engine's own recursion limit stays as the last line.
    let mut builder = Schema::build(QueryRoot, EmptyMutation, SubscriptionRoot).limit_recursive_depth(64);
    if !introspection {
        builder = builder.disable_introspection();
    }
    match state {
        Some(state) => builder.data(state).finish(),
        None => builder.finish(),
    }
}

/// The schema's text, as committed in `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    build(true, None).sdl()
}

/// The schema, its shape for counting, and what it stands on.
pub(crate) struct Engine {
    schema: ApiSchema,
    pub(crate) shape: SchemaShape,
    pub(crate) state: ApiState,
}

/// A fresh id by which an answer is found in the log.
pub(crate) fn request_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

impl Engine {
    pub(crate) fn new(state: ApiState) -> Self {
        let schema = build(state.options.introspection, Some(state.clone()));
        Self { schema, shape: SchemaShape::read(&sdl()), state }
    }

    /// Counts a request against the limits.
    ///
    /// # Errors
    /// The refusal.
    pub(crate) fn admit(&self, raw: RawRequest) -> Result<Admitted, Refusal> {
        admit(raw, &self.state.options.limits, &self.shape, self.state.options.introspection)
    }

    /// The frame of a request: where the log stands now.
    ///
    /// # Errors
    /// As an answer already.
    pub(crate) async fn frame(&self, request_id: &str) -> Result<Arc<Frame>, Response> {
        Frame::open(&self.state).await.map(Arc::new).map_err(|fault| failed(fault, request_id))
    }

    /// Runs a query. The answer's extensions name the position of the log it reflects and its age.
    pub(crate) async fn execute(&self, request: Request, frame: &Arc<Frame>, request_id: &str) -> Response {
        let limit = Duration::from_millis(self.state.options.limits.answer_ms);
        let running = self.schema.execute(request.data(Arc::clone(frame)));
        let mut response = match tokio::time::timeout(limit, running).await {
            Ok(response) => response,
            Err(_) => {
                let refusal = Refusal::new(
                    RefusalCode::Timeout,
                    format!(
                        "the answer took longer than {} ms and was given up: ask for less",
                        limit.as_millis()
                    ),
                );
                refused(refusal)
            }
        };
        finish_errors(&mut response.errors, request_id);
        with_log(response, &self.state, frame.head).extension("requestId", Value::from(request_id))
    }

    /// Runs a subscription in a mode. Each answer's extensions name the position of the log it reflects and its age.
    pub(crate) fn execute_stream(&self, request: Request, mode: Mode) -> BoxStream<'static, Pushed> {
        let reflected = Arc::new(Reflected::default());
        let state = self.state.clone();
        let answers = self.schema.execute_stream(request.data(mode).data(Arc::clone(&reflected)));
        Box::pin(answers.map(move |response| match reflected.of(&response.data) {
            Some(Noted { head, cursor }) => Pushed { response: with_log(response, &state, head), cursor },
            None => Pushed::bare(response),
        }))
    }
}

/// An answer of a subscription, and where its stream goes on behind it.
pub(crate) struct Pushed {
    pub(crate) response: Response,
    /// `None` for the word to reload, and for an answer without data.
    pub(crate) cursor: Option<Cursor>,
}

impl Pushed {
    /// An answer that reaches no place.
    pub(crate) fn bare(response: Response) -> Self {
        Self { response, cursor: None }
    }
}

/// An answer with what it reflects in its extensions.
fn with_log(response: Response, state: &ApiState, head: HeadNow) -> Response {
    let log = value!({
        "position": head.position.to_string(),
        "at": DateTime(head.read_at_us).text(),
        "ageMs": clamp_ms(state.clock.now_us() - head.read_at_us),
    });
    response.extension("log", log)
}

/// An answer that only says no.
pub(crate) fn refused(refusal: Refusal) -> Response {
    Response::from_errors(vec![refusal.into_server_error()])
}

/// An answer to a request that could not even begin.
fn failed(fault: Fault, request_id: &str) -> Response {
    let error: async_graphql::Error = fault.into();
    let mut error = error.into_server_error(async_graphql::Pos::default());
    error.locations.clear();
    let mut errors = vec![error];
    finish_errors(&mut errors, request_id);
    Response::from_errors(errors)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::{
        parse_schema,
        types::{FieldDefinition, InputValueDefinition, TypeKind, TypeSystemDefinition},
    };

    use super::*;

    fn check_fields(
        of: &str,
        fields: &[async_graphql::Positioned<FieldDefinition>],
        faults: &mut Vec<String>,
    ) {
        for field in fields {
            let name = format!("{of}.{}", field.node.name.node);
            if field.node.description.is_none() {
                faults.push(name.clone());
            }
            check_inputs(&name, &field.node.arguments, faults);
        }
    }

    fn check_inputs(
        of: &str,
        inputs: &[async_graphql::Positioned<InputValueDefinition>],
        faults: &mut Vec<String>,
    ) {
        let missing = inputs.iter().filter(|input| input.node.description.is_none());
        faults.extend(missing.map(|input| format!("{of}({})", input.node.name.node)));
    }

    #[test]
    fn every_word_of_the_schema_is_explained() {
        let mut faults = Vec::new();
        for definition in parse_schema(sdl()).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            if definition.node.description.is_none() {
                faults.push(name.clone());
            }
            match &definition.node.kind {
                TypeKind::Object(object) => check_fields(&name, &object.fields, &mut faults),
                TypeKind::Interface(interface) => check_fields(&name, &interface.fields, &mut faults),
                TypeKind::InputObject(input) => check_inputs(&name, &input.fields, &mut faults),
                TypeKind::Enum(words) => {
                    let missing = words.values.iter().filter(|word| word.node.description.is_none());
                    faults.extend(missing.map(|word| format!("{name}.{}", word.node.value.node)));
                }
                TypeKind::Scalar | TypeKind::Union(_) => {}
            }
        }
        assert!(faults.is_empty(), "without a description: {faults:?}");
    }

    /// Set `RIBBON_SCHEMA_WRITE=1` to write the committed text anew.
    #[test]
    fn the_committed_schema_is_the_schema() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
        if std::env::var_os("RIBBON_SCHEMA_WRITE").is_some() {
            std::fs::write(path, sdl()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == sdl(),
            "graphql/schema.graphql differs from the code: look whether clients break, then run this test with RIBBON_SCHEMA_WRITE=1"
        );
    }
}
