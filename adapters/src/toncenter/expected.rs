//! What a file says must be found in its trace, claim by claim. Source: github toncenter/ton-indexer
//! `indexer/tests/test_cases/nft.yaml` (2026-07-17).

use domain::Malformed;
use serde_json::{Map, Value};

use super::{malformed, parse};
use crate::traces::{Claim, ExpectedAction};

/// Kinds whose claims are read; of the others the kind alone is kept.
const READ: [&str; 2] = ["nft_transfer", "nft_purchase"];

/// Reads one action.
///
/// # Errors
/// [`Malformed`] at a claim that is not of its type.
pub(super) fn action(path: &str, action: &Value) -> Result<ExpectedAction, Malformed> {
    let kind = action["type"].as_str();
    let kind = kind.ok_or_else(|| malformed(&format!("{path}/type"), "text", &shape(&action["type"])))?;
    let mut expected =
        ExpectedAction { kind: crate::text::cut(kind, 60), claims: Vec::new(), unread: Vec::new() };
    if !READ.contains(&kind) {
        return Ok(expected);
    }
    let Some(values) = action["values"].as_object() else {
        return Err(malformed(&format!("{path}/values"), "an object", &shape(&action["values"])));
    };
    read_all(&format!("{path}/values"), values, &mut expected)?;
    // The success of a purchase stands beside its values, too.
    if let Some(success) = action.get("success").filter(|_| !values.contains_key("success")) {
        let path = format!("{path}/success");
        let claim = Claim::Success(truth(&path, success)?);
        expected.claims.push((path, claim));
    }
    Ok(expected)
}

fn read_all(path: &str, values: &Map<String, Value>, expected: &mut ExpectedAction) -> Result<(), Malformed> {
    for (name, value) in values {
        let path = format!("{path}/{}", crate::text::cut(name, 60));
        if let ("nft_transfer_data", Some(inner)) = (name.as_str(), value.as_object()) {
            read_all(&path, inner, expected)?;
            continue;
        }
        match claim(&path, name, value)? {
            Some(claim) => expected.claims.push((path, claim)),
            None => expected.unread.push(path),
        }
    }
    Ok(())
}

fn claim(path: &str, name: &str, value: &Value) -> Result<Option<Claim>, Malformed> {
    let address = || optional(value, |value| parse::address(path, text(path, value)?));
    let number = || optional(value, |value| whole(path, value));
    let payload = || optional(value, |value| Ok(parse::body(path, text(path, value)?)?.hash()));
    Ok(Some(match name {
        "success" => Claim::Success(truth(path, value)?),
        "tx_hashes" => Claim::Transactions(
            list(path, value)?
                .iter()
                .map(|one| parse::hash(path, text(path, one)?))
                .collect::<Result<_, _>>()?,
        ),
        "accounts" => Claim::Accounts(
            list(path, value)?
                .iter()
                .map(|one| parse::address(path, text(path, one)?))
                .collect::<Result<_, _>>()?,
        ),
        "source" => Claim::Source(address()?),
        "destination" => Claim::Destination(address()?),
        "asset" => Claim::Collection(address()?),
        "asset_secondary" => Claim::Item(address()?),
        "query_id" => Claim::QueryId(whole(path, value)?),
        "is_purchase" => Claim::IsPurchase(truth(path, value)?),
        "price" => Claim::Price(number()?),
        "forward_amount" => Claim::ForwardAmount(number()?),
        "custom_payload" => Claim::CustomPayload(payload()?),
        "forward_payload" => Claim::ForwardPayload(payload()?),
        "response_destination" => Claim::ResponseDestination(address()?),
        "marketplace" => Claim::Market(text(path, value)?.to_owned()),
        "marketplace_address" => Claim::MarketAddress(address()?),
        "real_prev_owner" => Claim::Seller(address()?),
        "payout_amount" => Claim::Payout(number()?),
        "payout_comment" => Claim::PayoutComment(optional(value, |value| Ok(text(path, value)?.to_owned()))?),
        "payout_comment_encoded" | "payout_comment_encrypted" => {
            Claim::PayoutCommentIsHidden(truth(path, value)?)
        }
        _ => return Ok(None),
    }))
}

fn optional<T>(
    value: &Value,
    read: impl FnOnce(&Value) -> Result<T, Malformed>,
) -> Result<Option<T>, Malformed> {
    if value.is_null() { Ok(None) } else { read(value).map(Some) }
}

fn text<'a>(path: &str, value: &'a Value) -> Result<&'a str, Malformed> {
    value.as_str().ok_or_else(|| malformed(path, "text", &shape(value)))
}

fn truth(path: &str, value: &Value) -> Result<bool, Malformed> {
    value.as_bool().ok_or_else(|| malformed(path, "true or false", &shape(value)))
}

fn whole(path: &str, value: &Value) -> Result<u64, Malformed> {
    value.as_u64().ok_or_else(|| malformed(path, "a whole number of at most 64 bits", &shape(value)))
}

fn list<'a>(path: &str, value: &'a Value) -> Result<&'a [Value], Malformed> {
    let list = value.as_array().ok_or_else(|| malformed(path, "a list", &shape(value)))?;
    Ok(list)
}

/// A value in short, for messages.
fn shape(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
        other => other.to_string(),
    }
}
