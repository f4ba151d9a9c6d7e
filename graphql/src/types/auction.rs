//! An auction of one gift on one market.

use std::sync::Arc;

use async_graphql::{Enum, ID, Object};
use domain::{CollectionSlug, GiftId};
use store::read::AuctionRow;

use super::{
    connection::connection,
    event::Event,
    gift::Gift,
    market::Market,
    price::{Money, Price},
    sale::Sale,
    words::{FeeBasis, Missing, MissingFields, Origin},
};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position, clamp_seconds},
};

/// How an auction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum AuctionState {
    /// The last look at the market showed it, or nothing later says otherwise. `isPastEnd` says whether its time is over by now.
    Open,
    /// Its lot was sold: `sale` says to whom and for how much.
    Won,
    /// The market says that its owner called it off.
    Cancelled,
    /// Gone from the market's pages; the outcome is not told.
    Unseen,
}

impl AuctionState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Cancelled => "cancelled",
            Self::Unseen => "unseen",
        }
    }

    fn of_word(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "won" => Self::Won,
            "cancelled" => Self::Cancelled,
            _ => Self::Unseen,
        }
    }
}

/// An auction as of a reading.
pub(crate) struct Auction {
    reading: Arc<Reading>,
    row: AuctionRow,
}

impl Auction {
    pub(crate) fn new(reading: &Arc<Reading>, row: AuctionRow) -> Self {
        Self { reading: Arc::clone(reading), row }
    }

    fn money(&self, amount: i64) -> Money {
        Money { reading: Arc::clone(&self.reading), amount, currency: self.row.price_currency.clone() }
    }

    async fn left_us(&self) -> Result<Option<i64>, Fault> {
        let Some(ends_at_ms) = self.row.ends_at_ms else { return Ok(None) };
        Ok(Some(ends_at_ms.saturating_mul(1_000) - self.reading.moment_us().await?))
    }
}

/// A gift that goes to the highest bid. A won auction is its market's one sale.
#[Object]
impl Auction {
    /// Stable while the lot exists: `auction_`, the market's id, `_`, the market's own id of the lot.
    async fn id(&self) -> ID {
        ID(format!("auction_{}_{}", self.row.market, self.row.lot))
    }

    /// The gift.
    async fn gift(&self) -> async_graphql::Result<Gift> {
        let slug = CollectionSlug::from_title(&self.row.slug).map_err(Fault::internal)?;
        let number = u32::try_from(self.row.number).map_err(Fault::internal)?;
        Ok(Gift::new(&self.reading, GiftId { slug, number }))
    }

    /// The market that shows it.
    async fn market(&self) -> Market {
        Market::new(&self.reading, &self.row.market)
    }

    /// The market's own id of the lot.
    async fn lot(&self) -> &str {
        &self.row.lot
    }

    /// How it stands.
    async fn state(&self) -> AuctionState {
        AuctionState::of_word(&self.row.state)
    }

    /// The highest bid, or the least that the first must be: `hasBid` says which.
    async fn price(&self) -> Price {
        Price { money: self.money(self.row.price_amount), fee_basis: FeeBasis::of_word(&self.row.fee_basis) }
    }

    /// What of that the seller would receive, after the fees that the market states with the auction. Null where it states none.
    async fn seller_receives(&self) -> Option<Money> {
        self.row.seller_amount.map(|amount| self.money(amount))
    }

    /// Whether somebody has bid. Null when the market does not say.
    async fn has_bid(&self) -> Option<bool> {
        self.row.has_bid
    }

    /// The least that the next bid must be. Null when the market does not say.
    async fn bid_min(&self) -> Option<Money> {
        self.row.bid_min_amount.map(|amount| self.money(amount))
    }

    /// A bid of this much ends it at once. Null when there is no such, or the market does not say.
    async fn bid_max(&self) -> Option<Money> {
        self.row.bid_max_amount.map(|amount| self.money(amount))
    }

    /// The step: by how much the next bid must be above the highest. Null while nobody has bid, or the market does not say.
    async fn bid_step(&self) -> Option<Money> {
        let step = self.row.bid_min_amount?.checked_sub(self.row.bid_amount?)?;
        (step > 0).then(|| self.money(step))
    }

    /// Who has the highest bid, as the market names people. Null while nobody has, or when it does not say.
    async fn bidder(&self) -> Option<&str> {
        self.row.bidder.as_deref()
    }

    /// When the highest bid was made, by the market's clock. Null while there is none, or when it does not say.
    async fn bid_at(&self) -> Option<DateTime> {
        self.row.bid_at_ms.map(DateTime::from_ms)
    }

    /// When it ends, as the market states it now; a late bid may move it. Null when it does not say.
    async fn ends_at(&self) -> Option<DateTime> {
        self.row.ends_at_ms.map(DateTime::from_ms)
    }

    /// Seconds until then by this server's clock when it answered, or as of the position; 0 once it is over. Null when the end is not known.
    async fn seconds_left(&self) -> async_graphql::Result<Option<i32>> {
        Ok(self.left_us().await?.map(|left_us| clamp_seconds(left_us.max(0))))
    }

    /// Whether its time was over by then. False where the end is not known.
    async fn is_past_end(&self) -> async_graphql::Result<bool> {
        Ok(self.left_us().await?.is_some_and(|left_us| left_us <= 0))
    }

    /// How it came out, in a sentence. Null while it runs.
    async fn outcome(&self) -> async_graphql::Result<Option<&'static str>> {
        let is_past_end = self.left_us().await?.is_some_and(|left_us| left_us <= 0);
        Ok(match (AuctionState::of_word(&self.row.state), is_past_end, self.row.has_bid) {
            (AuctionState::Open, false, _) => None,
            (AuctionState::Open, true, _) => Some("Past its end; the outcome is not seen yet."),
            (AuctionState::Won, ..) => Some("Won: the lot was sold."),
            (AuctionState::Cancelled, ..) => Some("Called off by its owner."),
            (AuctionState::Unseen, true, Some(false)) => Some("Ended; no bid was seen."),
            (AuctionState::Unseen, ..) => Some("Gone from the market's pages; the outcome is not told."),
        })
    }

    /// The sale, if it was won. The same sale stands in `sales`.
    async fn sale(&self) -> async_graphql::Result<Option<Sale>> {
        let won = self.row.end_position.filter(|_| self.row.state == AuctionState::Won.word());
        let Some(position) = won else { return Ok(None) };
        let row = self.reading.sale(position).await?;
        Ok(row.map(|row| Sale::new(&self.reading, row.as_ref().clone())))
    }

    /// Who sells, as the market names people. Null when it does not say.
    async fn owner(&self) -> Option<&str> {
        self.row.owner.as_deref()
    }

    /// Link to it. Null when the market has none.
    async fn link_url(&self) -> Option<&str> {
        self.row.link_url.as_deref()
    }

    /// The gift's picture, by reference to its source. Null when none has told one.
    async fn image_url(&self) -> Option<&str> {
        self.row.image_url.as_deref()
    }

    /// When this price was first seen, by the database's clock.
    async fn seen_at(&self) -> DateTime {
        DateTime(self.row.seen_at_us)
    }

    /// Start of the last completed scan that looked for it, by the database's clock. Null before the first one, once it is over, and for an earlier position.
    async fn checked_at(&self) -> async_graphql::Result<Option<DateTime>> {
        Ok(self.reading.auction_checked_at_us(&self.row.market, &self.row.lot).await?.map(DateTime))
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

    /// Position of the event that told bid, bidder and end. Null when nothing has.
    async fn terms_position(&self) -> Option<Position> {
        self.row.terms_position.map(Position)
    }

    /// Position of the event that ended it. Null while it is open.
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
        let nobody = || "nobody has bid".to_owned();
        let is_without_bid = self.row.has_bid == Some(false);
        let mut missing = MissingFields(Vec::new());
        missing.note(self.row.seller_amount.is_none(), "sellerReceives", || {
            untold("every fee that it takes of the last bid")
        });
        missing.note(self.row.has_bid.is_none(), "hasBid", || untold("whether somebody has bid"));
        missing.note(self.row.bid_min_amount.is_none(), "bidMin", || untold("what the next bid must be"));
        missing.note(self.row.bidder.is_none(), "bidder", || {
            if is_without_bid { nobody() } else { untold("who bid") }
        });
        missing.note(self.row.bid_at_ms.is_none(), "bidAt", || {
            if is_without_bid { nobody() } else { untold("when the bid was made") }
        });
        missing.note(self.row.ends_at_ms.is_none(), "endsAt", || untold("when it ends"));
        missing.note(self.row.owner.is_none(), "owner", || untold("who sells"));
        missing.note(self.row.link_url.is_none(), "linkUrl", || untold("a link to the auction"));
        missing.0
    }
}

connection!(Auction, AuctionConnection, AuctionEdge, "A page of auctions.");
