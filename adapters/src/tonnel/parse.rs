//! From Tonnel's words to ours. Pure, and by the same rule as everywhere: passed over is only what surely is no open lot.

mod listing;
mod sale;
mod stats;
mod value;

use domain::{Exchange, Malformed, Page};

use super::{ask, market_id};
use crate::skip::{Skip, passed};
use crate::text::cut;

pub(super) use listing::Ids;
pub(super) use sale::Span;
pub(super) use stats::spellings;

/// Reads an answer.
pub(super) fn page(exchange: &Exchange) -> Result<Page, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    let body = &exchange.body;
    match exchange.request.target.as_str() {
        ask::LISTINGS => listing::page(body, ask::asked(&exchange.request).as_ref()),
        ask::SALES => sale::page(body),
        ask::STATS => stats::page(body),
        other => Err(malformed("", "the answer to a request that we send to Tonnel", other)),
    }
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: market_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}

/// A field that plain listings and sales must have.
fn required<T>(value: Option<T>, index: usize, name: &str) -> Result<T, Malformed> {
    value.ok_or_else(|| malformed(&format!("/{index}/{name}"), "a value", "nothing"))
}

/// Puts the outcome of one entry of a bare list into the page.
fn push(page: &mut Page, index: usize, outcome: Result<domain::Seen, Skip>) -> Result<(), Malformed> {
    let path = format!("/{index}");
    match outcome {
        Ok(seen) => page.sightings.push(domain::Sighting { path, seen }),
        Err(Skip::Passed(why)) => page.passed.push(domain::sighting::Passed { path, why }),
        Err(Skip::Malformed(fault)) => return Err(fault),
    }
    Ok(())
}
