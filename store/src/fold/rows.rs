//! The rows a fold holds in memory.

use std::collections::BTreeMap;

use domain::{Bid, FeeBasis, GiftId, Lot, OfferTarget, OfferTerms, Origin, Price, holding::Holding};

use crate::witness::SaleTelling;

/// A lot and what its row carries besides the registers.
#[derive(Debug, Clone)]
pub(super) struct LotRow {
    pub(super) gift: GiftId,
    pub(super) lot: Lot,
    pub(super) ask_seen_us: Option<i64>,
    pub(super) ask_origin: Option<Origin>,
    pub(super) position: i64,
    pub(super) dirty: bool,
    pub(super) auction_seen_us: Option<i64>,
    pub(super) auction_origin: Option<Origin>,
    /// The auction as it stands now, once the lot was one.
    pub(super) auction: Option<AuctionVersion>,
}

impl LotRow {
    pub(super) fn new(gift: GiftId) -> Self {
        Self {
            gift,
            lot: Lot::default(),
            ask_seen_us: None,
            ask_origin: None,
            position: 0,
            dirty: false,
            auction_seen_us: None,
            auction_origin: None,
            auction: None,
        }
    }
}

/// A gift and its registers.
#[derive(Debug, Clone, Default)]
pub(super) struct GiftRow {
    pub(super) holding: Holding,
    pub(super) first_position: i64,
    pub(super) position: i64,
    /// Whether there is a row of it.
    pub(super) is_stored: bool,
    pub(super) dirty: bool,
}

/// What a listing row says, without its positions: two equal ones need no new version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) gift: GiftId,
    pub(super) model: Option<String>,
    pub(super) model_per_mille: Option<i64>,
    pub(super) symbol: Option<String>,
    pub(super) backdrop: Option<String>,
    pub(super) price_amount: i64,
    pub(super) price_currency: String,
    pub(super) fee_basis: FeeBasis,
    pub(super) all_in_amount: i64,
    pub(super) all_in_at_least: bool,
    pub(super) all_in_lines: String,
    pub(super) listed_at_us: Option<i64>,
    pub(super) seen_at_us: i64,
    pub(super) custody: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) link_url: Option<String>,
    pub(super) image_url: Option<String>,
    pub(super) ask_position: i64,
    pub(super) details_position: Option<i64>,
    pub(super) origin: Origin,
    /// Whose word the price is, where that is not the market's own.
    pub(super) source: Option<String>,
    /// The lot's id there, where it is another.
    pub(super) source_lot: Option<String>,
    /// JSON of what other sources say.
    pub(super) witnesses: Option<String>,
}

/// What a sale row says, without its positions of beginning and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sale {
    pub(super) gift: GiftId,
    pub(super) market: String,
    pub(super) lot: String,
    pub(super) price: Price,
    /// As the buyer paid it to the market, where that is not the price.
    pub(super) market_amount: Option<i64>,
    pub(super) seller: Option<String>,
    pub(super) buyer: Option<String>,
    pub(super) transaction: Option<String>,
    pub(super) sold_at_us: i64,
    pub(super) origin: Origin,
    pub(super) source: Option<String>,
    /// JSON of all tellings, where there are several.
    pub(super) tellings: Option<String>,
}

/// A gift's sales: everything told, and the rows that it comes to by the position of the telling that leads.
#[derive(Debug, Default)]
pub(super) struct GiftSales {
    pub(super) told: Vec<SaleTelling>,
    pub(super) shown: BTreeMap<i64, Sale>,
}

/// What an auction row says, without its positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AuctionVersion {
    pub(super) gift: GiftId,
    pub(super) model: Option<String>,
    pub(super) symbol: Option<String>,
    pub(super) backdrop: Option<String>,
    pub(super) state: &'static str,
    pub(super) price: Price,
    pub(super) seller_amount: Option<i64>,
    pub(super) has_bid: Option<bool>,
    pub(super) bid_min_amount: Option<i64>,
    pub(super) bid_max_amount: Option<i64>,
    pub(super) bid: Option<Bid>,
    pub(super) ends_at_ms: Option<i64>,
    pub(super) seen_at_us: i64,
    pub(super) owner: Option<String>,
    pub(super) link_url: Option<String>,
    pub(super) image_url: Option<String>,
    pub(super) price_position: i64,
    pub(super) terms_position: Option<i64>,
    pub(super) end_position: Option<i64>,
    pub(super) origin: Origin,
}

/// An offer and what its row carries besides the registers.
#[derive(Debug, Clone, Default)]
pub(super) struct OfferRow {
    pub(super) lot: Lot,
    pub(super) seen_us: Option<i64>,
    pub(super) origin: Option<Origin>,
    pub(super) position: i64,
    pub(super) dirty: bool,
    /// The offer as it stands now.
    pub(super) version: Option<OfferVersion>,
}

/// What an offer row says, without its positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfferVersion {
    pub(super) target: OfferTarget,
    pub(super) state: &'static str,
    pub(super) price: Price,
    pub(super) seller_amount: Option<i64>,
    pub(super) terms: OfferTerms,
    pub(super) seen_at_us: i64,
    pub(super) link_url: Option<String>,
    pub(super) price_position: i64,
    pub(super) details_position: Option<i64>,
    pub(super) end_position: Option<i64>,
    pub(super) origin: Origin,
}

/// Where a gift lived and with whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HoldingVersion {
    pub(super) custody: Option<String>,
    pub(super) custody_market: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) since_us: i64,
}

/// Versions that a batch makes: which stored ones end and where, and the new ones with their own ends.
#[derive(Debug)]
pub(super) struct Versions<K, V> {
    /// Position at which the stored open version of a key ends.
    pub(super) ended: BTreeMap<K, i64>,
    /// New versions: key, from, to, value.
    pub(super) begun: Vec<(K, i64, Option<i64>, V)>,
    open: BTreeMap<K, usize>,
}

impl<K, V> Default for Versions<K, V> {
    fn default() -> Self {
        Self { ended: BTreeMap::new(), begun: Vec::new(), open: BTreeMap::new() }
    }
}

impl<K: Ord + Clone, V> Versions<K, V> {
    /// Ends the open version of a key at `position`, and begins the next if there is one. `stored` says whether the version that ends
    /// may be in the database; a version begun in this batch is ended in memory.
    pub(super) fn replace(&mut self, key: &K, position: i64, stored: bool, next: Option<V>) {
        match self.open.remove(key) {
            Some(index) => {
                let version = &mut self.begun[index];
                version.2 = Some(position);
            }
            None if stored => {
                self.ended.insert(key.clone(), position);
            }
            None => {}
        }
        if let Some(value) = next {
            self.open.insert(key.clone(), self.begun.len());
            self.begun.push((key.clone(), position, None, value));
        }
    }
}
