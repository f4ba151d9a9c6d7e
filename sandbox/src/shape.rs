//! Compares our answer to a recorded one: same keys, same JSON types, same spelling of numbers, dates, ids. For tests.

use serde_json::Value;

/// How a scalar is spelled.
#[derive(Debug, PartialEq, Eq)]
enum Spelling {
    Bool,
    Integer,
    /// Beyond 2^53: JavaScript would damage it.
    BigInteger,
    Decimal,
    Digits,
    Address,
    Uuid,
    /// With so many digits of a second, and whether it ends with Z.
    Date(usize, bool),
    Url,
    Text,
}

fn spelling(value: &Value) -> Option<Spelling> {
    Some(match value {
        Value::Bool(_) => Spelling::Bool,
        Value::Number(number) if number.is_f64() => Spelling::Decimal,
        Value::Number(number) => match number.as_u64() {
            Some(1..=9_007_199_254_740_992) | Some(0) | None => Spelling::Integer,
            Some(_) => Spelling::BigInteger,
        },
        Value::String(text) => text_spelling(text),
        _ => return None,
    })
}

fn text_spelling(text: &str) -> Spelling {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits(text) {
        return Spelling::Digits;
    }
    if text.parse::<chain::Address>().is_ok() {
        return Spelling::Address;
    }
    if uuid::Uuid::try_parse(text).is_ok() {
        return Spelling::Uuid;
    }
    if text.starts_with("https://") {
        return Spelling::Url;
    }
    if domain::time::us_from_iso(text).is_ok() {
        let fraction = text.split('.').nth(1).unwrap_or("");
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        return Spelling::Date(count, text.ends_with('Z'));
    }
    Spelling::Text
}

/// The differences, one line each. `nullable` are paths (indexes as `*`) that the documentation calls nullable: there null
/// and a value are both right, but a value is spelled like a recorded value.
pub(crate) fn differences(recorded: &Value, ours: &Value, nullable: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    compare(recorded, ours, "", nullable, &mut found);
    found.sort();
    found.dedup();
    found
}

fn compare(recorded: &Value, ours: &Value, path: &str, nullable: &[&str], found: &mut Vec<String>) {
    match (recorded, ours) {
        (Value::Object(known), Value::Object(fields)) => {
            found.extend(
                known.keys().filter(|k| !fields.contains_key(*k)).map(|k| format!("{path}/{k} is missing")),
            );
            found.extend(
                fields.keys().filter(|k| !known.contains_key(*k)).map(|k| format!("{path}/{k} is new")),
            );
            for (key, value) in fields {
                if let Some(recorded) = known.get(key) {
                    compare(recorded, value, &format!("{path}/{key}"), nullable, found);
                }
            }
        }
        (Value::Array(known), Value::Array(items)) => {
            // An item is right when it is like one of those recorded.
            for item in items {
                let tries = known.iter().map(|known| {
                    let mut found = Vec::new();
                    compare(known, item, &format!("{path}/*"), nullable, &mut found);
                    found
                });
                found.extend(tries.min_by_key(Vec::len).unwrap_or_default());
            }
        }
        (Value::Null, Value::Null) => {}
        (Value::Null, _) | (_, Value::Null) if nullable.contains(&path) => {}
        _ => {
            let (was, is) = (spelling(recorded), spelling(ours));
            if was.is_none() || was != is {
                found.push(format!("{path} was {recorded} ({was:?}), is {ours} ({is:?})"));
            }
        }
    }
}

#[test]
fn differences_are_found() {
    use serde_json::json;
    let recorded = json!({ "a": 1, "b": [{ "c": "5000", "d": null, "e": "2026-01-02T03:04:05.006Z" }] });
    let same = json!({ "a": 2, "b": [{ "c": "7", "d": 5, "e": "2025-01-02T03:04:05.000Z" }] });
    assert_eq!(differences(&recorded, &same, &["/b/*/d"]), Vec::<String>::new());
    let other = json!({ "a": 2.5, "b": [{ "c": 7, "d": 5, "e": "2025-01-02T03:04:05Z", "f": 1 }] });
    let found = differences(&recorded, &other, &[]);
    assert_eq!(found.len(), 5, "{found:#?}");
}
