//! The stream of events.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use domain::{Fact, LoggedEvent};
use futures_util::{StreamExt as _, stream};
use store::read::{ActivityFilter, ReadFault};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

use super::{
    CatchUp, Follow, FollowFeed, Mode, Pushes, just,
    push::{EventsBatch, EventsPush, Reload, ReloadReason},
    reading_at,
};
use crate::{
    cursor::{CursorFault, CursorScope},
    refusal::{Fault, Refusal},
    scalar::Cursor,
    state::ApiState,
    tail::News,
};

/// Events in one message.
const MESSAGE_EVENTS: usize = 50;
/// Events read at once while catching up.
const READ_EVENTS: i64 = 500;
/// After this long without a message, the next piece of the log that holds nothing for the subscriber is told as an empty one.
const QUIET: Duration = Duration::from_secs(30);

/// Where a stream begins.
enum Begin {
    Behind(i64),
    /// At the position the stream joins at.
    Now,
    Nowhere,
}

fn begin(state: &ApiState, after: Option<&Cursor>) -> Result<Begin, Refusal> {
    let Some(after) = after else { return Ok(Begin::Now) };
    match CursorScope::of(&format!("log {}", state.identity.0)).place::<i64>(after) {
        Ok(position) if position >= 0 => Ok(Begin::Behind(position)),
        Ok(_) | Err(CursorFault::Foreign) => Ok(Begin::Nowhere),
        Err(fault @ CursorFault::Damaged) => Err(fault.into()),
    }
}

/// The stream for a mode.
///
/// # Errors
/// A refusal for a damaged cursor.
pub(super) fn stream(
    state: ApiState,
    mode: Mode,
    filter: ActivityFilter,
    after: Option<Cursor>,
) -> Result<Pushes<EventsPush>, Fault> {
    Ok(match mode {
        Mode::Reload(reason) => just(EventsPush::Reload(Reload::because(reason))),
        Mode::Follow(follow) => match follow.take() {
            Some(FollowFeed::Events(feed)) => follow_stream(state, filter, feed, 0, Some(follow)),
            _ => Box::pin(stream::empty()),
        },
        Mode::CatchUp(catch_up) => {
            let begin = begin(&state, after.as_ref())?;
            catch_up_stream(state, filter, begin, catch_up)
        }
        Mode::Alone => {
            let begin = begin(&state, after.as_ref())?;
            let (to, feed) = state.tail.events.join();
            let catch_up = CatchUp::new(None, to);
            let first = catch_up_stream(state.clone(), filter.clone(), begin, Arc::clone(&catch_up));
            let then = stream::once(async move {
                if catch_up.has_reloaded() {
                    return Box::pin(stream::empty()) as Pushes<EventsPush>;
                }
                follow_stream(state, filter, feed, catch_up.reached(), None)
            });
            Box::pin(first.chain(then.flatten()))
        }
    })
}

struct Following {
    state: ApiState,
    filter: ActivityFilter,
    feed: Receiver<Arc<News<LoggedEvent>>>,
    /// Events at or before this have been sent already.
    skip: i64,
    follow: Option<Arc<Follow>>,
    pending: VecDeque<(Vec<LoggedEvent>, i64)>,
    sent_at: Instant,
    has_ended: bool,
}

fn follow_stream(
    state: ApiState,
    filter: ActivityFilter,
    feed: Receiver<Arc<News<LoggedEvent>>>,
    skip: i64,
    follow: Option<Arc<Follow>>,
) -> Pushes<EventsPush> {
    let following = Following {
        state,
        filter,
        feed,
        skip,
        follow,
        pending: VecDeque::new(),
        sent_at: Instant::now(),
        has_ended: false,
    };
    Box::pin(stream::unfold(following, |mut following| async move {
        let push = following.next().await?;
        Some((Ok(push), following))
    }))
}

impl Following {
    async fn next(&mut self) -> Option<EventsPush> {
        loop {
            if let Some((events, to)) = self.pending.pop_front() {
                self.sent_at = Instant::now();
                if let Some(follow) = &self.follow {
                    follow.reach(to);
                }
                let reading = reading_at(&self.state, to);
                return Some(EventsPush::Batch(EventsBatch { reading, events, to }));
            }
            if self.has_ended {
                return None;
            }
            match self.feed.recv().await {
                Ok(news) => match news.as_ref() {
                    News::Items { to, items } => self.take(*to, items),
                    News::Overrun => return Some(self.reload(ReloadReason::Overrun)),
                },
                Err(RecvError::Lagged(_)) => return Some(self.reload(ReloadReason::Overrun)),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn take(&mut self, to: i64, items: &[LoggedEvent]) {
        let found: Vec<LoggedEvent> = items
            .iter()
            .filter(|event| event.position > self.skip && fits(&self.filter, event))
            .cloned()
            .collect();
        if found.is_empty() && self.sent_at.elapsed() < QUIET {
            return;
        }
        self.pending.extend(messages(found, to));
    }

    fn reload(&mut self, reason: ReloadReason) -> EventsPush {
        self.has_ended = true;
        if let Some(follow) = &self.follow {
            follow.end();
        }
        EventsPush::Reload(Reload::because(reason))
    }
}

/// Events cut into messages; the last one reaches `to`.
fn messages(events: Vec<LoggedEvent>, to: i64) -> Vec<(Vec<LoggedEvent>, i64)> {
    let mut messages: Vec<_> = events
        .chunks(MESSAGE_EVENTS)
        .map(|chunk| (chunk.to_vec(), chunk.last().map_or(to, |event| event.position)))
        .collect();
    match messages.last_mut() {
        Some(last) => last.1 = to,
        None => messages.push((Vec::new(), to)),
    }
    messages
}

struct CatchingUp {
    state: ApiState,
    filter: ActivityFilter,
    begin: Begin,
    catch_up: Arc<CatchUp>,
    position: Option<i64>,
    pending: VecDeque<(Vec<LoggedEvent>, i64)>,
    has_ended: bool,
}

fn catch_up_stream(
    state: ApiState,
    filter: ActivityFilter,
    begin: Begin,
    catch_up: Arc<CatchUp>,
) -> Pushes<EventsPush> {
    let catching = CatchingUp {
        state,
        filter,
        begin,
        catch_up,
        position: None,
        pending: VecDeque::new(),
        has_ended: false,
    };
    Box::pin(stream::unfold(catching, |mut catching| async move {
        let push = catching.next().await.map_err(|fault| async_graphql::Error::from(Fault::from(fault)));
        push.transpose().map(|push| (push, catching))
    }))
}

impl CatchingUp {
    async fn next(&mut self) -> Result<Option<EventsPush>, ReadFault> {
        if self.position.is_none() && !self.has_ended {
            match self.start().await? {
                Ok(position) => self.position = Some(position),
                Err(reason) => {
                    self.has_ended = true;
                    self.catch_up.reload();
                    return Ok(Some(EventsPush::Reload(Reload::because(reason))));
                }
            }
        }
        loop {
            if let Some((events, to)) = self.pending.pop_front() {
                let reading = reading_at(&self.state, to);
                return Ok(Some(EventsPush::Batch(EventsBatch { reading, events, to })));
            }
            if self.has_ended {
                return Ok(None);
            }
            self.read().await?;
        }
    }

    /// The position to begin behind, or why there is none.
    async fn start(&self) -> Result<Result<i64, ReloadReason>, ReadFault> {
        let to = self.catch_up.to;
        let from = match (self.catch_up.from, &self.begin) {
            (Some(from), _) => from,
            (None, Begin::Behind(from)) => *from,
            // The topic may be a tick behind; what is older than the subscription is not news.
            (None, Begin::Now) => self.state.head_now().await?.position.max(to),
            (None, Begin::Nowhere) => return Ok(Err(ReloadReason::UnknownCursor)),
        };
        if from > to && from > self.state.read_head().await?.position {
            return Ok(Err(ReloadReason::UnknownCursor));
        }
        if to - from > self.state.options.catch_up_max {
            return Ok(Err(ReloadReason::TooFar));
        }
        self.catch_up.reach(from);
        Ok(Ok(from))
    }

    async fn read(&mut self) -> Result<(), ReadFault> {
        let from = self.position.unwrap_or(self.catch_up.to);
        let to = self.catch_up.to;
        let events = if from < to {
            store::log::events_after(&self.state.pool, from, READ_EVENTS).await?
        } else {
            Vec::new()
        };
        let reached = events.last().map_or(to.max(from), |last| last.position.min(to));
        let found: Vec<LoggedEvent> =
            events.into_iter().filter(|event| event.position <= to && fits(&self.filter, event)).collect();
        self.position = Some(reached);
        self.has_ended = reached >= to;
        if self.has_ended || !found.is_empty() {
            self.pending.extend(messages(found, reached));
        }
        Ok(())
    }
}

/// Whether an event is one that the filter finds; the same rule as the query's.
pub(super) fn fits(filter: &ActivityFilter, logged: &LoggedEvent) -> bool {
    let ActivityFilter { slugs, number, markets, kinds } = filter;
    let event = &logged.event;
    let slug = match (&event.gift, &event.fact) {
        (Some(gift), _) => Some(gift.slug.as_str()),
        (None, Fact::CollectionSeen { slug, .. } | Fact::AttributeSeen { slug, .. }) => Some(slug.as_str()),
        (None, _) => None,
    };
    let is_number = |wanted: i64| event.gift.as_ref().is_some_and(|gift| i64::from(gift.number) == wanted);
    (slugs.is_empty() || slug.is_some_and(|slug| slugs.iter().any(|wanted| wanted == slug)))
        && number.is_none_or(is_number)
        && (markets.is_empty() || markets.iter().any(|market| market == event.market.as_str()))
        && (kinds.is_empty() || kinds.iter().any(|kind| kind == event.fact.kind().as_str()))
}

#[cfg(test)]
mod tests {
    use domain::{Cause, Event, Finality, GiftId, LotId, MarketId, OrderKey, Origin, Price, ScopeId};

    use super::*;

    fn listed(position: i64, gift: &str) -> LoggedEvent {
        let fact = Fact::Listed {
            lot: LotId::parse("a").unwrap(),
            scope: ScopeId("s".into()),
            price: Price::nanoton(1),
        };
        let event = Event {
            market: MarketId::parse("getgems").unwrap(),
            gift: Some(GiftId::parse(gift).unwrap()),
            key: OrderKey::market(1, 0),
            observed_at_us: 1,
            finality: Finality::Confirmed,
            cause: Cause::Feed,
            evidence: None,
            origin: Origin::Fetched,
            corrects: None,
            source_id: None,
            fact,
        };
        LoggedEvent { position, event }
    }

    #[test]
    fn filters_are_any_of_and_all_of() {
        let event = listed(1, "plushpepe-5");
        let filter = |slugs: &[&str], number, markets: &[&str], kinds: &[&str]| ActivityFilter {
            slugs: slugs.iter().map(|slug| (*slug).to_owned()).collect(),
            number,
            markets: markets.iter().map(|market| (*market).to_owned()).collect(),
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        };
        for (filter, expected) in [
            (filter(&[], None, &[], &[]), true),
            (filter(&["lolpop", "plushpepe"], Some(5), &["getgems"], &["listed", "sold"]), true),
            (filter(&["lolpop"], None, &[], &[]), false),
            (filter(&[], Some(6), &[], &[]), false),
            (filter(&[], None, &["mrkt"], &[]), false),
            (filter(&[], None, &[], &["sold"]), false),
        ] {
            assert_eq!(fits(&filter, &event), expected, "{filter:?}");
        }
    }

    #[test]
    fn messages_are_short_and_the_last_reaches_the_end() {
        let events: Vec<_> = (1..=120).map(|position| listed(position, "plushpepe-5")).collect();
        let cut: Vec<(usize, i64)> =
            messages(events, 130).into_iter().map(|(events, to)| (events.len(), to)).collect();
        assert_eq!(cut, [(50, 50), (50, 100), (20, 130)]);
        assert_eq!(messages(Vec::new(), 7).len(), 1);
    }
}
