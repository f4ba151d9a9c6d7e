//! The stream of floors: a picture, then what changes of it. Only the latest value of a floor counts, so whatever was missed is
//! made good by sending what is.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{StreamExt as _, stream};
use store::read::{self, FloorChange, FloorFilter, KeyPart, Page, ReadFault};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    CatchUp, Follow, FollowFeed, Mode, Pushes, just,
    push::{FloorsBatch, FloorsPush, Reload, ReloadReason, UNFINISHED},
    reading_at,
};
use crate::{
    cursor::{CursorFault, CursorScope},
    refusal::{Fault, Refusal, RefusalCode},
    scalar::Cursor,
    state::ApiState,
    tail::News,
};

/// Floors in one message.
const MESSAGE_FLOORS: usize = 200;
/// More changes than this since a cursor are sent as the whole picture instead.
const CHANGES_MAX: usize = 1_000;
/// Attribute floors may be followed of so many collections at once.
const ATTRIBUTE_COLLECTIONS_MAX: usize = 10;

enum Begin {
    Behind(i64),
    Picture,
    Nowhere,
}

fn begin(state: &ApiState, after: Option<&Cursor>) -> Result<Begin, Refusal> {
    let Some(after) = after else { return Ok(Begin::Picture) };
    match CursorScope::of(&format!("floors stream {}", state.identity.0)).place::<i64>(after) {
        Ok(UNFINISHED) => Ok(Begin::Picture),
        Ok(position) if position >= 0 => Ok(Begin::Behind(position)),
        Ok(_) | Err(CursorFault::Foreign) => Ok(Begin::Nowhere),
        Err(fault @ CursorFault::Damaged) => Err(fault.into()),
    }
}

fn check(filter: &FloorFilter) -> Result<(), Refusal> {
    let with_attributes = filter.kinds.iter().any(|kind| kind != "collection");
    if with_attributes && !(1..=ATTRIBUTE_COLLECTIONS_MAX).contains(&filter.slugs.len()) {
        let message = format!(
            "attribute floors can be followed of 1 to {ATTRIBUTE_COLLECTIONS_MAX} named collections at once"
        );
        return Err(Refusal::new(RefusalCode::BadInput, message));
    }
    Ok(())
}

/// The stream for a mode.
///
/// # Errors
/// A refusal for a damaged cursor or a filter that finds too much.
pub(super) fn stream(
    state: ApiState,
    mode: Mode,
    filter: FloorFilter,
    after: Option<Cursor>,
) -> Result<Pushes<FloorsPush>, Fault> {
    check(&filter)?;
    Ok(match mode {
        Mode::Reload(reason) => just(FloorsPush::Reload(Reload::because(reason))),
        Mode::Follow(follow) => match follow.take() {
            Some(FollowFeed::Floors(feed)) => follow_stream(state, filter, feed, Some(follow)),
            _ => Box::pin(stream::empty()),
        },
        Mode::CatchUp(catch_up) => {
            let begin = begin(&state, after.as_ref())?;
            catch_up_stream(state, filter, begin, catch_up)
        }
        Mode::Alone => {
            let begin = begin(&state, after.as_ref())?;
            let (to, feed) = state.tail.floors.join();
            let catch_up = CatchUp::new(None, to);
            let first = catch_up_stream(state.clone(), filter.clone(), begin, Arc::clone(&catch_up));
            let then = stream::once(async move {
                if catch_up.has_reloaded() {
                    return Box::pin(stream::empty()) as Pushes<FloorsPush>;
                }
                follow_stream(state, filter, feed, None)
            });
            Box::pin(first.chain(then.flatten()))
        }
    })
}

struct Following {
    state: ApiState,
    filter: FloorFilter,
    feed: Receiver<Arc<News<FloorChange>>>,
    follow: Option<Arc<Follow>>,
    has_ended: bool,
}

fn follow_stream(
    state: ApiState,
    filter: FloorFilter,
    feed: Receiver<Arc<News<FloorChange>>>,
    follow: Option<Arc<Follow>>,
) -> Pushes<FloorsPush> {
    let following = Following { state, filter, feed, follow, has_ended: false };
    Box::pin(stream::unfold(following, |mut following| async move {
        let push = following.next().await?;
        Some((Ok(push), following))
    }))
}

impl Following {
    async fn next(&mut self) -> Option<FloorsPush> {
        while !self.has_ended {
            let news = match self.feed.recv().await {
                Ok(news) => news,
                Err(RecvError::Lagged(_)) => return Some(self.reload()),
                Err(RecvError::Closed) => return None,
            };
            let News::Items { to, items } = news.as_ref() else { return Some(self.reload()) };
            let changes: Vec<FloorChange> =
                items.iter().filter(|change| fits(&self.filter, change)).cloned().collect();
            match changes.len() {
                0 => {}
                1..=MESSAGE_FLOORS => {
                    if let Some(follow) = &self.follow {
                        follow.reach(*to);
                    }
                    let reading = reading_at(&self.state, *to);
                    return Some(FloorsPush::Batch(FloorsBatch {
                        reading,
                        changes,
                        is_snapshot: false,
                        to: *to,
                    }));
                }
                _ => return Some(self.reload()),
            }
        }
        None
    }

    /// Too much for one message. Subscribers of a topic are caught up one by one; a stream alone says so.
    fn reload(&mut self) -> FloorsPush {
        self.has_ended = true;
        if let Some(follow) = &self.follow {
            follow.end();
        }
        FloorsPush::Reload(Reload::because(ReloadReason::Overrun))
    }
}

struct CatchingUp {
    state: ApiState,
    filter: FloorFilter,
    begin: Begin,
    catch_up: Arc<CatchUp>,
    pending: VecDeque<FloorsPush>,
    /// Where the next page of the whole picture begins; `None` when there is no further one.
    next_page: Option<Page>,
    has_begun: bool,
}

fn catch_up_stream(
    state: ApiState,
    filter: FloorFilter,
    begin: Begin,
    catch_up: Arc<CatchUp>,
) -> Pushes<FloorsPush> {
    let catching = CatchingUp {
        state,
        filter,
        begin,
        catch_up,
        pending: VecDeque::new(),
        next_page: None,
        has_begun: false,
    };
    Box::pin(stream::unfold(catching, |mut catching| async move {
        let push = catching.next().await.map_err(|fault| async_graphql::Error::from(Fault::from(fault)));
        push.transpose().map(|push| (push, catching))
    }))
}

impl CatchingUp {
    async fn next(&mut self) -> Result<Option<FloorsPush>, ReadFault> {
        if !self.has_begun {
            self.has_begun = true;
            self.start().await?;
        }
        if self.pending.is_empty()
            && let Some(page) = self.next_page.take()
        {
            self.read_page(page).await?;
        }
        Ok(self.pending.pop_front())
    }

    async fn start(&mut self) -> Result<(), ReadFault> {
        let to = self.catch_up.to;
        let from = match (self.catch_up.from, &self.begin) {
            (Some(from), _) => from,
            (None, Begin::Behind(from)) => *from,
            (None, Begin::Picture) => return self.whole_picture(),
            (None, Begin::Nowhere) => return self.reload(ReloadReason::UnknownCursor),
        };
        if from > to && from > self.state.read_head().await?.position {
            return self.reload(ReloadReason::UnknownCursor);
        }
        let limit = i64::try_from(CHANGES_MAX + 1).unwrap_or(i64::MAX);
        let changes = read::floor_changes(&self.state.pool, from, to, limit).await?;
        if changes.len() > CHANGES_MAX {
            return self.whole_picture();
        }
        self.catch_up.reach(from);
        let changes: Vec<FloorChange> =
            changes.into_iter().filter(|change| fits(&self.filter, change)).collect();
        let mut rest = changes.chunks(MESSAGE_FLOORS).peekable();
        if rest.peek().is_none() {
            self.push(Vec::new(), false, to.max(from));
        }
        while let Some(chunk) = rest.next() {
            // Only the last message reaches the end: who resumes in between gets the rest again.
            let reached = if rest.peek().is_none() { to } else { from };
            self.push(chunk.to_vec(), false, reached);
        }
        Ok(())
    }

    fn whole_picture(&mut self) -> Result<(), ReadFault> {
        self.next_page = Some(Page { after: None, limit: i64::try_from(MESSAGE_FLOORS).unwrap_or(i64::MAX) });
        Ok(())
    }

    async fn read_page(&mut self, page: Page) -> Result<(), ReadFault> {
        let to = self.catch_up.to;
        let rows = read::floor_page(&self.state.pool, &self.filter, &page, to).await?;
        let after: Option<Vec<KeyPart>> =
            rows.last().map(read::FloorRow::key).filter(|_| rows.len() == MESSAGE_FLOORS);
        let reached = if after.is_some() { UNFINISHED } else { to };
        self.next_page = after.map(|after| Page { after: Some(after), limit: page.limit });
        self.push(rows.into_iter().map(FloorChange::Now).collect(), true, reached);
        Ok(())
    }

    fn push(&mut self, changes: Vec<FloorChange>, is_snapshot: bool, to: i64) {
        let reading = reading_at(&self.state, self.catch_up.to);
        self.pending.push_back(FloorsPush::Batch(FloorsBatch { reading, changes, is_snapshot, to }));
    }

    fn reload(&mut self, reason: ReloadReason) -> Result<(), ReadFault> {
        self.catch_up.reload();
        self.pending.push_back(FloorsPush::Reload(Reload::because(reason)));
        Ok(())
    }
}

/// Whether a floor is one that the filter finds; the same rule as the query's.
fn fits(filter: &FloorFilter, change: &FloorChange) -> bool {
    let (slug, kind, name, market, currency) = match change {
        FloorChange::Now(row) => (&row.slug, &row.kind, &row.name, &row.market, &row.currency),
        FloorChange::Gone { slug, kind, name, market, currency } => (slug, kind, name, market, currency),
    };
    let one_of = |wanted: &[String], found: &String| wanted.is_empty() || wanted.contains(found);
    one_of(&filter.slugs, slug)
        && one_of(&filter.kinds, kind)
        && one_of(&filter.names, name)
        && one_of(&filter.markets, market)
        && filter.currency.as_ref().is_none_or(|wanted| wanted == currency)
}
