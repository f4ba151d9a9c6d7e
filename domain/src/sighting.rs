//! What an adapter says it saw on a page, in our words. Deciding what it means is not its business.

use serde::{Deserialize, Serialize};

use crate::{
    attribute::{Attribute, AttributeKind, Rarity},
    currency::Price,
    deal::{AuctionTerms, Deal, OfferTarget, OfferTerms},
    gift::{CollectionSlug, GiftId},
    lot::LotId,
    market::MarketId,
};

/// Where a gift lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Custody {
    /// In its owner's Telegram account.
    Account,
    /// With the market that lists it.
    Market,
    /// Exported to TON as an NFT.
    Chain,
}

impl Custody {
    /// The word used in SQL, logs and files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Market => "market",
            Self::Chain => "chain",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Account, Self::Market, Self::Chain].into_iter().find(|custody| custody.as_str() == text)
    }
}

/// Fees a listing itself states, for the price it states them with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ToldFee {
    /// The price these fees were told with, in the smallest unit of the listing's currency.
    pub for_amount: i64,
    /// The market's fee, same unit; inside the price where its basis is `BuyerPays`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub market_fee: Option<i64>,
    /// The creator's royalty, same unit, inside the price.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub royalty: Option<i64>,
}

/// What a page says of a listed gift besides its price. `None` means that the source does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LotDetails {
    /// Up to three attributes, at most one of a kind, sorted by kind.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attributes: Vec<Attribute>,
    /// Where the gift lives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub custody: Option<Custody>,
    /// Who owns it, as the source names owners (a TON address, a Telegram name).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// Its address on TON as the source tells it, friendly form; never a synthetic one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub address: Option<String>,
    /// Fees the listing states.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub told_fee: Option<ToldFee>,
    /// May be given to another account from then on; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transferable_at_ms: Option<i64>,
    /// May be exported to TON from then on; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exportable_at_ms: Option<i64>,
    /// May be sold again inside Telegram from then on; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub resellable_at_ms: Option<i64>,
    /// The market's own lock ends then; milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unlocks_at_ms: Option<i64>,
    /// The sale contract's kind or the market's word for how it is listed, as in `telemint`, `offchain`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contract_type: Option<String>,
    /// The market whose listing this is, where the source shows another's: a chain source, or GetGems showing Fragment's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub of_market: Option<MarketId>,
    /// The picture, by reference; never fetched by us unasked.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub image_url: Option<String>,
    /// Link to this very listing, for a reader.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link_url: Option<String>,
    /// The auction's terms, where the gift stands in one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub auction: Option<Box<AuctionTerms>>,
    /// The offer's terms, where it is an offer's page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub offer: Option<Box<OfferTerms>>,
}

impl LotDetails {
    /// How the lot stands open on the page that says this.
    #[must_use]
    pub fn deal(&self) -> Deal {
        match (&self.auction, &self.offer) {
            (Some(_), _) => Deal::Auction,
            (None, Some(_)) => Deal::Offer,
            (None, None) => Deal::Listing,
        }
    }
}

/// What a market's feed or history says happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happening {
    /// Offered for sale.
    Listed {
        /// The ask.
        price: Price,
    },
    /// The ask changed.
    Repriced {
        /// The new ask.
        price: Price,
    },
    /// Taken back by its owner.
    Delisted,
    /// An auction was called off by its owner.
    AuctionCancelled,
    /// Sold, at a fixed price or to the highest bid.
    Sold {
        /// What was paid.
        price: Price,
        /// Who sold, as the source names people.
        seller: Option<String>,
        /// Who bought.
        buyer: Option<String>,
        /// Hash of the transaction on TON, 64 hexadecimal digits.
        transaction: Option<String>,
    },
    /// Given to another owner without a sale.
    Transferred {
        /// From whom.
        from: Option<String>,
        /// To whom.
        to: Option<String>,
    },
    /// Exported to TON.
    Exported {
        /// The NFT's address, friendly form.
        address: Option<String>,
    },
}

/// One thing seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Seen {
    /// On a page of open listings or auctions: this lot is open at this price.
    Open {
        /// The market's own id of the lot.
        lot: LotId,
        /// The gift.
        gift: GiftId,
        /// The ask; of an auction the highest bid, or the least that the first must be.
        price: Price,
        /// The rest; with an auction's terms it is an auction.
        details: LotDetails,
    },
    /// On a page of offers: this one stands at this price.
    Offered {
        /// The market's own id of the offer.
        offer: LotId,
        /// What it is for.
        target: OfferTarget,
        /// What its maker pays for each gift.
        price: Price,
        /// The rest.
        details: LotDetails,
    },
    /// On a page of a scan that shows gifts whether they are for sale or not: this one is not. What its page says of it.
    Held {
        /// The source's own id of it.
        lot: LotId,
        /// The gift.
        gift: GiftId,
        /// Where it lives, who owns it, and the rest.
        details: LotDetails,
    },
    /// In a feed or a history: this happened then.
    Happened {
        /// The market's own id or sequence of this happening; the same happening has the same id on every page.
        source_id: String,
        /// When, by the market's clock; microseconds since 1970.
        at_us: i64,
        /// The market's own id of the lot.
        lot: LotId,
        /// The scan scope that shows this lot while it is open.
        scope: ScopeId,
        /// The gift.
        gift: GiftId,
        /// What.
        what: Happening,
        /// What the feed says of the gift besides, where it does.
        details: Option<LotDetails>,
    },
    /// A collection.
    Collection {
        /// Its slug.
        slug: CollectionSlug,
        /// Its title as the source writes it, tidied.
        title: String,
        /// Its address on TON, friendly form.
        address: Option<String>,
        /// The picture, by reference.
        image_url: Option<String>,
    },
    /// An attribute of a collection with its rarity.
    Attribute {
        /// Whose.
        slug: CollectionSlug,
        /// Which kind.
        kind: AttributeKind,
        /// Its name, tidied.
        name: String,
        /// How rare.
        rarity: Rarity,
    },
}

/// One thing seen and where on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// JSON pointer into the body. Where the text there is HTML, each `//` behind it leads to an element inside: a selector, and in brackets
    /// which of those that fit, from 0.
    pub path: String,
    /// What.
    #[serde(flatten)]
    pub seen: Seen,
}

/// An entry of a page that is no gift, or that we do not follow, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// JSON pointer into the body.
    pub path: String,
    /// Why it was passed over, in a short sentence.
    pub why: String,
}

/// A page in our words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// What was seen, in page order.
    pub sightings: Vec<Sighting>,
    /// What was passed over.
    pub passed: Vec<Passed>,
    /// Field paths that we do not know (indexes as `*`), each with how often it stood on the page, sorted.
    pub unknown_fields: Vec<(String, u32)>,
    /// The page's own word for where the next page begins; `None` at the end.
    pub cursor: Option<String>,
    /// Whether all that happened on this page is beyond return, by the answer's own word: a chain source's answer of final blocks.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
}

/// A set of listings that one scan can go through to the end: absence counts only from a completed scan of the scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScopeId(pub String);

const OFFERS: &str = "offers:";
const AUCTIONS: &str = "auction:";

impl ScopeId {
    /// The scope that shows a collection's offers and nothing else.
    #[must_use]
    pub fn of_offers(slug: &CollectionSlug) -> Self {
        Self(format!("{OFFERS}{slug}"))
    }

    /// The scope that shows a collection's auctions and nothing else.
    #[must_use]
    pub fn of_auctions(slug: &CollectionSlug) -> Self {
        Self(format!("{AUCTIONS}{slug}"))
    }

    /// Whether it shows listings, so that its last scan says how old a collection's picture is.
    #[must_use]
    pub fn shows_listings(&self) -> bool {
        !self.0.starts_with(OFFERS) && !self.0.starts_with(AUCTIONS)
    }
}

impl std::fmt::Display for ScopeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
