//! What happened, one type per kind of event. The fields are those of the log, so nothing told is lost on the way.

mod deal;

use std::sync::Arc;

use async_graphql::{Enum, SimpleObject, Union};
use deal::{
    AuctionEnded, AuctionStands, AuctionStarted, AuctionTerms, BidPlaced, OfferEnded, OfferMade,
    OfferRepriced, OfferSeen, OfferStands,
};
use domain::{LotDetails, sighting::ToldFee};

use super::{
    price::Price,
    words::{AttributeKind, Custody, RarityTier, rarity_parts},
};
use crate::{
    reading::Reading,
    scalar::{Amount, DateTime, MarketName, Slug},
};

/// What happened, with everything told.
#[derive(Union)]
pub(crate) enum Fact {
    Listed(Listed),
    Repriced(Repriced),
    StillListed(StillListed),
    Delisted(Delisted),
    Sold(Sold),
    AuctionStarted(AuctionStarted),
    BidPlaced(BidPlaced),
    AuctionStands(AuctionStands),
    AuctionEnded(AuctionEnded),
    OfferMade(OfferMade),
    OfferRepriced(OfferRepriced),
    OfferStands(OfferStands),
    OfferEnded(OfferEnded),
    OfferSeen(Box<OfferSeen>),
    GiftTransferred(GiftTransferred),
    Exported(Exported),
    Returned(Returned),
    MetadataSeen(Box<MetadataSeen>),
    CollectionSeen(CollectionSeen),
    AttributeSeen(AttributeSeen),
    RateObserved(RateObserved),
    MarketQuarantined(MarketQuarantined),
    MarketReleased(MarketReleased),
}

/// Offered for sale, or first seen open.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Listed {
    /// The market's own id of the lot.
    lot: String,
    /// The part of the market that shows it.
    scope: String,
    /// The ask.
    price: Price,
}

/// The ask changed.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Repriced {
    /// The market's own id of the lot.
    lot: String,
    /// The part of the market that shows it.
    scope: String,
    /// The new ask.
    price: Price,
    /// The ask known before. Null when none was.
    before: Option<Price>,
}

/// A completed scan saw it open at this price.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct StillListed {
    /// The market's own id of the lot.
    lot: String,
    /// The part of the market that shows it.
    scope: String,
    /// The ask.
    price: Price,
}

/// Why a listing, an auction or an offer ended without a known sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::DelistReason")]
pub(crate) enum DelistReason {
    /// The market says that its owner took it back.
    Cancelled,
    /// It vanished; whether it was sold is not proven.
    Unseen,
}

/// No longer for sale.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Delisted {
    /// The market's own id of the lot.
    lot: String,
    /// The part of the market that showed it.
    scope: String,
    /// Why, as far as known.
    reason: DelistReason,
}

/// Sold.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Sold {
    /// The market's own id of the lot.
    lot: String,
    /// The part of the market that showed it.
    scope: String,
    /// What was paid.
    price: Price,
    /// Who sold, as the source names people. Null when it does not say.
    seller: Option<String>,
    /// Who bought. Null when the source does not say.
    buyer: Option<String>,
    /// Hash of the transaction on TON, 64 hexadecimal digits. Null when the source does not say.
    transaction: Option<String>,
    /// The market whose sale it is, where the source tells of another's. Null elsewhere.
    of_market: Option<MarketName>,
}

/// Given to another owner without a sale.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct GiftTransferred {
    /// From whom. Null when the source does not say.
    from: Option<String>,
    /// To whom. Null when the source does not say.
    to: Option<String>,
}

/// Came back from TON. No source tells it: it follows from two words, and `gift.provenance` names both with their evidence.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Returned {
    /// Where it is since.
    custody: Custody,
    /// The market that shows it there.
    shown_by: MarketName,
    /// Since when, by that word.
    shown_at: DateTime,
    /// The last word before that it was on TON.
    on_chain_at: DateTime,
}

/// Exported to TON.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Exported {
    /// The NFT's address, friendly form. Null when the source does not say.
    address: Option<String>,
}

/// An attribute as a page tells it.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct ToldAttribute {
    /// Which of the three.
    kind: AttributeKind,
    /// Its name.
    name: String,
    /// How many of a thousand gifts have it. Null for a tier, or when the page does not say.
    rarity_per_mille: Option<i32>,
    /// The named rarity. Null for one in per mille, or when the page does not say.
    rarity_tier: Option<RarityTier>,
}

/// Fees that a listing itself tells, in the smallest unit of its currency.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct ToldFees {
    /// The price they were told with.
    for_amount: Amount,
    /// The market's fee. Null when not told.
    market_fee: Option<Amount>,
    /// The creator's royalty. Null when not told.
    royalty: Option<Amount>,
}

/// All that a market's page says of a listed gift besides its price. Null is what it does not say.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct MetadataSeen {
    /// The market's own id of the lot whose page said it.
    lot: String,
    /// The part of the market that shows it.
    scope: String,
    /// The attributes told, at most one of a kind.
    attributes: Vec<ToldAttribute>,
    /// Where the gift lives.
    custody: Option<Custody>,
    /// Who owns it, as the source names people.
    owner: Option<String>,
    /// Its address on TON, friendly form.
    address: Option<String>,
    /// Fees the listing tells.
    told_fees: Option<ToldFees>,
    /// May be given to another account from then on.
    transferable_at: Option<DateTime>,
    /// May be exported to TON from then on.
    exportable_at: Option<DateTime>,
    /// May be sold again inside Telegram from then on.
    resellable_at: Option<DateTime>,
    /// The market's own lock ends then.
    unlocks_at: Option<DateTime>,
    /// The market's word for how it is listed.
    contract_type: Option<String>,
    /// The market whose listing this is, where the page shows another market's.
    of_market: Option<MarketName>,
    /// The picture, by reference.
    image_url: Option<String>,
    /// Link to this very listing.
    link_url: Option<String>,
    /// The auction's terms, where the gift stands in one.
    auction: Option<AuctionTerms>,
}

/// A collection was seen first, or what is said of it changed.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct CollectionSeen {
    /// Its slug.
    slug: Slug,
    /// Its title.
    title: String,
    /// Its address on TON, friendly form. Null when the source does not say.
    address: Option<String>,
    /// The picture, by reference. Null when the source does not say.
    image_url: Option<String>,
}

/// An attribute's rarity was seen first, or changed.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct AttributeSeen {
    /// The collection's slug.
    slug: Slug,
    /// Which kind.
    attribute: AttributeKind,
    /// Its name.
    name: String,
    /// How many of a thousand gifts have it, 1 to 1000. Null for a tier.
    rarity_per_mille: Option<i32>,
    /// The named rarity. Null for one in per mille.
    rarity_tier: Option<RarityTier>,
}

/// A currency's rate was observed.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct RateObserved {
    /// Code of the currency converted from.
    base: String,
    /// Millionths of one whole coin of `quote` for one whole coin of `base`.
    rate_micros: Amount,
    /// Code of the currency converted to.
    quote: String,
}

/// The market's pages can no longer be read; its listings stay and are stale.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct MarketQuarantined {
    /// JSON pointer of the place that broke.
    path: String,
    /// What was expected and what stood there.
    why: String,
}

/// The market's pages can be read again.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct MarketReleased {
    /// The market.
    market: MarketName,
}

/// A fact in the schema's words.
pub(crate) fn fact_of(reading: &Arc<Reading>, market: &domain::MarketId, fact: &domain::Fact) -> Fact {
    let price_of = |price: &domain::Price| Price::of_domain(reading, price);
    let place = |id: &domain::LotId, scope: &domain::ScopeId| (id.to_string(), scope.to_string());
    match fact {
        domain::Fact::AuctionStarted { lot, scope, price } => {
            let ((lot, scope), price) = (place(lot, scope), price_of(price));
            Fact::AuctionStarted(AuctionStarted { lot, scope, price })
        }
        domain::Fact::BidPlaced { lot, scope, price, bidder, before } => {
            let ((lot, scope), price) = (place(lot, scope), price_of(price));
            let (bidder, before) = (bidder.clone(), before.as_ref().map(price_of));
            Fact::BidPlaced(BidPlaced { lot, scope, price, bidder, before })
        }
        domain::Fact::AuctionStands { lot, scope, price } => {
            let ((lot, scope), price) = (place(lot, scope), price_of(price));
            Fact::AuctionStands(AuctionStands { lot, scope, price })
        }
        domain::Fact::AuctionEnded { lot, scope, reason } => {
            let (lot, scope) = place(lot, scope);
            Fact::AuctionEnded(AuctionEnded { lot, scope, reason: (*reason).into() })
        }
        domain::Fact::OfferMade { offer, scope, target, price } => {
            let ((offer, scope), target) = (place(offer, scope), deal::target_of(target));
            Fact::OfferMade(OfferMade { offer, scope, target, price: price_of(price) })
        }
        domain::Fact::OfferRepriced { offer, scope, target, price, before } => {
            let ((offer, scope), target) = (place(offer, scope), deal::target_of(target));
            let (price, before) = (price_of(price), before.as_ref().map(price_of));
            Fact::OfferRepriced(OfferRepriced { offer, scope, target, price, before })
        }
        domain::Fact::OfferStands { offer, scope, target, price } => {
            let ((offer, scope), target) = (place(offer, scope), deal::target_of(target));
            Fact::OfferStands(OfferStands { offer, scope, target, price: price_of(price) })
        }
        domain::Fact::OfferEnded { offer, scope, target, reason } => {
            let ((offer, scope), target) = (place(offer, scope), deal::target_of(target));
            Fact::OfferEnded(OfferEnded { offer, scope, target, reason: (*reason).into() })
        }
        domain::Fact::OfferSeen { offer, scope, target, details } => {
            Fact::OfferSeen(Box::new(deal::seen_of(place(offer, scope), target, details)))
        }
        domain::Fact::Listed { lot, scope, price } => {
            Fact::Listed(Listed { lot: lot.to_string(), scope: scope.to_string(), price: price_of(price) })
        }
        domain::Fact::Repriced { lot, scope, price, before } => Fact::Repriced(Repriced {
            lot: lot.to_string(),
            scope: scope.to_string(),
            price: price_of(price),
            before: before.as_ref().map(price_of),
        }),
        domain::Fact::StillListed { lot, scope, price } => Fact::StillListed(StillListed {
            lot: lot.to_string(),
            scope: scope.to_string(),
            price: price_of(price),
        }),
        domain::Fact::Delisted { lot, scope, reason } => Fact::Delisted(Delisted {
            lot: lot.to_string(),
            scope: scope.to_string(),
            reason: (*reason).into(),
        }),
        domain::Fact::Sold { lot, scope, price, seller, buyer, transaction, of_market } => Fact::Sold(Sold {
            lot: lot.to_string(),
            scope: scope.to_string(),
            price: price_of(price),
            seller: seller.clone(),
            buyer: buyer.clone(),
            transaction: transaction.clone(),
            of_market: of_market.as_ref().map(|market| MarketName(market.clone())),
        }),
        domain::Fact::GiftTransferred { from, to } => {
            Fact::GiftTransferred(GiftTransferred { from: from.clone(), to: to.clone() })
        }
        domain::Fact::Exported { address } => Fact::Exported(Exported { address: address.clone() }),
        domain::Fact::Returned { custody, shown_by, shown_at_us, on_chain_at_us } => {
            Fact::Returned(Returned {
                custody: Custody::of_domain(*custody),
                shown_by: MarketName(shown_by.clone()),
                shown_at: DateTime(*shown_at_us),
                on_chain_at: DateTime(*on_chain_at_us),
            })
        }
        domain::Fact::MetadataSeen { lot, scope, details } => {
            Fact::MetadataSeen(Box::new(metadata_of(lot.to_string(), scope.to_string(), details)))
        }
        domain::Fact::CollectionSeen { slug, title, address, image_url } => {
            Fact::CollectionSeen(CollectionSeen {
                slug: Slug(slug.clone()),
                title: title.clone(),
                address: address.clone(),
                image_url: image_url.clone(),
            })
        }
        domain::Fact::AttributeSeen { slug, attribute, name, rarity } => {
            let (rarity_per_mille, rarity_tier) = rarity_parts(Some(*rarity));
            Fact::AttributeSeen(AttributeSeen {
                slug: Slug(slug.clone()),
                attribute: AttributeKind::of_domain(*attribute),
                name: name.clone(),
                rarity_per_mille,
                rarity_tier,
            })
        }
        domain::Fact::RateObserved { base, rate_micros, quote } => Fact::RateObserved(RateObserved {
            base: base.code().to_owned(),
            rate_micros: Amount(*rate_micros),
            quote: quote.code().to_owned(),
        }),
        domain::Fact::MarketQuarantined { path, why } => {
            Fact::MarketQuarantined(MarketQuarantined { path: path.clone(), why: why.clone() })
        }
        domain::Fact::MarketReleased => {
            Fact::MarketReleased(MarketReleased { market: MarketName(market.clone()) })
        }
    }
}

fn metadata_of(lot: String, scope: String, details: &LotDetails) -> MetadataSeen {
    let LotDetails {
        attributes,
        custody,
        owner,
        address,
        told_fee,
        transferable_at_ms,
        exportable_at_ms,
        resellable_at_ms,
        unlocks_at_ms,
        contract_type,
        of_market,
        image_url,
        link_url,
        auction,
        offer: _,
    } = details;
    let attribute = |told: &domain::Attribute| {
        let (rarity_per_mille, rarity_tier) = rarity_parts(told.rarity);
        ToldAttribute {
            kind: AttributeKind::of_domain(told.kind),
            name: told.name.clone(),
            rarity_per_mille,
            rarity_tier,
        }
    };
    MetadataSeen {
        lot,
        scope,
        attributes: attributes.iter().map(attribute).collect(),
        custody: custody.map(Custody::of_domain),
        owner: owner.clone(),
        address: address.clone(),
        told_fees: told_fee.as_ref().map(fees_of),
        transferable_at: transferable_at_ms.map(DateTime::from_ms),
        exportable_at: exportable_at_ms.map(DateTime::from_ms),
        resellable_at: resellable_at_ms.map(DateTime::from_ms),
        unlocks_at: unlocks_at_ms.map(DateTime::from_ms),
        contract_type: contract_type.clone(),
        of_market: of_market.clone().map(MarketName),
        image_url: image_url.clone(),
        link_url: link_url.clone(),
        auction: auction.as_deref().map(deal::terms_of),
    }
}

fn fees_of(told: &ToldFee) -> ToldFees {
    let ToldFee { for_amount, market_fee, royalty } = told;
    ToldFees {
        for_amount: Amount(*for_amount),
        market_fee: market_fee.map(Amount),
        royalty: royalty.map(Amount),
    }
}
