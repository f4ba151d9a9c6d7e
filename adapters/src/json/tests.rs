use domain::MarketId;

use super::*;

wire! {
    Page<'a> { items: Vec<Entry<'a>> = "items", cursor: Nullable<Text<'a>> = "cursor" }
    unused ["total"]
}

wire! {
    Entry<'a> {
        name: Text<'a> = "name",
        amount: i64 = "amount",
        is_open: Option<bool> = "isOpen",
    }
    unused []
}

fn read(text: &str) -> Result<(String, Vec<(String, u32)>), String> {
    let market = MarketId::parse("test").unwrap();
    match read_document::<Page<'_>>(text.as_bytes(), &market) {
        Ok((page, notes)) => {
            let Page { items, cursor } = &page;
            let entries: Vec<_> = items
                .iter()
                .map(|Entry { name, amount, is_open }| (name.as_ref(), amount, is_open))
                .collect();
            Ok((format!("{entries:?} {:?}", cursor.0), notes.into_unknown()))
        }
        Err(Malformed { path, expected, found, .. }) => Err(format!("{path}: {expected} / {found}")),
    }
}

#[test]
fn what_is_known_is_read_and_the_rest_counted() {
    let (entries, unknown) = read(
        r#"{"new":{"deep":[1]},"items":[{"name":"a","amount":9007199254740993,"x":1},
            {"x":[],"name":"b\u0041","amount":-1,"isOpen":true,"a/b~c":null}],"cursor":null,"total":5} "#,
    )
    .unwrap();
    assert_eq!(entries, r#"[("a", 9007199254740993, None), ("bA", -1, Some(true))] None"#);
    let unknown: Vec<_> = unknown.iter().map(|(path, count)| (path.as_str(), *count)).collect();
    assert_eq!(unknown, [("/items/*/a~1b~0c", 1), ("/items/*/x", 2), ("/new", 1)]);
}

#[test]
fn a_fault_is_located() {
    for (text, fault) in [
        (r#"{"items":[],"cursor":5}"#, "/cursor: text / integer `5`"),
        (r#"{"items":[]}"#, "/cursor: a value / no such field"),
        (r#"{"items":null,"cursor":null}"#, "/items: a list / null"),
        (r#"{"cursor":null}"#, "/items: a value / no such field"),
        (
            r#"{"items":[{"name":"a","amount":1},{"amount":1}],"cursor":null}"#,
            "/items/1/name: a value / no such field",
        ),
        (
            r#"{"items":[{"name":"a","amount":1.5}],"cursor":null}"#,
            "/items/0/amount: a whole number of at most 63 bits / floating point `1.5`",
        ),
        (
            r#"{"items":[{"name":"a","amount":9223372036854775808}],"cursor":null}"#,
            "/items/0/amount: a whole number of at most 63 bits / integer `9223372036854775808`",
        ),
        (
            r#"{"items":[{"name":"a","amount":"1"}],"cursor":null}"#,
            "/items/0/amount: a whole number of at most 63 bits / string \"1\"",
        ),
        (
            r#"{"items":[{"name":"a","name":"b","amount":1}],"cursor":null}"#,
            "/items/0/name: this field once / it twice",
        ),
        (
            r#"{"items":[{"name":"a","amount":1,"isOpen":0}],"cursor":null}"#,
            "/items/0/isOpen: true or false / integer `0`",
        ),
        (r#"{"items":[7],"cursor":null}"#, "/items/0: an object / integer `7`"),
        (r#"[]"#, ": an object / sequence"),
        (r#"{"items":[],"cursor":null}x"#, ": well-formed JSON / trailing characters"),
        (r#"{"items":[{"name":"a","amo"#, "/items/0: well-formed JSON / EOF while parsing a string"),
        ("", ": well-formed JSON / EOF while parsing a value"),
    ] {
        assert_eq!(read(text), Err(fault.to_owned()), "{text}");
    }
}

#[test]
fn bounds_hold() {
    let deep = format!("{}{}", r#"{"items":[],"cursor":null,"x":"#, "[".repeat(100_000));
    assert!(read(&deep).is_err());
    let many = vec![r#"{"name":"","amount":0}"#; 10_001].join(",");
    let fault = read(&format!(r#"{{"items":[{many}],"cursor":null}}"#)).unwrap_err();
    assert_eq!(fault, "/items: at most 10000 entries / more");
    let keys: Vec<_> = (0..1_000).map(|i| format!(r#""k{i}":0"#)).collect();
    let (_, unknown) = read(&format!(r#"{{"items":[],"cursor":null,{}}}"#, keys.join(","))).unwrap();
    assert_eq!(unknown.len(), UNKNOWN_MAX + 1);
    assert_eq!(unknown.iter().map(|(_, count)| count).sum::<u32>(), 1_000);
    assert!(unknown.iter().any(|(path, count)| path == OVERFLOW && *count == 936));
}

#[test]
fn a_byte_order_mark_is_passed_over_once() {
    let page = r#"{"items":[],"cursor":null}"#;
    assert_eq!(read(&format!("\u{feff}{page}")), read(page));
    assert!(read(&format!("\u{feff}\u{feff}{page}")).is_err());
}
