//! What a market's wire discloses, in the product's own words, so that a test can compare. Owns the shape of the answer;
//! each market says what goes into it, by the same code that writes its wire.

use domain::{
    AttributeKind, CollectionSlug, GiftId, LotDetails, LotId, OfferTarget, Price, Rarity,
    attribute::tidy_name,
};
use serde::{Deserialize, Serialize};

use crate::{outside::Outside, world::World};

/// What a market says of itself; `usize` is its place in order of registration.
pub(crate) type TruthFn = fn(&Outside, &World, usize, &TruthQuery) -> Truth;

/// Which part of the truth is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TruthQuery {
    /// Only this collection's, by slug.
    pub collection: Option<String>,
    /// Leave out what happened: it is the bulk.
    pub without_happenings: bool,
}

/// What a market's wire discloses, or would on being asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// The market's id.
    pub market: String,
    /// Which world.
    pub world: String,
    /// Steps made so far.
    pub steps: u64,
    /// The collections it lists.
    pub collections: Vec<TruthCollection>,
    /// The attributes it tells a rarity of.
    pub attributes: Vec<TruthAttribute>,
    /// Everything for sale, sorted by lot id.
    pub lots: Vec<TruthLot>,
    /// Every offer that stands, sorted by id.
    pub offers: Vec<TruthOffer>,
    /// Everything in its history, oldest first.
    pub happenings: Vec<TruthHappening>,
    /// What it never tells, and why a reader finds nothing there.
    pub undisclosed: Vec<Undisclosed>,
}

/// A collection as the market lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthCollection {
    /// Its slug.
    pub slug: CollectionSlug,
    /// Its title as the market writes it, tidied.
    pub title: String,
    /// Its address on TON, friendly form, where the market tells it.
    pub address: Option<String>,
}

/// An attribute with its rarity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthAttribute {
    /// Whose.
    pub slug: CollectionSlug,
    /// Which kind.
    pub kind: AttributeKind,
    /// Its name, tidied.
    pub name: String,
    /// How rare.
    pub rarity: Rarity,
}

/// How a lot is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthWay {
    /// At a fixed price of this market.
    Fixed,
    /// In an auction: a bid, not a price.
    Auction,
    /// At a fixed price on Fragment, which this market shows too.
    Elsewhere,
}

/// An open lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthLot {
    /// The market's id of it.
    pub lot: LotId,
    /// The gift.
    pub gift: GiftId,
    /// How it is sold.
    pub way: TruthWay,
    /// What the buyer pays the market; for an auction the highest bid, or the least that the first must be.
    pub price: Price,
    /// When it was put up, by the market's own history and in its precision, microseconds since 1970; `None` when the
    /// history no longer reaches back so far.
    pub listed_at_us: Option<i64>,
    /// What its page says besides; a field that is empty is not on the wire.
    pub details: LotDetails,
}

/// An offer that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthOffer {
    /// The market's own id of it.
    pub offer: LotId,
    /// What it is for.
    pub target: OfferTarget,
    /// What its maker pays for each gift.
    pub price: Price,
    /// What its page says besides; a field that is empty is not on the wire.
    pub details: LotDetails,
}

/// Something in the market's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TruthHappening {
    /// Its place in the market's history, from 0.
    pub sequence: u64,
    /// The market's own id of it, as its wire writes it.
    pub source_id: String,
    /// When, in the wire's precision, microseconds since 1970.
    pub at_us: i64,
    /// The lot.
    pub lot: LotId,
    /// The gift.
    pub gift: GiftId,
    /// What.
    pub what: TruthWhat,
    /// A fault kept it back and no page has ever shown it: no client can know it.
    pub withheld: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TruthWhat {
    /// Put up for sale.
    Listed {
        /// The ask.
        price: Price,
    },
    /// The ask changed.
    Repriced {
        /// The new ask.
        price: Price,
    },
    /// Taken back.
    Cancelled,
    /// Sold.
    Sold {
        /// What was paid.
        price: Price,
        /// The seller as the wire names people, where it does.
        seller: Option<String>,
        /// The buyer.
        buyer: Option<String>,
        /// Hash of the transaction on TON, where there is one.
        transaction: Option<String>,
    },
    /// An auction began.
    AuctionStarted,
    /// An auction was called off.
    AuctionCancelled,
    /// Given to another owner.
    Transferred {
        /// From whom.
        from: Option<String>,
        /// To whom.
        to: Option<String>,
    },
    /// Exported to TON.
    Exported,
}

/// Something that the wire does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undisclosed {
    /// Which field, in the words of [`LotDetails`] and [`TruthWhat`].
    pub field: &'static str,
    /// Why.
    pub why: &'static str,
}

/// A gift's identity.
///
/// # Panics
/// If the catalog's slugs are none: a test reads them all.
pub(crate) fn gift_id(slug: &str, number: u32) -> GiftId {
    GiftId { slug: collection_slug(slug), number }
}

/// A collection's slug.
///
/// # Panics
/// If the catalog's slugs are none: a test reads them all.
pub(crate) fn collection_slug(slug: &str) -> CollectionSlug {
    CollectionSlug::from_title(slug).expect("the catalog's slugs are slugs")
}

/// A name as the product keeps it.
pub(crate) fn tidy(name: &str) -> String {
    tidy_name(name).unwrap_or_default()
}

/// Rarity from the catalog.
pub(crate) fn rarity(per_mille: u16) -> Option<Rarity> {
    Rarity::per_mille(u64::from(per_mille))
}
