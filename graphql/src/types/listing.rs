//! An open listing.

use std::sync::Arc;

use async_graphql::{ID, Object};
use domain::{CollectionSlug, GiftId};
use store::read::{ListingCheck, ListingRow};

use super::{
    connection::connection,
    event::Event,
    gift::Gift,
    market::Market,
    price::{AllInPrice, Money, Price, stated_ask},
    witness::{self, OnChain, Witness},
    words::{Custody, FeeBasis, Missing, MissingFields, Origin},
};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position, clamp_seconds},
};

/// An open listing as of a reading.
pub(crate) struct Listing {
    pub(crate) reading: Arc<Reading>,
    pub(crate) row: ListingRow,
}

/// A market of which nothing was read for so long is one whose listings may be long gone: 15 minutes, in microseconds. Its feed is
/// asked every few seconds.
const SILENT_US: i64 = 900_000_000;

impl Listing {
    pub(crate) fn new(reading: &Arc<Reading>, row: ListingRow) -> Self {
        Self { reading: Arc::clone(reading), row }
    }

    fn gift_id(&self) -> Result<GiftId, Fault> {
        let slug = CollectionSlug::from_title(&self.row.slug).map_err(Fault::internal)?;
        let number = u32::try_from(self.row.number).map_err(Fault::internal)?;
        Ok(GiftId { slug, number })
    }

    fn money(&self, amount: i64) -> Money {
        Money { reading: Arc::clone(&self.reading), amount, currency: self.row.price_currency.clone() }
    }

    /// When a completed scan last looked for it, microseconds since 1970; only known for now.
    async fn checked_at_us(&self) -> Result<Option<i64>, Fault> {
        Ok(self.check().await?.map(|check| check.checked_at_us))
    }

    async fn check(&self) -> Result<Option<ListingCheck>, Fault> {
        let (source, lot) = self.row.leader();
        self.reading.check(source, lot).await
    }

    /// When it was last known to be open at this price, microseconds since 1970.
    async fn confirmed_at_us(&self) -> Result<i64, Fault> {
        let checked = self.checked_at_us().await?;
        Ok(checked.unwrap_or(i64::MIN).max(self.row.seen_at_us))
    }

    async fn stale_since_us(&self) -> Result<Option<(i64, String)>, Fault> {
        if let Some(row) = self.reading.quarantine(self.row.leader().0).await? {
            return Ok(Some((
                row.since_us,
                format!("the market's pages cannot be read: at `{}` {}", row.path, row.why),
            )));
        }
        if self.reading.head.is_none() {
            return Ok(None);
        }
        if let Some(dropped_at_us) = self.check().await?.and_then(|check| check.dropped_at_us) {
            let reason =
                "the market no longer lists its collection, so nobody can look whether it is still open";
            return Ok(Some((dropped_at_us, reason.to_owned())));
        }
        let Some(row) = self.reading.market(self.row.leader().0).await? else { return Ok(None) };
        if matches!(row.state.as_str(), "quarantined" | "refused" | "stopped") {
            let reason = row.reason.unwrap_or_else(|| format!("the market is {}", row.state));
            return Ok(Some((row.state_since_us, reason)));
        }
        let silent = row.checked_at_us.filter(|at_us| self.reading.now_us() - at_us > SILENT_US);
        Ok(silent.map(|at_us| (at_us, "nothing of the market was read since then".to_owned())))
    }
}

/// Id of a listing: market and the market's own id of the lot.
pub(crate) fn listing_id(market: &str, lot: &str) -> ID {
    ID(format!("listing_{market}_{lot}"))
}

/// An open ask for one gift on one market.
#[Object]
impl Listing {
    /// Stable while the lot exists: `listing_`, the market's id, `_`, the market's own id of the lot.
    async fn id(&self) -> ID {
        listing_id(&self.row.market, &self.row.lot)
    }

    /// The gift.
    async fn gift(&self) -> async_graphql::Result<Gift> {
        Ok(Gift::new(&self.reading, self.gift_id()?))
    }

    /// The market whose listing it is, whoever shows it.
    async fn market(&self) -> Market {
        Market::new(&self.reading, &self.row.market)
    }

    /// The market's own id of the lot.
    async fn lot(&self) -> &str {
        &self.row.lot
    }

    /// The ask as the market states it.
    async fn price(&self) -> async_graphql::Result<Price> {
        let fee_basis = FeeBasis::of_word(&self.row.fee_basis);
        let amount = match fee_basis {
            FeeBasis::BuyerPays => self.row.price_amount,
            FeeBasis::SellerReceives => stated_ask(&self.row.all_in_lines)?.unwrap_or(self.row.price_amount),
        };
        Ok(Price { money: self.money(amount), fee_basis })
    }

    /// What the buyer pays the market: the ask with the market's shares that come on top of it, as far as known. Listings and floors are compared by it. Source: the lines of `allIn`.
    async fn market_price(&self) -> Money {
        self.money(self.row.price_amount)
    }

    /// What the buyer pays in the end, every part with its source, by the fees in force when the ask was made.
    async fn all_in(&self) -> AllInPrice {
        AllInPrice {
            money: self.money(self.row.all_in_amount),
            is_at_least: self.row.all_in_at_least,
            lines: self.row.all_in_lines.clone(),
        }
    }

    /// Where the gift lives, as this market says. Null when it does not say.
    async fn custody(&self) -> Option<Custody> {
        self.row.custody.as_deref().and_then(Custody::of_word)
    }

    /// Who offers it, as this market names people: a TON address, a Telegram name. Null when it does not say.
    async fn owner(&self) -> Option<&str> {
        self.row.owner.as_deref()
    }

    /// Link to this very listing. Null when the market has none.
    async fn link_url(&self) -> Option<&str> {
        self.row.link_url.as_deref()
    }

    /// The gift's picture, by reference to its source. Null when none has told one.
    async fn image_url(&self) -> Option<&str> {
        self.row.image_url.as_deref()
    }

    /// When it was put up, by the market's clock. Null when the market does not tell; `seenAt` is known always.
    async fn listed_at(&self) -> Option<DateTime> {
        self.row.listed_at_us.map(DateTime)
    }

    /// When this ask was first seen, by the database's clock.
    async fn seen_at(&self) -> DateTime {
        DateTime(self.row.seen_at_us)
    }

    /// Start of the last completed scan that still showed it, by the database's clock. Null before the first one, and for an earlier position.
    async fn checked_at(&self) -> async_graphql::Result<Option<DateTime>> {
        Ok(self.checked_at_us().await?.map(DateTime))
    }

    /// Seconds since it was last known to be open at this price: since `checkedAt`, or `seenAt` if that is later.
    async fn age_seconds(&self) -> async_graphql::Result<i32> {
        Ok(clamp_seconds(self.reading.now_us() - self.confirmed_at_us().await?))
    }

    /// True while its market cannot be read: the listing stays as last seen.
    async fn stale(&self) -> async_graphql::Result<bool> {
        Ok(self.stale_since_us().await?.is_some())
    }

    /// Since when it is stale, by the database's clock. Null while it is not.
    async fn stale_since(&self) -> async_graphql::Result<Option<DateTime>> {
        Ok(self.stale_since_us().await?.map(|(since_us, _)| DateTime(since_us)))
    }

    /// Why it is stale. Null while it is not.
    async fn stale_reason(&self) -> async_graphql::Result<Option<String>> {
        Ok(self.stale_since_us().await?.map(|(_, reason)| reason))
    }

    /// The event that set the ask: the price is in its evidence.
    async fn event(&self) -> async_graphql::Result<Option<Event>> {
        let event = self.reading.event(self.row.ask_position).await?;
        Ok(event.map(|event| Event::new(&self.reading, event)))
    }

    /// Position of the event that set the ask.
    async fn ask_position(&self) -> Position {
        Position(self.row.ask_position)
    }

    /// Position from which the listing has stood as shown.
    async fn since_position(&self) -> Position {
        Position(self.row.from_position)
    }

    /// Position of the event that told custody, owner and link. Null when nothing has told them.
    async fn details_position(&self) -> Option<Position> {
        self.row.details_position.map(Position)
    }

    /// Where the evidence of the ask can be downloaded, below this server's address: `ribbon verify event` recomputes the event from it.
    async fn evidence_url(&self) -> String {
        super::event::evidence_url(self.row.ask_position)
    }

    /// Whose word the price is: the best witness's. A reader of the chain before the market itself, the market before another one that shows its listing.
    async fn source(&self) -> Market {
        Market::new(&self.reading, self.row.leader().0)
    }

    /// Every source that speaks of it, the one whose word leads first, each with its event and evidence.
    async fn witnesses(&self) -> async_graphql::Result<Vec<Witness>> {
        witness::of_listing(&self.reading, &self.row)
    }

    /// How many sources speak of it.
    async fn sources_count(&self) -> async_graphql::Result<i32> {
        Ok(witness::sources(&witness::of_listing(&self.reading, &self.row)?))
    }

    /// What the sources disagree about (price, whether it is open, who sells), in sentences; nothing is averaged. Null while they agree.
    async fn disagreement(&self) -> async_graphql::Result<Option<String>> {
        Ok(witness::disagreement(&witness::of_listing(&self.reading, &self.row)?))
    }

    /// Whether its claim to stand on TON is borne out. Null for a listing that makes none.
    async fn on_chain(&self) -> async_graphql::Result<Option<OnChain>> {
        Ok(OnChain::of(self.row.custody.as_deref(), &witness::of_listing(&self.reading, &self.row)?))
    }

    /// Where the source's answer came from.
    async fn origin(&self) -> Origin {
        Origin::of_word(&self.row.origin)
    }

    /// The fields that are null here, each with the reason.
    async fn missing(&self) -> async_graphql::Result<Vec<Missing>> {
        let name = Market::new(&self.reading, &self.row.market).display_name();
        let untold = |what: &str| format!("{name} has not told {what}");
        let mut missing = MissingFields(Vec::new());
        missing.note(self.row.listed_at_us.is_none(), "listedAt", || {
            untold("when it was put up, or a scan has missed it since")
        });
        missing.note(self.row.custody.is_none(), "custody", || untold("where the gift lives"));
        missing.note(self.row.owner.is_none(), "owner", || untold("who offers it"));
        missing.note(self.row.link_url.is_none(), "linkUrl", || untold("a link to the listing"));
        missing.note(self.row.image_url.is_none(), "imageUrl", || {
            "no source that spoke of the gift has told one".to_owned()
        });
        let is_unchecked = self.checked_at_us().await?.is_none();
        missing.note(is_unchecked, "checkedAt", || match self.reading.head {
            Some(_) => "no scan of its part of the market has been completed yet".into(),
            None => "not kept for earlier positions".into(),
        });
        Ok(missing.0)
    }
}

connection!(Listing, ListingConnection, ListingEdge, "A page of open listings.", total);
