//! From MRKT's words to ours. Pure, and by the same rule as everywhere: passed over is only what surely is no open lot.

mod catalog;
mod feed;
mod gift;

use domain::{CollectionSlug, Exchange, Malformed, Page, sighting::ScopeId};

use super::{ask, market_id};
use crate::{skip::{Skip, passed}, 
    json::Text,
    text::{CURSOR_BYTES_MAX, cut, is_keepable},
};

pub(super) use catalog::spellings;

/// Reads an answer.
pub(super) fn page(exchange: &Exchange) -> Result<Page, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    let body = &exchange.body;
    let path = exchange.request.target.split('?').next().unwrap_or_default();
    match path {
        ask::SALING => gift::saling(body, ask::asked_collection(&exchange.request)),
        ask::BY_IDS => gift::by_ids(body),
        ask::FEED => feed::page(body),
        ask::COLLECTIONS => catalog::collections(body),
        ask::MODELS => catalog::models(body),
        _ => Err(malformed("", "the answer to a request that we send to MRKT", path)),
    }
}

/// The scope that shows lots of a collection.
pub(super) fn scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId(format!("saling:{slug}"))
}

/// The token of a sign-in's answer.
pub(super) fn token(body: &[u8]) -> Result<String, Malformed> {
    let (super::wire::Signed { token }, _) = crate::json::read_document(body, &market_id())?;
    Ok(token.into_owned())
}

/// The fault of a token that cannot be sent.
pub(super) fn bad_token(expected: &str, found: &str) -> Malformed {
    malformed("/token", expected, found)
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: market_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}

/// A field that some kinds of entry must have.
fn required<T>(value: Option<T>, path: impl FnOnce() -> String) -> Result<T, Malformed> {
    value.ok_or_else(|| malformed(&path(), "a value", "nothing"))
}

/// Where the page says that the next one begins; an empty cursor is the end.
fn cursor(told: Option<Text<'_>>) -> Result<Option<String>, Malformed> {
    let cursor = told.map(Text::into_owned).filter(|cursor| !cursor.is_empty());
    match cursor {
        Some(cursor) if !is_keepable(&cursor, CURSOR_BYTES_MAX) => {
            Err(malformed("/cursor", "a cursor of at most 2000 printable bytes", &cursor))
        }
        cursor => Ok(cursor),
    }
}

/// Puts the outcome of one entry into the page.
fn push(
    page: &mut Page,
    path: impl Fn() -> String,
    outcome: Result<domain::Seen, Skip>,
) -> Result<(), Malformed> {
    match outcome {
        Ok(seen) => page.sightings.push(domain::Sighting { path: path(), seen }),
        Err(Skip::Passed(why)) => page.passed.push(domain::sighting::Passed { path: path(), why }),
        Err(Skip::Malformed(fault)) => return Err(fault),
    }
    Ok(())
}

/// A picture on MRKT's own host. Source: public clients, 2026.
fn picture(key: Option<std::borrow::Cow<'_, str>>) -> Option<String> {
    let key = key.filter(|key| {
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b))
    })?;
    Some(format!("https://cdn.tgmrkt.io/{}", key.trim_start_matches('/')))
}

/// The rarity a pair of fields tells: per mille, or the named tier of a crafted model.
fn rarity(per_mille: Option<i64>, tier: Option<&str>) -> Option<domain::Rarity> {
    let per_mille = per_mille.and_then(|value| u64::try_from(value).ok()).and_then(domain::Rarity::per_mille);
    per_mille.or_else(|| tier.and_then(domain::Rarity::tier))
}
