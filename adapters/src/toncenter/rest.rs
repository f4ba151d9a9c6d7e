//! From toncenter's words to ours. Pure; the rule of what to do with the odd: what is surely no gift, or no listing that we follow, is
//! passed over and says why; what might be one and cannot be understood makes the page malformed.

mod actions;
mod collections;
mod items;
mod sales;
mod wire;
pub(super) mod witness;

use chain::{
    Address, Hash256,
    contract::{GetgemsCode, GetgemsRole, Network},
};
use domain::{
    CollectionSlug, Exchange, Malformed, Page, Seen, Sighting,
    sighting::{Passed, ScopeId},
};

pub(super) use actions::Span;
pub(super) use items::Shown;

use super::{
    malformed,
    target::{self, Target},
    wire::Figure,
};
use crate::skip::Skip;

/// Whose sale contracts count.
#[derive(Debug, Clone, Copy)]
pub(super) enum Networks {
    /// Those of any network: for whoever reads evidence, which does not say on which network it was gathered.
    Any,
    /// Those of this one.
    Only(&'static Network),
}

impl Networks {
    fn all(self) -> impl Iterator<Item = &'static Network> {
        Network::all().iter().filter(move |network| match self {
            Self::Any => true,
            Self::Only(only) => network.id == only.id,
        })
    }

    /// Whether this is a wallet of Telegram's own that takes gifts back.
    fn is_telegram(self, address: &Address) -> bool {
        self.all().any(|network| network.is_telegram(address))
    }

    /// GetGems' fixed-price contract with this code, and the network on which it is known.
    fn sale_code(self, hash: &Hash256) -> Option<(&'static Network, &'static GetgemsCode)> {
        self.all()
            .find_map(|network| Some((network, network.getgems_code(hash)?)))
            .filter(|(_, code)| code.role == GetgemsRole::FixedPriceSale)
    }
}

/// Reads an answer.
pub(super) fn page(exchange: &Exchange, networks: Networks) -> Result<Page, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    let body = &exchange.body;
    match target::parse(&exchange.request.target) {
        Some(Target::Items { collection }) => items::page(body, &collection, networks),
        Some(Target::Sales { asked }) => sales::page(body, &asked, networks),
        Some(Target::Actions) => actions::page(body),
        Some(Target::Collections) => collections::page(body),
        None => {
            Err(malformed("", "the answer to a request that we send to toncenter", &exchange.request.target))
        }
    }
}

/// The scope of a collection: everything of it that stands on TON.
pub(super) fn scope(slug: &CollectionSlug) -> ScopeId {
    ScopeId(format!("chain:{slug}"))
}

/// Puts the outcome of one entry into the page.
fn push(page: &mut Page, path: String, outcome: Result<Seen, Skip>) -> Result<(), Malformed> {
    match outcome {
        Ok(seen) => page.sightings.push(Sighting { path, seen }),
        Err(Skip::Passed(why)) => page.passed.push(Passed { path, why }),
        Err(Skip::Malformed(fault)) => return Err(fault),
    }
    Ok(())
}

fn account(path: &str, text: &str) -> Result<Address, Malformed> {
    crate::ton::account(text).ok_or_else(|| malformed(path, "an address of TON", text))
}

/// An address that may be left out, and that is left out where it is `addr_none`.
fn some_account(path: &str, text: Option<&str>) -> Result<Option<Address>, Malformed> {
    text.map(|text| account(path, text)).transpose()
}

/// An amount in nanoton of at most 63 bits.
fn nanoton(path: &str, figure: Figure<'_>) -> Result<i64, Malformed> {
    figure.0.parse().map_err(|_| malformed(path, "an amount in nanoton of at most 63 bits", figure.0))
}

fn logical_time(path: &str, figure: Figure<'_>) -> Result<u64, Malformed> {
    crate::ton::logical_time(figure.0).ok_or_else(|| malformed(path, "a logical time", figure.0))
}
