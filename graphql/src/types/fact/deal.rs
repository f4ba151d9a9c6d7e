//! What happens to auctions and offers.

use async_graphql::SimpleObject;

use super::{DelistReason, ToldFees, fees_of};
use crate::{
    scalar::{Amount, DateTime, Slug},
    types::{
        offer::OfferTargetKind,
        price::Price,
        words::{AttributeKind, TrioOfTarget},
    },
};

/// Put up for auction, or first seen open in one.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct AuctionStarted {
    /// The market's own id of the lot.
    pub(super) lot: String,
    /// The part of the market that shows it.
    pub(super) scope: String,
    /// The highest bid, or the least that the first must be.
    pub(super) price: Price,
}

/// Somebody bid: the highest bid is another one than was known.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct BidPlaced {
    /// The market's own id of the lot.
    pub(super) lot: String,
    /// The part of the market that shows it.
    pub(super) scope: String,
    /// The highest bid.
    pub(super) price: Price,
    /// Who bid, as the source names people. Null when it does not say.
    pub(super) bidder: Option<String>,
    /// The price known before. Null when none was.
    pub(super) before: Option<Price>,
}

/// A completed scan saw the auction open at this price.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct AuctionStands {
    /// The market's own id of the lot.
    pub(super) lot: String,
    /// The part of the market that shows it.
    pub(super) scope: String,
    /// The highest bid, or the least that the first must be.
    pub(super) price: Price,
}

/// The auction is over without a sale that is known. A won auction is its sale: `Sold`.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct AuctionEnded {
    /// The market's own id of the lot.
    pub(super) lot: String,
    /// The part of the market that showed it.
    pub(super) scope: String,
    /// Why, as far as known.
    pub(super) reason: DelistReason,
}

/// What an offer is for.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct OfferTarget {
    /// A gift, an attribute or a collection.
    kind: OfferTargetKind,
    /// The collection's slug.
    slug: Slug,
    /// The gift's number. Null for an offer that is not for one gift.
    number: Option<i64>,
    /// Which attribute. Null for an offer that is not for one.
    attribute: Option<AttributeKind>,
    /// The attribute's name. Null for an offer that is not for one.
    attribute_name: Option<String>,
}

/// Somebody offers money, or was first seen to.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct OfferMade {
    /// The market's own id of the offer.
    pub(super) offer: String,
    /// The part of the market that shows it.
    pub(super) scope: String,
    /// What it is for.
    pub(super) target: OfferTarget,
    /// What its maker pays for each gift.
    pub(super) price: Price,
}

/// An offer was raised or lowered.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct OfferRepriced {
    /// The market's own id of the offer.
    pub(super) offer: String,
    /// The part of the market that shows it.
    pub(super) scope: String,
    /// What it is for.
    pub(super) target: OfferTarget,
    /// What its maker pays for each gift now.
    pub(super) price: Price,
    /// What was known before. Null when nothing was.
    pub(super) before: Option<Price>,
}

/// A completed scan saw the offer stand at this price.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct OfferStands {
    /// The market's own id of the offer.
    pub(super) offer: String,
    /// The part of the market that shows it.
    pub(super) scope: String,
    /// What it is for.
    pub(super) target: OfferTarget,
    /// What its maker pays for each gift.
    pub(super) price: Price,
}

/// The offer stands no longer.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct OfferEnded {
    /// The market's own id of the offer.
    pub(super) offer: String,
    /// The part of the market that showed it.
    pub(super) scope: String,
    /// What it was for.
    pub(super) target: OfferTarget,
    /// Why, as far as known.
    pub(super) reason: DelistReason,
}

/// All that a market's page says of an offer besides its price. Null is what it does not say.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct OfferSeen {
    /// The market's own id of the offer.
    offer: String,
    /// The part of the market that shows it.
    scope: String,
    /// What it is for.
    target: OfferTarget,
    /// Whose money it is, as the source names people.
    maker: Option<String>,
    /// For how many gifts it is.
    quantity: Option<i64>,
    /// How many of them it has got.
    quantity_taken: Option<i64>,
    /// When it was made, by the market's clock.
    made_at: Option<DateTime>,
    /// When it lapses.
    expires_at: Option<DateTime>,
    /// Fees the page states.
    told_fees: Option<ToldFees>,
    /// Link to it.
    link_url: Option<String>,
}

/// What a market's page says of an auction, in the smallest unit of its currency. Null is what it does not say.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct AuctionTerms {
    /// The least that the next bid must be.
    bid_min: Option<Amount>,
    /// A bid of this much ends it at once.
    bid_max: Option<Amount>,
    /// The highest bid.
    bid: Option<Amount>,
    /// Who has it, as the source names people.
    bidder: Option<String>,
    /// When it was made, by the market's clock.
    bid_at: Option<DateTime>,
    /// Whether somebody has bid.
    has_bid: Option<bool>,
    /// When it ends.
    ends_at: Option<DateTime>,
    /// The market's own id of the auction, where it has one beside the lot's.
    auction_id: Option<String>,
}

pub(super) fn target_of(target: &domain::OfferTarget) -> OfferTarget {
    let TrioOfTarget { kind, number, attribute } = TrioOfTarget::of_domain(target);
    OfferTarget {
        kind,
        slug: Slug(target.slug().clone()),
        number,
        attribute: attribute.as_ref().map(|(kind, _)| *kind),
        attribute_name: attribute.map(|(_, name)| name),
    }
}

pub(super) fn terms_of(terms: &domain::AuctionTerms) -> AuctionTerms {
    let domain::AuctionTerms { bid_min, bid_max, last_bid, has_bid: _, ends_at_ms, auction_id } = terms;
    AuctionTerms {
        bid_min: bid_min.map(Amount),
        bid_max: bid_max.map(Amount),
        bid: last_bid.as_ref().map(|bid| Amount(bid.amount)),
        bidder: last_bid.as_ref().and_then(|bid| bid.bidder.clone()),
        bid_at: last_bid.as_ref().and_then(|bid| bid.at_ms).map(DateTime::from_ms),
        has_bid: terms.has_bid(),
        ends_at: ends_at_ms.map(DateTime::from_ms),
        auction_id: auction_id.clone(),
    }
}

pub(super) fn seen_of(
    (offer, scope): (String, String),
    target: &domain::OfferTarget,
    details: &domain::LotDetails,
) -> OfferSeen {
    let terms = details.offer.as_deref().cloned().unwrap_or_default();
    let domain::OfferTerms { maker, made_at_ms, expires_at_ms, quantity, quantity_taken } = terms;
    OfferSeen {
        offer,
        scope,
        target: target_of(target),
        maker,
        quantity: quantity.map(i64::from),
        quantity_taken: quantity_taken.map(i64::from),
        made_at: made_at_ms.map(DateTime::from_ms),
        expires_at: expires_at_ms.map(DateTime::from_ms),
        told_fees: details.told_fee.as_ref().map(fees_of),
        link_url: details.link_url.clone(),
    }
}
