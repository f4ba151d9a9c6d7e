//! The offer side of a fold: what an offer row says is a pure function of its registers.

use domain::{LoggedEvent, LotState};

use super::{
    Touched,
    auctions::seller_amount,
    rows::{OfferRow, OfferVersion},
};

impl Touched {
    /// Folds an event into its offer and begins a version if it says something else than before.
    pub(super) fn apply_offer(&mut self, logged: &LoggedEvent) {
        let (position, event) = (logged.position, &logged.event);
        let Some((offer, _, _)) = event.fact.offer() else { return };
        let key = (event.market.clone(), offer.clone());
        let row = self.offers.entry(key.clone()).or_default();
        row.lot.apply(position, event);
        row.position = position;
        row.dirty = true;
        if row.lot.ask.as_ref().is_some_and(|price| price.position == position) {
            row.seen_us = Some(event.observed_at_us);
            row.origin = Some(event.origin);
        }
        let next = version(row);
        if next == row.version {
            return;
        }
        let is_stored = row.version.is_some();
        row.version.clone_from(&next);
        self.offer_versions.replace(&key, position, is_stored, next);
    }
}

/// The offer of a row; `None` while nothing is known of its price.
pub(super) fn version(row: &OfferRow) -> Option<OfferVersion> {
    let price = row.lot.ask.as_ref()?;
    let (state, end_position) = match row.lot.state() {
        LotState::Unknown => return None,
        LotState::Open { .. } => ("open", None),
        LotState::Ended { .. } => ("cancelled", row.lot.ended.as_ref().map(|ended| ended.position)),
        LotState::Vanished => ("unseen", row.lot.unseen.as_ref().map(|unseen| unseen.position)),
    };
    let told = row.lot.details.as_ref();
    let details = told.map(|told| &told.value);
    let terms = details.and_then(|details| details.offer.as_deref());
    Some(OfferVersion {
        target: row.lot.target.clone()?,
        state,
        price: price.value.clone(),
        seller_amount: details.and_then(|details| seller_amount(&price.value, details)),
        terms: terms.cloned().unwrap_or_default(),
        seen_at_us: row.seen_us.unwrap_or(price.key.at_us),
        link_url: details.and_then(|details| details.link_url.clone()),
        price_position: price.position,
        details_position: told.map(|told| told.position),
        end_position,
        origin: row.origin.unwrap_or(domain::Origin::Fetched),
    })
}
