//! Filters in the manner of MongoDB, as far as clients send them: a value, `$exists`, `$ne`, `$in`, the four comparisons, and `$regex` for a
//! beginning. What is beyond that is refused, as the real market refuses what it does not know.

use serde_json::Value;

/// Most values of one `$in`.
const VALUES_MAX: usize = 100;

/// Every condition must hold.
#[derive(Debug, Default)]
pub(super) struct Filter(Vec<(String, Test)>);

#[derive(Debug)]
enum Test {
    Is(Value),
    Exists(bool),
    Not(Value),
    In(Vec<Value>),
    Compared(Comparison, Value),
    Begins(String),
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Filter {
    /// Reads a filter; `None` for what is none that is known.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let mut tests = Vec::new();
        for (field, condition) in value.as_object()? {
            match condition {
                Value::Object(operators) => {
                    for (operator, value) in operators {
                        tests.push((field.clone(), test(field, operator, value)?));
                    }
                }
                Value::Array(_) => return None,
                plain => tests.push((field.clone(), Test::Is(plain.clone()))),
            }
        }
        Some(Self(tests))
    }

    /// Whether nothing is asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value that a field must have, where the filter names one.
    pub(super) fn named(&self, field: &str) -> Option<&Value> {
        self.0.iter().find_map(|(name, test)| match test {
            Test::Is(value) if name == field => Some(value),
            _ => None,
        })
    }

    /// Whether something with these fields fits.
    pub(super) fn fits(&self, field: impl Fn(&str) -> Option<Value>) -> bool {
        self.0.iter().all(|(name, test)| test.holds(field(name).as_ref()))
    }
}

/// A condition. Numbers are not asked for by a list (`Invalid gift filter`, a client of 2026-09), and prices not by comparison here, because
/// clients have a field of their own for that.
fn test(field: &str, operator: &str, value: &Value) -> Option<Test> {
    let compared = |comparison| {
        let is_plain = value.is_i64() || value.is_string();
        (is_plain && field != "price").then(|| Test::Compared(comparison, value.clone()))
    };
    match operator {
        "$exists" => value.as_bool().map(Test::Exists),
        "$ne" => Some(Test::Not(value.clone())),
        "$in" if field != "gift_num" => {
            let values = value.as_array().filter(|values| values.len() <= VALUES_MAX)?;
            Some(Test::In(values.clone()))
        }
        "$lt" => compared(Comparison::Below),
        "$lte" => compared(Comparison::AtMost),
        "$gt" => compared(Comparison::Above),
        "$gte" => compared(Comparison::AtLeast),
        "$regex" => beginning(value.as_str()?).map(Test::Begins),
        _ => None,
    }
}

/// The plain text of an expression like `^Zebra \(`.
fn beginning(expression: &str) -> Option<String> {
    let mut plain = String::new();
    let mut letters = expression.strip_prefix('^')?.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => plain.push(letters.next()?),
            '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '$' | '^' => return None,
            letter => plain.push(letter),
        }
    }
    Some(plain)
}

impl Test {
    fn holds(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Is(expected) => value == Some(expected),
            Self::Exists(exists) => value.is_some() == *exists,
            Self::Not(unwanted) => value != Some(unwanted),
            Self::In(values) => value.is_some_and(|value| values.contains(value)),
            Self::Begins(text) => value.and_then(Value::as_str).is_some_and(|own| own.starts_with(text)),
            Self::Compared(comparison, limit) => {
                value.and_then(|value| order(value, limit)).is_some_and(|order| match comparison {
                    Comparison::Below => order.is_lt(),
                    Comparison::AtMost => order.is_le(),
                    Comparison::Above => order.is_gt(),
                    Comparison::AtLeast => order.is_ge(),
                })
            }
        }
    }
}

/// Values of one kind have an order; dates of the wire are texts of one length.
fn order(value: &Value, limit: &Value) -> Option<std::cmp::Ordering> {
    match (value, limit) {
        (Value::String(value), Value::String(limit)) => Some(value.cmp(limit)),
        _ => Some(value.as_i64()?.cmp(&limit.as_i64()?)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fits(filter: Value) -> Option<bool> {
        let own = |field: &str| match field {
            "gift_id" => Some(json!(7)),
            "model" => Some(json!("Zebra (1.5%)")),
            "export_at" => Some(json!("2026-01-02T03:04:05.006Z")),
            _ => None,
        };
        Filter::read(&filter).map(|filter| filter.fits(own))
    }

    #[test]
    fn conditions() {
        for (filter, expected) in [
            (json!({}), Some(true)),
            (json!({"gift_id": 7, "model": "Zebra (1.5%)"}), Some(true)),
            (json!({"gift_id": 8}), Some(false)),
            (json!({"buyer": {"$exists": false}, "refunded": {"$ne": true}}), Some(true)),
            (json!({"export_at": {"$exists": true}, "price": {"$exists": true}}), Some(false)),
            (json!({"gift_id": {"$in": [5, 7]}}), Some(true)),
            (json!({"gift_id": {"$lt": 7}}), Some(false)),
            (json!({"gift_id": {"$gt": 0, "$lte": 7}}), Some(true)),
            (json!({"export_at": {"$gte": "2026-01-02T03:04:05.006Z"}}), Some(true)),
            (json!({"export_at": {"$lt": "2026-01-02T03:04:05.006Z"}}), Some(false)),
            (json!({"export_at": {"$lt": 5}}), Some(false)),
            (json!({"model": {"$regex": "^Zebra \\("}}), Some(true)),
            (json!({"model": {"$regex": "^Horse"}}), Some(false)),
            (json!({"model": {"$regex": "Zebra"}}), None),
            (json!({"model": {"$regex": "^Z.*"}}), None),
            (json!({"gift_num": {"$in": [1]}}), None),
            (json!({"price": {"$lt": 5}}), None),
            (json!({"gift_id": {"$where": "1"}}), None),
            (json!({"gift_id": [1]}), None),
            (json!([]), None),
        ] {
            assert_eq!(fits(filter.clone()), expected, "{filter}");
        }
    }

    proptest! {
        #[test]
        fn no_filter_panics(field in "[a-z_]{1,8}", operator in "\\$?[a-z]{1,6}|\\$regex|\\$in|\\$lt", text in "\\PC{0,20}", number: i64) {
            for value in [json!(text), json!(number), json!([number]), json!(null), json!({})] {
                let _ = fits(json!({ field.clone(): { operator.clone(): value.clone() } }));
                let _ = fits(json!({ field.clone(): value }));
            }
        }
    }
}
