//! The auction side of a fold: what an auction row says is a pure function of the lot and its gift.

use domain::{Deal, LoggedEvent, LotDetails, LotState, Price, holding::Holding, lot::Ending};

use super::{
    LotKey, Touched,
    rows::{AuctionVersion, LotRow},
};

impl LotRow {
    /// Notes when and where the auction's present price was seen, if this event set it.
    pub(super) fn note_auction(&mut self, logged: &LoggedEvent) {
        let price = self.lot.auction.as_deref().and_then(|auction| auction.price.as_ref());
        if price.is_some_and(|price| price.position == logged.position) {
            self.auction_seen_us = Some(logged.event.observed_at_us);
            self.auction_origin = Some(logged.event.origin);
        }
    }
}

impl Touched {
    /// Computes the auction of a lot anew and begins a version if it says something else than before.
    pub(super) fn refresh_auction(&mut self, position: i64, key: &LotKey) {
        let Some(row) = self.lots.get_mut(key) else { return };
        if row.lot.auction.is_none() {
            return;
        }
        let empty = Holding::default();
        let holding = self.gifts.get(&row.gift).map_or(&empty, |gift| &gift.holding);
        let next = auction(row, holding);
        if next == row.auction {
            return;
        }
        let is_stored = row.auction.is_some();
        row.auction.clone_from(&next);
        self.auctions.replace(key, position, is_stored, next);
    }
}

/// The auction of a lot; `None` while it was none.
pub(super) fn auction(row: &LotRow, holding: &Holding) -> Option<AuctionVersion> {
    let auction = row.lot.auction.as_deref()?;
    let price = auction.price.as_ref()?;
    // The lot of one item serves all its sales. Once it was put up again, the end that is known may be that of a later listing, so how this
    // auction ended is not told any more.
    let is_put_up_again = row.lot.ask.as_ref().is_some_and(|ask| ask.key > price.key);
    let (state, end_position) = match row.lot.standing(Deal::Auction).state() {
        _ if is_put_up_again => ("unseen", None),
        LotState::Unknown => return None,
        LotState::Open { .. } => ("open", None),
        LotState::Ended { ending } => {
            let word = match ending {
                Ending::Sold => "won",
                Ending::Cancelled => "cancelled",
            };
            (word, row.lot.ended.as_ref().map(|ended| ended.position))
        }
        LotState::Vanished => ("unseen", auction.unseen.as_ref().map(|unseen| unseen.position)),
    };
    let told = auction.told.as_ref().map(|told| &told.value);
    let terms = told.and_then(|told| told.auction.as_deref());
    let name = |register: &Option<domain::lot::Register<domain::Attribute>>| {
        register.as_ref().map(|register| register.value.name.clone())
    };
    Some(AuctionVersion {
        gift: row.gift.clone(),
        model: name(&holding.model),
        symbol: name(&holding.symbol),
        backdrop: name(&holding.backdrop),
        state,
        price: price.value.clone(),
        seller_amount: told.and_then(|told| seller_amount(&price.value, told)),
        has_bid: terms.and_then(|terms| terms.has_bid()),
        bid_min_amount: terms.and_then(|terms| terms.bid_min),
        bid_max_amount: terms.and_then(|terms| terms.bid_max),
        bid: terms.and_then(|terms| terms.last_bid.clone()),
        ends_at_ms: terms.and_then(|terms| terms.ends_at_ms),
        seen_at_us: row.auction_seen_us.unwrap_or(price.key.at_us),
        owner: told.and_then(|told| told.owner.clone()),
        link_url: told.and_then(|told| told.link_url.clone()),
        image_url: holding.image_url.as_ref().map(|image| image.value.clone()),
        price_position: price.position,
        terms_position: auction.told.as_ref().map(|told| told.position),
        end_position,
        origin: row.auction_origin.unwrap_or(domain::Origin::Fetched),
    })
}

/// What the seller gets of a price after the fees that its page states for just this price; `None` where it leaves one out.
pub(super) fn seller_amount(price: &Price, told: &LotDetails) -> Option<i64> {
    let fee = told.told_fee.as_ref().filter(|fee| fee.for_amount == price.amount)?;
    let rest = price.amount.checked_sub(fee.market_fee?)?.checked_sub(fee.royalty?)?;
    (rest >= 0).then_some(rest)
}
