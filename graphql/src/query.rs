//! The query root: each field picks its reading, turns its arguments into a question to the store, and cuts the page.

use std::sync::Arc;

use async_graphql::{Context, Object, SimpleObject};
use domain::GiftId;
use store::read::{self, KeyKind, Page};

use crate::{
    cursor::{CursorScope, keyset},
    input::{
        AuctionFilter, AuctionSort, EventFilter, FloorFilter, GiftFilter, ListingFilter, ListingSort,
        OfferFilter, OfferSort, SaleFilter,
    },
    limits::Limits,
    reading::{Frame, Reading},
    refusal::{Fault, Refusal, RefusalCode},
    scalar::{Cursor, DateTime, Position, Slug},
    types::{
        auction::{Auction, AuctionConnection},
        collection::{Collection, CollectionConnection},
        connection::{Nodes, Total},
        event::{Event, EventConnection, log_cursor, log_scope},
        floor::{Floor, FloorConnection},
        gift::{Gift, GiftConnection},
        job::JobKind,
        listing::{Listing, ListingConnection},
        log::LogHead,
        market::{Market, NotCovered, not_covered},
        offer::{Offer, OfferConnection},
        rate::Rate,
        sale::{Sale, SaleConnection},
    },
};

/// The query root.
pub(crate) struct QueryRoot;

fn frame<'a>(ctx: &Context<'a>) -> Result<&'a Frame, Fault> {
    ctx.data::<Arc<Frame>>()
        .map(AsRef::as_ref)
        .map_err(|error| Fault::internal(std::io::Error::other(error.message)))
}

/// The length of a page, bounded again for callers that come past the counting.
fn page_length(reading: &Reading, first: i32) -> Result<usize, Refusal> {
    let most = reading.state.options.limits.list;
    match usize::try_from(first) {
        Ok(first) if first <= most => Ok(first),
        Ok(first) => {
            Err(Refusal::limit(RefusalCode::ListTooLong, "`first` is too large", "list", most, first))
        }
        Err(_) => Err(Refusal::new(RefusalCode::BadInput, format!("`first` is {first}: expected 0 or more"))),
    }
}

/// One row more than the page, to know whether more follow.
fn page(
    scope: CursorScope,
    kinds: &[KeyKind],
    first: usize,
    after: Option<&Cursor>,
) -> Result<Page, Refusal> {
    let after = after.map(|cursor| keyset(scope, cursor, kinds)).transpose()?;
    Ok(Page { after, limit: i64::try_from(first + 1).unwrap_or(i64::MAX) })
}

/// A kind of refusal and what it means.
#[derive(SimpleObject)]
#[graphql(serial)]
struct RefusalDoc {
    /// The code as it stands in `extensions.code` of an error.
    code: RefusalCode,
    /// Whether the same request may succeed later without being changed.
    may_succeed_later: bool,
}

/// Everything that can be asked. Amounts are integers in the smallest unit as text, times are UTC, and every market question takes `asOf`.
#[Object(name = "Query")]
impl QueryRoot {
    /// The end of the event log, read now.
    async fn log(&self, ctx: &Context<'_>) -> async_graphql::Result<LogHead> {
        let state = &frame(ctx)?.state;
        let head = read::head(&state.pool).await.map_err(Fault::from)?;
        Ok(LogHead {
            position: Position(head.position),
            hash: hex::encode(head.head),
            committed_at: head.committed_at_us.map(DateTime),
            answered_at: DateTime(state.clock.now_us()),
            export_url: "/log",
        })
    }

    /// An event by its position. Null when the log has none there.
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its position.")] position: Position,
    ) -> async_graphql::Result<Option<Event>> {
        let reading = frame(ctx)?.reading(None).await?;
        let event = reading.event(position.0).await?;
        Ok(event.map(|event| Event::new(&reading, event)))
    }

    /// The collections by slug.
    async fn collections(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "Length of the page.")] first: i32,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<Cursor>,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<CollectionConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let scope = CursorScope::of("collections");
        let page = page(scope, &[KeyKind::Text], first, after.as_ref())?;
        let rows =
            read::collection_page(&reading.state.pool, &page, reading.position).await.map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |row| {
            let cursor = scope.cursor(&[&row.slug]);
            (cursor, Collection::new(&reading, Arc::new(row)))
        });
        Ok(CollectionConnection { nodes, total: Total::Collections })
    }

    /// A collection by slug. Null when no source has told of it.
    async fn collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its slug, or its title in any spelling.")] slug: Slug,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<Option<Collection>> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let row = reading.collection(slug.0.as_str()).await?;
        Ok(row.map(|row| Collection::new(&reading, row)))
    }

    /// A gift by collection and number. Null when no event has spoken of it.
    async fn gift(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The collection's slug, or its title in any spelling.")] slug: Slug,
        #[graphql(desc = "Telegram's number inside the collection.")] number: i64,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<Option<Gift>> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let Some(number) = u32::try_from(number).ok().filter(|number| *number > 0) else {
            let refusal = format!("`number` is {number}: a gift's number is from 1 to 4294967295");
            return Err(Refusal::new(RefusalCode::BadInput, refusal).into());
        };
        let gift = GiftId { slug: slug.0, number };
        Ok(reading.gift(&gift).await?.map(|row| Gift::new(&reading, row.gift.clone())))
    }

    /// Gifts by collection and number: of an owner, with an attribute, in custody.
    async fn gifts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<GiftFilter>,
        #[graphql(default = 20, desc = "Length of the page.")] first: i32,
        #[graphql(desc = "Begin behind this cursor; it fits this filter alone.")] after: Option<Cursor>,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<GiftConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let filter = filter.unwrap_or_default().of_store()?;
        let scope = CursorScope::of(&format!("gifts {filter:?}"));
        let page = page(scope, &[KeyKind::Text, KeyKind::Int], first, after.as_ref())?;
        let rows = read::gift_page(&reading.state.pool, &filter, &page, reading.position)
            .await
            .map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |row| {
            let cursor = scope.cursor(&(row.gift.slug.as_str(), row.gift.number));
            (cursor, Gift::new(&reading, row.gift))
        });
        Ok(GiftConnection { nodes, total: Total::Gifts(filter) })
    }

    /// Open listings of all markets in one list.
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<ListingFilter>,
        #[graphql(desc = "In which order; the lowest ask first if absent.")] sort: Option<ListingSort>,
        #[graphql(default = 20, desc = "Length of the page.")] first: i32,
        #[graphql(desc = "Begin behind this cursor; it fits this filter and sort alone.")] after: Option<
            Cursor,
        >,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<ListingConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let filter = filter.unwrap_or_default().of_store()?;
        let (by, direction) = sort.unwrap_or_default().of_store();
        let scope = CursorScope::of(&format!("listings {by:?} {direction:?} {filter:?}"));
        let page = page(scope, by.key_kinds(), first, after.as_ref())?;
        let rows = read::listing_page(&reading.state.pool, &filter, by, direction, &page, reading.position)
            .await
            .map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |row| {
            (scope.cursor(&row.key(by)), Listing::new(&reading, row))
        });
        Ok(ListingConnection { nodes, total: Total::Listings(filter) })
    }

    /// One listing by its id. Null when it is not open.
    async fn listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id, as `Listing.id` gives it.")] id: async_graphql::ID,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<Option<Listing>> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let parts = id.strip_prefix("listing_").and_then(|rest| rest.split_once('_'));
        let Some((market, lot)) = parts.filter(|(_, lot)| domain::LotId::parse(lot).is_some()) else {
            let refusal = "`id` is no listing's: expected `listing_`, a market's id, `_`, and the market's id of the lot";
            return Err(Refusal::new(RefusalCode::BadInput, refusal).into());
        };
        let row =
            read::listing(&reading.state.pool, market, lot, reading.position).await.map_err(Fault::from)?;
        Ok(row.map(|row| Listing::new(&reading, row)))
    }

    /// Auctions of all markets in one list; those that are open if `filter.states` is absent.
    async fn auctions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; the open ones if absent.")] filter: Option<AuctionFilter>,
        #[graphql(desc = "In which order; the soonest end first if absent.")] sort: Option<AuctionSort>,
        #[graphql(default = 20, desc = "Length of the page.")] first: i32,
        #[graphql(desc = "Begin behind this cursor; it fits this filter and sort alone.")] after: Option<
            Cursor,
        >,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<AuctionConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let filter = filter.unwrap_or_default().of_store()?;
        let (by, direction) = sort.unwrap_or_default().of_store();
        let scope = CursorScope::of(&format!("auctions {by:?} {direction:?} {filter:?}"));
        let page = page(scope, by.key_kinds(), first, after.as_ref())?;
        let rows = read::auction_page(&reading.state.pool, &filter, by, direction, &page, reading.position)
            .await
            .map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |row| {
            (scope.cursor(&row.key(by)), Auction::new(&reading, row))
        });
        Ok(AuctionConnection { nodes })
    }

    /// One auction by its id, however it stands. Null when there was none.
    async fn auction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id, as `Auction.id` gives it.")] id: async_graphql::ID,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<Option<Auction>> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let parts = id.strip_prefix("auction_").and_then(|rest| rest.split_once('_'));
        let Some((market, lot)) = parts.filter(|(_, lot)| domain::LotId::parse(lot).is_some()) else {
            let refusal = "`id` is no auction's: expected `auction_`, a market's id, `_`, and the market's id of the lot";
            return Err(Refusal::new(RefusalCode::BadInput, refusal).into());
        };
        let row =
            read::auction(&reading.state.pool, market, lot, reading.position).await.map_err(Fault::from)?;
        Ok(row.map(|row| Auction::new(&reading, row)))
    }

    /// Offers of all markets in one list; those that stand if `filter.states` is absent, the highest first.
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; those that stand if absent.")] filter: Option<OfferFilter>,
        #[graphql(desc = "In which order; the highest first if absent.")] sort: Option<OfferSort>,
        #[graphql(default = 20, desc = "Length of the page.")] first: i32,
        #[graphql(desc = "Begin behind this cursor; it fits this filter and sort alone.")] after: Option<
            Cursor,
        >,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<OfferConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let filter = filter.unwrap_or_default().of_store()?;
        let (by, direction) = sort.unwrap_or_default().of_store();
        let scope = CursorScope::of(&format!("offers {by:?} {direction:?} {filter:?}"));
        let page = page(scope, by.key_kinds(), first, after.as_ref())?;
        let rows = read::offer_page(&reading.state.pool, &filter, by, direction, &page, reading.position)
            .await
            .map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |row| {
            (scope.cursor(&row.key(by)), Offer::new(&reading, row))
        });
        Ok(OfferConnection { nodes })
    }

    /// Completed sales, newest first by the market's clock.
    async fn sales(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<SaleFilter>,
        #[graphql(default = 20, desc = "Length of the page.")] first: i32,
        #[graphql(desc = "Begin behind this cursor; it fits this filter alone.")] after: Option<Cursor>,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<SaleConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let filter = filter.unwrap_or_default().of_store()?;
        let scope = CursorScope::of(&format!("sales {filter:?}"));
        let page = page(scope, &[KeyKind::Int, KeyKind::Int], first, after.as_ref())?;
        let rows = read::sale_page(&reading.state.pool, &filter, &page, reading.position)
            .await
            .map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |row| {
            (scope.cursor(&row.key()), Sale::new(&reading, row))
        });
        Ok(SaleConnection { nodes })
    }

    /// The log's events, newest first. Give the cursor of the newest to the subscription `events` to go on from there without loss.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<EventFilter>,
        #[graphql(default = 20, desc = "Length of the page.")] first: i32,
        #[graphql(
            desc = "Begin behind, that is, before this event; a cursor of any event of this log fits."
        )]
        after: Option<Cursor>,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<EventConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let before: Option<i64> = after
            .as_ref()
            .map(|cursor| log_scope(&reading).place(cursor))
            .transpose()
            .map_err(Refusal::from)?;
        let limit = i64::try_from(first + 1).unwrap_or(i64::MAX);
        let filter = filter.unwrap_or_default().of_store();
        let rows = read::activity(&reading.state.pool, &filter, before, limit, reading.position)
            .await
            .map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |event| {
            (log_cursor(&reading, event.position), Event::new(&reading, Arc::new(event)))
        });
        Ok(EventConnection { nodes })
    }

    /// Floors of collections and attributes, per market and over all.
    async fn floors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<FloorFilter>,
        #[graphql(default = 50, desc = "Length of the page.")] first: i32,
        #[graphql(desc = "Begin behind this cursor; it fits this filter alone.")] after: Option<Cursor>,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<FloorConnection> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let first = page_length(&reading, first)?;
        let filter = filter.unwrap_or_default().of_store()?;
        let scope = CursorScope::of(&format!("floors {filter:?}"));
        let page = page(scope, &[KeyKind::Text; 5], first, after.as_ref())?;
        let position = reading.floors_position().await?;
        let rows =
            read::floor_page(&reading.state.pool, &filter, &page, position).await.map_err(Fault::from)?;
        let nodes = Nodes::cut(&reading, first, after.is_some(), rows, |row| {
            (scope.cursor(&row.key()), Floor::new(&reading, row))
        });
        Ok(FloorConnection { nodes: Nodes { position, ..nodes } })
    }

    /// The observed currency rates, the latest of each pair first.
    async fn rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Answer as of this position; now if absent.")] as_of: Option<Position>,
    ) -> async_graphql::Result<Vec<Rate>> {
        let reading = frame(ctx)?.reading(as_of).await?;
        let rows = reading.rates().await?;
        Ok(rows.iter().map(|row| Rate::of(&reading, row)).collect())
    }

    /// The markets that are gathered, and how they stand now.
    async fn markets(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Market>> {
        let reading = frame(ctx)?.reading(None).await?;
        Ok(reading.state.markets.keys().map(|id| Market::new(&reading, id)).collect())
    }

    /// Discrete work by kind, as it stands now; kinds without a job are absent.
    async fn jobs(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<JobKind>> {
        let counts = store::jobs::counts(&frame(ctx)?.state.pool).await.map_err(Fault::internal)?;
        Ok(counts.into_iter().map(JobKind::of).collect())
    }

    /// Places where gifts trade that are not gathered at all: no number here includes them.
    async fn not_covered(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<NotCovered>> {
        let markets = &frame(ctx)?.state.markets;
        Ok(not_covered(|id| markets.contains_key(id)))
    }

    /// The limits that a request is counted against before it runs.
    async fn limits(&self, ctx: &Context<'_>) -> async_graphql::Result<Limits> {
        Ok(frame(ctx)?.state.options.limits.clone())
    }

    /// Every code that an error can carry in `extensions.code`.
    async fn refusals(&self) -> Vec<RefusalDoc> {
        RefusalCode::ALL
            .into_iter()
            .map(|code| RefusalDoc { code, may_succeed_later: code.may_succeed_later() })
            .collect()
    }
}
