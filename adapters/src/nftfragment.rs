//! nft.fragment.com, the static host with the metadata of gifts on TON: a file for each exported gift, with its attributes and without rarity, owner
//! or price. Asked only about gifts of which no market has told the attributes.

mod client;
mod parse;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use domain::{GiftId, MarketId, market::RequestBudget};

use crate::{
    fixtures::{Fixture, fixtures},
    metadata::MetadataRegistration,
    settings::{SandboxValue, SettingDoc},
};

const ID: &str = "nftfragment";

/// Nobody has published a limit. One request a second is what a reader's browser sends for the pictures of one page.
const BUDGET: RequestBudget = RequestBudget { requests: 60, window_ms: 60_000, spacing_ms: 1_000 };

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_NFTFRAGMENT_BASE_URL",
    doc: "Address of the static host with the metadata of gifts, without a slash at its end. It is asked about gifts on TON of which no market \
          has told the attributes. Where a market's base URL is set, this must be set too, or nothing is asked there (see RIBBON_WORLD).",
    default: Some("https://nft.fragment.com"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/fragment/nft")),
};

/// The host among the sources of metadata.
pub(super) const REGISTRATION: MetadataRegistration = MetadataRegistration {
    id: ID,
    settings: &[BASE_URL],
    build: |settings| Ok(Arc::new(client::NftFragment::new(settings)?)),
    read: parse::page,
    guess: parse::guess,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] =
    fixtures!("nftfragment", recorded["gift-hexpot-14619"], constructed["gift-durovscap-11"]);

fn source_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

/// The target of a gift's metadata.
fn target(gift: &GiftId) -> String {
    format!("/gift/{gift}.json")
}

/// The gift that a target asks for, in the one spelling that we send.
fn asked(wanted: &str) -> Option<GiftId> {
    let name = wanted.strip_prefix("/gift/")?.strip_suffix(".json")?;
    GiftId::parse(name).ok().filter(|gift| target(gift) == wanted)
}
