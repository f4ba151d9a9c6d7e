//! An offer: money held out for a gift, for any gift with an attribute, or for any gift of a collection.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object};
use domain::{CollectionSlug, GiftId};
use store::read::OfferRow;

use super::{
    collection::Collection,
    connection::connection,
    event::Event,
    gift::Gift,
    market::Market,
    price::{Money, Price},
    words::{AttributeKind, FeeBasis, Missing, MissingFields, Origin},
};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position, Slug, clamp_seconds},
};

/// What an offer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum OfferTargetKind {
    /// One gift.
    Gift,
    /// Any gift of a collection that has an attribute.
    Attribute,
    /// Any gift of a collection.
    Collection,
}

/// How an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum OfferState {
    /// The last look at the market showed it, or nothing later says otherwise. `isExpired` says whether its time is over by now.
    Open,
    /// The market says that its maker took it back.
    Cancelled,
    /// Gone from the market's pages: taken, taken back or lapsed, which is not told.
    Unseen,
}

impl OfferState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Cancelled => "cancelled",
            Self::Unseen => "unseen",
        }
    }

    fn of_word(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "cancelled" => Self::Cancelled,
            _ => Self::Unseen,
        }
    }
}

/// An offer as of a reading.
pub(crate) struct Offer {
    reading: Arc<Reading>,
    row: OfferRow,
}

impl Offer {
    pub(crate) fn new(reading: &Arc<Reading>, row: OfferRow) -> Self {
        Self { reading: Arc::clone(reading), row }
    }

    fn money(&self, amount: i64) -> Money {
        Money { reading: Arc::clone(&self.reading), amount, currency: self.row.price_currency.clone() }
    }

    fn slug_of(&self) -> Result<CollectionSlug, Fault> {
        CollectionSlug::from_title(&self.row.slug).map_err(Fault::internal)
    }

    async fn left_us(&self) -> Result<Option<i64>, Fault> {
        let Some(expires_at_ms) = self.row.expires_at_ms else { return Ok(None) };
        Ok(Some(expires_at_ms.saturating_mul(1_000) - self.reading.moment_us().await?))
    }
}

/// Money that somebody holds out on a market: a holder of a fitting gift may take it.
#[Object]
impl Offer {
    /// Stable while the offer exists: `offer_`, the market's id, `_`, the market's own id of the offer.
    async fn id(&self) -> ID {
        ID(format!("offer_{}_{}", self.row.market, self.row.offer))
    }

    /// The market that shows it.
    async fn market(&self) -> Market {
        Market::new(&self.reading, &self.row.market)
    }

    /// The market's own id of the offer.
    async fn offer(&self) -> &str {
        &self.row.offer
    }

    /// What it is for: a gift, an attribute or a collection.
    async fn target(&self) -> OfferTargetKind {
        match (&self.row.number, &self.row.attribute) {
            (Some(_), _) => OfferTargetKind::Gift,
            (None, Some(_)) => OfferTargetKind::Attribute,
            (None, None) => OfferTargetKind::Collection,
        }
    }

    /// The collection's slug.
    async fn slug(&self) -> async_graphql::Result<Slug> {
        Ok(Slug(self.slug_of()?))
    }

    /// The collection. Null when no source has told its title yet.
    async fn collection(&self) -> async_graphql::Result<Option<Collection>> {
        let row = self.reading.collection(&self.row.slug).await?;
        Ok(row.map(|row| Collection::new(&self.reading, row)))
    }

    /// The gift it is for. Null when it is not for one gift.
    async fn gift(&self) -> async_graphql::Result<Option<Gift>> {
        let Some(number) = self.row.number else { return Ok(None) };
        let number = u32::try_from(number).map_err(Fault::internal)?;
        Ok(Some(Gift::new(&self.reading, GiftId { slug: self.slug_of()?, number })))
    }

    /// Which attribute it is for. Null when it is not for one.
    async fn attribute(&self) -> Option<AttributeKind> {
        self.row.attribute.as_deref().map(AttributeKind::of_word)
    }

    /// The attribute's name. Null when it is not for one.
    async fn attribute_name(&self) -> Option<&str> {
        self.row.attribute_name.as_deref()
    }

    /// What its maker pays for each gift, as the market states it. Offers are compared by it, within one currency.
    async fn price(&self) -> Price {
        Price { money: self.money(self.row.price_amount), fee_basis: FeeBasis::of_word(&self.row.fee_basis) }
    }

    /// What of it whoever takes the offer receives, after the fees that the market states with the offer. Null where it states none.
    async fn seller_receives(&self) -> Option<Money> {
        self.row.seller_amount.map(|amount| self.money(amount))
    }

    /// Whose money it is, as the market names people. Null when it does not say.
    async fn maker(&self) -> Option<&str> {
        self.row.maker.as_deref()
    }

    /// For how many gifts it is. Null when the market does not say.
    async fn quantity(&self) -> Option<i64> {
        self.row.quantity
    }

    /// How many of them it still takes. Null when the market does not say.
    async fn quantity_left(&self) -> Option<i64> {
        Some((self.row.quantity? - self.row.quantity_taken.unwrap_or(0)).max(0))
    }

    /// When it was made, by the market's clock. Null when the market does not tell; `seenAt` is known always.
    async fn made_at(&self) -> Option<DateTime> {
        self.row.made_at_ms.map(DateTime::from_ms)
    }

    /// When it lapses. Null when the market does not tell.
    async fn expires_at(&self) -> Option<DateTime> {
        self.row.expires_at_ms.map(DateTime::from_ms)
    }

    /// Seconds until then by this server's clock when it answered, or as of the position; 0 once it is over. Null when the end is not known.
    async fn seconds_left(&self) -> async_graphql::Result<Option<i32>> {
        Ok(self.left_us().await?.map(|left_us| clamp_seconds(left_us.max(0))))
    }

    /// Whether its time was over by then. False where the end is not known.
    async fn is_expired(&self) -> async_graphql::Result<bool> {
        Ok(self.left_us().await?.is_some_and(|left_us| left_us <= 0))
    }

    /// How it stands.
    async fn state(&self) -> OfferState {
        OfferState::of_word(&self.row.state)
    }

    /// Link to it. Null when the market has none.
    async fn link_url(&self) -> Option<&str> {
        self.row.link_url.as_deref()
    }

    /// When this price was first seen, by the database's clock.
    async fn seen_at(&self) -> DateTime {
        DateTime(self.row.seen_at_us)
    }

    /// Start of the last completed scan that looked for it, by the database's clock. Null before the first one, and for an earlier position.
    async fn checked_at(&self) -> async_graphql::Result<Option<DateTime>> {
        Ok(self.reading.offer_checked_at_us(&self.row.market, &self.row.offer).await?.map(DateTime))
    }

    /// The event that set the price.
    async fn event(&self) -> async_graphql::Result<Option<Event>> {
        let event = self.reading.event(self.row.price_position).await?;
        Ok(event.map(|event| Event::new(&self.reading, event)))
    }

    /// Position of the event that set the price.
    async fn price_position(&self) -> Position {
        Position(self.row.price_position)
    }

    /// Position of the event that told the rest. Null when nothing has.
    async fn details_position(&self) -> Option<Position> {
        self.row.details_position.map(Position)
    }

    /// Position of the event that ended it. Null while it stands.
    async fn end_position(&self) -> Option<Position> {
        self.row.end_position.map(Position)
    }

    /// Position from which it has stood as shown.
    async fn since_position(&self) -> Position {
        Position(self.row.from_position)
    }

    /// Where the evidence of the price can be downloaded, below this server's address.
    async fn evidence_url(&self) -> String {
        super::event::evidence_url(self.row.price_position)
    }

    /// Where the source's answer came from.
    async fn origin(&self) -> Origin {
        Origin::of_word(&self.row.origin)
    }

    /// The fields that are null here, each with the reason.
    async fn missing(&self) -> Vec<Missing> {
        let name = Market::new(&self.reading, &self.row.market).display_name();
        let untold = |what: &str| format!("{name} has not told {what}");
        let mut missing = MissingFields(Vec::new());
        missing.note(self.row.seller_amount.is_none(), "sellerReceives", || {
            untold("every fee that it takes of this offer")
        });
        missing.note(self.row.maker.is_none(), "maker", || untold("whose offer it is"));
        missing.note(self.row.quantity.is_none(), "quantity", || untold("for how many gifts it is"));
        missing.note(self.row.made_at_ms.is_none(), "madeAt", || untold("when it was made"));
        missing.note(self.row.expires_at_ms.is_none(), "expiresAt", || untold("when it lapses"));
        missing.note(self.row.link_url.is_none(), "linkUrl", || untold("a link to the offer"));
        missing.0
    }
}

connection!(Offer, OfferConnection, OfferEdge, "A page of offers.");
