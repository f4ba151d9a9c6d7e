//! TonAPI v2 as a source of the TON network's coin in US dollars (`GET /v2/rates`). Only the price is read; it is for display, says the
//! source itself, and so it is here: nothing is settled by it.

mod actions;
mod client;
mod parse;
mod wire;

#[cfg(test)]
mod tests;

pub(crate) use actions::actions;

use std::sync::Arc;

use domain::MarketId;

use crate::{
    fixtures::{Fixture, fixtures},
    rates::RateRegistration,
    settings::{SandboxValue, SettingDoc},
};

const ID: &str = "tonapi";

/// The one request. The answer's key is the token as asked, in capitals. Source: tonkeeper/opentonapi pkg/api/rates_handlers.go,
/// commit f41c2cbf, 2026-08-21.
const TARGET: &str = "/v2/rates?tokens=ton&currencies=usd";

const BASE_URL: SettingDoc = SettingDoc {
    variable: "RIBBON_TONAPI_BASE_URL",
    doc: "Address of TonAPI, without a slash at its end. The rate of TON in US dollars is asked there. Where a market's base URL \
          is set, this must be set too, or no rate is asked (see RIBBON_WORLD).",
    default: Some("https://tonapi.io"),
    is_secret: false,
    sandbox: Some(SandboxValue::BaseUrl("/tonapi")),
};

const KEY: SettingDoc = SettingDoc {
    variable: "RIBBON_TONAPI_KEY",
    doc: "Key from tonconsole.com, sent as a bearer token. Not needed: without it TonAPI allows one request in 4 seconds, and one \
          a minute is sent.",
    default: None,
    is_secret: true,
    sandbox: None,
};

/// TonAPI among the rate sources.
pub(super) const REGISTRATION: RateRegistration = RateRegistration {
    id: ID,
    settings: &[BASE_URL, KEY],
    build: |settings| Ok(Arc::new(client::TonApi::new(settings)?)),
    read: parse::page,
    fixtures: FIXTURES,
};

const FIXTURES: &[Fixture] = fixtures!("tonapi", recorded [], constructed ["rates-ton-usd"]);

fn source_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}
