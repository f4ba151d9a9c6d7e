//! Schema drift: changes the fields of an answer that was right. The change hits every item of the page alike, as a
//! release of the other side would.

use serde_json::{Map, Value, json};

use super::{Chosen, Fault};
use crate::market::Endpoint;

/// Whether drift can hit this endpoint.
pub(crate) fn can_hit(endpoint: &Endpoint) -> bool {
    !endpoint.required.is_empty()
}

/// The answer with a changed schema; `None` when it has no item that could be changed.
pub(crate) fn apply(body: &[u8], endpoint: &Endpoint, chosen: Chosen) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let required = endpoint.required;
    let field = required.get(usize::try_from(chosen.dice).unwrap_or(0) % required.len().max(1))?;
    let items = value.pointer_mut(endpoint.items)?;
    let changed = match items {
        Value::String(markup) if field.starts_with('.') => {
            usize::from(change_markup(markup, field, chosen.fault))
        }
        Value::Array(items) => {
            items.iter_mut().map(|item| usize::from(change(item, field, chosen.fault))).sum()
        }
        one => usize::from(change(one, field, chosen.fault)),
    };
    (changed > 0).then(|| serde_json::to_vec(&value).unwrap_or_default())
}

/// Changes every element of a class in a text of markup. Says whether there was one.
fn change_markup(markup: &mut String, selector: &str, fault: Fault) -> bool {
    let class = selector.trim_start_matches('.');
    let changed = match fault {
        Fault::FieldAdded => {
            markup.replace(&format!("class=\"{class}"), &format!("class=\"added-lately {class}"))
        }
        Fault::FieldRenamed => markup.replace(class, &format!("{class}-v2")),
        Fault::FieldMissing => markup.replace(class, ""),
        // What was the text itself is now inside braces.
        _ => retyped(markup, class),
    };
    let is_changed = changed != *markup;
    *markup = changed;
    is_changed
}

fn retyped(markup: &str, class: &str) -> String {
    let mut parts = markup.split(class);
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        changed.push_str(class);
        changed.push_str(&part.replacen('>', ">{", 1));
    }
    changed
}

/// Changes one field of one item. Says whether it was there.
fn change(item: &mut Value, pointer: &str, fault: Fault) -> bool {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let Some(Value::Object(fields)) = item.pointer_mut(parent) else { return false };
    if fault == Fault::FieldAdded {
        add(fields);
        return true;
    }
    let Some(old) = fields.remove(name) else { return false };
    match fault {
        Fault::FieldRenamed => fields.insert(format!("{name}V2"), old),
        Fault::FieldRetyped => fields.insert(name.to_owned(), json!({ "value": old })),
        _ => None,
    };
    true
}

fn add(fields: &mut Map<String, Value>) {
    fields.insert("addedLately".to_owned(), json!({ "since": "2026-11-01", "levels": [1, 2, 3] }));
    fields.insert("addedNumber".to_owned(), json!(9_007_199_254_740_993_i64));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::market::EndpointKind;

    static ENDPOINT: Endpoint = Endpoint {
        name: "page",
        route: "/page",
        kind: EndpointKind::Listings,
        items: "/response/items",
        required: &["/sale/fullPrice"],
    };

    fn drift(fault: Fault) -> Option<String> {
        let body =
            br#"{"response":{"items":[{"sale":{"fullPrice":"5","id":9007199254740993}},{"sale":null}]}}"#;
        let changed = apply(body, &ENDPOINT, Chosen { fault, dice: 3 })?;
        Some(String::from_utf8(changed).unwrap())
    }

    #[test]
    fn each_kind_of_drift_hits_the_field() {
        let items = |sale: &str| format!(r#"{{"response":{{"items":[{{"sale":{sale}}},{{"sale":null}}]}}}}"#);
        for (fault, sale) in [
            (Fault::FieldMissing, r#"{"id":9007199254740993}"#),
            (Fault::FieldRenamed, r#"{"fullPriceV2":"5","id":9007199254740993}"#),
            (Fault::FieldRetyped, r#"{"fullPrice":{"value":"5"},"id":9007199254740993}"#),
        ] {
            assert_eq!(drift(fault), Some(items(sale)), "{fault:?}");
        }
        assert!(drift(Fault::FieldAdded).is_some_and(|body| body.contains("addedLately")));
    }

    #[test]
    fn each_kind_of_drift_hits_markup_inside_json() {
        static MARKUP: Endpoint = Endpoint {
            name: "page",
            route: "/page",
            kind: EndpointKind::Listings,
            items: "/html",
            required: &[".price"],
        };
        let html = |fault| {
            let body = json!({ "ok": true, "html": "<b class=\"price ton\">5</b><b class=\"price\">6</b>" });
            let changed = apply(body.to_string().as_bytes(), &MARKUP, Chosen { fault, dice: 0 })?;
            let changed: Value = serde_json::from_slice(&changed).unwrap();
            Some(changed["html"].as_str().unwrap().to_owned())
        };
        for (fault, want) in [
            (
                Fault::FieldAdded,
                r#"<b class="added-lately price ton">5</b><b class="added-lately price">6</b>"#,
            ),
            (Fault::FieldRenamed, r#"<b class="price-v2 ton">5</b><b class="price-v2">6</b>"#),
            (Fault::FieldMissing, r#"<b class=" ton">5</b><b class="">6</b>"#),
            (Fault::FieldRetyped, r#"<b class="price ton">{5</b><b class="price">{6</b>"#),
        ] {
            assert_eq!(html(fault).as_deref(), Some(want), "{fault:?}");
        }
        let empty = br#"{"html":"<i></i>"}"#;
        assert_eq!(apply(empty, &MARKUP, Chosen { fault: Fault::FieldMissing, dice: 0 }), None);
    }

    #[test]
    fn a_page_without_the_field_stays_as_it_is() {
        let chosen = Chosen { fault: Fault::FieldMissing, dice: 0 };
        assert_eq!(apply(br#"{"response":{"items":[]}}"#, &ENDPOINT, chosen), None);
        assert_eq!(apply(b"<html>", &ENDPOINT, chosen), None);
    }
}
