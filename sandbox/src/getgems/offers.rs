//! Offers for any gift of a collection.
//!
//! Source of the shape: types that clients generated from the operator's schema; nobody recorded an answer. The order is ours.

use std::sync::Arc;

use axum::{Extension, extract::State};
use chain::Address;

use super::{
    ask::{Ask, Of},
    cursor::Cursor,
    item::{collection_address, part},
    listings::{Answer, list},
    wire,
};
use crate::{
    fault::pages::Rows,
    outside::Outside,
    random::{Draw, For},
    serve::list::{Asked, row},
    world::{Offer, World, friendly},
};

/// What GetGems keeps of a sale to an offer, and what the creator gets, in basis points. Made up: no answer was recorded.
const FEE_BPS: u16 = 500;
const ROYALTY_BPS: u16 = 0;

pub(super) async fn of_collection(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    Of(collection): Of,
    ask: Ask,
) -> Answer {
    let world = outside.world();
    let at = world.catalog.by_address(&collection);
    let fetch = |after: Option<&str>| {
        let behind = after.map(Cursor::read).transpose()?;
        let offers = at.map(|at| world.offers_for(asked.market, at)).unwrap_or_default();
        let after = |offer: &&Offer| {
            behind.is_none_or(|cursor| (-offer.amount, offer.id) > (-cursor.key, cursor.number))
        };
        let page: Vec<&Offer> = offers.into_iter().filter(after).take(ask.limit).collect();
        let last = page.last().filter(|_| page.len() == ask.limit);
        let cursor = last.map(|offer| Cursor { key: offer.amount, number: offer.id }.write());
        let rows = page.iter().map(|offer| row(&wire_of(&world, offer), None)).collect();
        Ok::<_, super::Refused>(Rows { rows, cursor })
    };
    Ok(list(asked.page(&outside, ask.after.as_deref(), fetch)?))
}

/// The contract that holds an offer's money.
pub(super) fn address(world: &World, offer: &Offer) -> String {
    friendly(&Address::new(0, Draw::of(world.seed, For::Offer, offer.id, u64::MAX - 1).bytes()))
}

/// What the market and the creator take of an offer.
pub(super) fn fees(offer: &Offer) -> (i64, i64) {
    (part(offer.amount, FEE_BPS), part(offer.amount, ROYALTY_BPS))
}

fn wire_of(world: &World, offer: &Offer) -> wire::Offer {
    let (fee, royalty) = fees(offer);
    wire::Offer {
        nft_address: None,
        collection_address: collection_address(&world.catalog.collections[offer.collection]),
        full_price: offer.amount.to_string(),
        profit_price: (offer.amount - fee - royalty).to_string(),
        royalty_price: royalty.to_string(),
        fee_price: fee.to_string(),
        currency: "TON",
        offer_address: address(world, offer),
        finish_at: offer.expires_us / 1_000,
        is_collection_offer: true,
        is_offchain: false,
        purchased_quantity: offer.taken,
        max_quantity: offer.quantity,
    }
}
