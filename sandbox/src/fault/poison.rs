//! Poison: an answer in the right shape whose prices are plausible and wrong, each a tenth too high. Nothing in the answer itself betrays it.

use serde_json::{Number, Value};

/// Fields of every wire that hold what is asked or was paid.
const PRICES: [&str; 8] =
    ["fullPrice", "full_price", "price", "priceNano", "salePrice", "salePriceWithoutFee", "amount", "value"];

/// The answer with wrong prices; `None` when it holds none, or is no JSON.
pub(crate) fn apply(body: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    let changed = raise_all(&mut value);
    (changed > 0).then(|| serde_json::to_vec(&value).unwrap_or_default())
}

/// Raises every price inside; says how many there were.
fn raise_all(value: &mut Value) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(raise_all).sum(),
        Value::Object(fields) => fields
            .iter_mut()
            .map(|(name, field)| match raised(field).filter(|_| PRICES.contains(&name.as_str())) {
                Some(raised) => {
                    *field = raised;
                    1
                }
                None => raise_all(field),
            })
            .sum(),
        _ => 0,
    }
}

/// A tenth more, in the same form; `None` for what is no number.
fn raised(value: &Value) -> Option<Value> {
    match value {
        Value::Number(number) => {
            let whole = number.as_i64().map(|number| Number::from(number + number / 10));
            // A price with a point is written by the wire with few digits behind it.
            let with_point = || Number::from_f64((number.as_f64()? * 110.0).round() / 100.0);
            whole.or_else(with_point).map(Value::Number)
        }
        Value::String(text) => raised_text(text).map(Value::String),
        _ => None,
    }
}

fn raised_text(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let places = fraction.len();
    // Without a point it may be a count of smallest units, which has none.
    let raised = digits + digits / 10;
    let text = format!("{raised:0>width$}", width = places + 1);
    let (whole, fraction) = text.split_at(text.len() - places);
    Some(if places == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poisoned(body: &str) -> Option<String> {
        apply(body.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn every_spelling_of_a_price_is_raised_in_its_own_form() {
        for (body, expected) in [
            (
                r#"{"sale":{"fullPrice":"4290000000","currency":"TON"}}"#,
                r#"{"sale":{"currency":"TON","fullPrice":"4719000000"}}"#,
            ),
            (r#"[{"salePrice":4080000000,"number":7}]"#, r#"[{"number":7,"salePrice":4488000000}]"#),
            (r#"[{"price":12.9}]"#, r#"[{"price":14.19}]"#),
            (r#"{"results":[{"price":"4.070"}]}"#, r#"{"results":[{"price":"4.477"}]}"#),
            (
                r#"{"price":{"value":"1350000000","decimals":9}}"#,
                r#"{"price":{"decimals":9,"value":"1485000000"}}"#,
            ),
        ] {
            let changed: Value = serde_json::from_str(&poisoned(body).unwrap()).unwrap();
            assert_eq!(changed, serde_json::from_str::<Value>(expected).unwrap(), "{body}");
        }
    }

    #[test]
    fn what_is_no_price_stays_as_it_is() {
        for body in
            [r#"{"items":[]}"#, r#"{"attributes":[{"value":"Zebra"}]}"#, "<html>", r#"{"price":null}"#]
        {
            assert_eq!(poisoned(body), None, "{body}");
        }
    }
}
