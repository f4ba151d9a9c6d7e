//! The crate against recorded data: every vector in `fixtures/` is computed again. `fixtures/README.md` says where each
//! file comes from.

mod addresses;
mod cells;
mod contracts;
mod gifts;

use serde_json::Value;

/// A fixture by its path below `fixtures/`.
fn fixture(path: &str) -> Value {
    let path = format!("{}/fixtures/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A field that must be text.
fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} is no text in {value}"))
}

/// A field that must be a list and not an empty one, so that a loop over it checks something.
fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    let list = value[field].as_array().unwrap_or_else(|| panic!("{field} is no list in {value}"));
    assert!(!list.is_empty(), "{field} is empty");
    list
}
