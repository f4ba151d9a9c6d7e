//! The one reader that follows the log for all subscriptions of this process: woken by notices, it reads what is new, in order,
//! at most every [`TICK`], and hands it on with the position reached. A lost notice costs a second, never an event.

mod feed;

use std::{sync::Arc, time::Duration};

use domain::{LoggedEvent, ports::Clock};
pub(crate) use feed::Feed;
use store::{
    Pool,
    read::{self, FloorChange, Notices, ReadFault},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::observe;

/// Events that come within this time go out together.
pub(crate) const TICK: Duration = Duration::from_millis(50);
/// A listener polls as well: a lost notice costs at most this.
const POLL: Duration = Duration::from_secs(1);
/// Events read at once.
const READ_EVENTS: i64 = 500;
/// Further behind than this, readers are told to reload instead.
const BEHIND_MAX: i64 = 20_000;
/// More changed floors than this at once are a reload as well.
const FLOOR_CHANGES_MAX: usize = 1_000;

/// Where the log ended when it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeadNow {
    /// The last position.
    pub(crate) position: i64,
    /// When that was seen, microseconds since 1970 on the database's clock.
    pub(crate) read_at_us: i64,
}

/// What came together.
#[derive(Debug, Clone)]
pub(crate) enum News<T> {
    /// All of it, up to the position.
    Items {
        /// Everything up to here is in these and earlier items.
        to: i64,
        /// In order.
        items: Vec<T>,
    },
    /// Too much to hand on: readers reload.
    Overrun,
}

/// The feeds of this process.
pub(crate) struct Tail {
    pub(crate) head: watch::Sender<HeadNow>,
    pub(crate) events: Feed<News<LoggedEvent>>,
    pub(crate) floors: Feed<News<FloorChange>>,
}

impl Tail {
    pub(crate) fn new(head: HeadNow, floors: i64) -> Self {
        Self { head: watch::Sender::new(head), events: Feed::new(head.position), floors: Feed::new(floors) }
    }

    fn saw(&self, position: i64, clock: &dyn Clock) {
        let read_at_us = clock.now_us();
        self.head.send_modify(|head| {
            head.position = head.position.max(position);
            head.read_at_us = read_at_us;
        });
    }
}

/// Follows the log until told to stop.
pub(crate) async fn follow(pool: Pool, tail: Arc<Tail>, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut listener = None;
    let mut read_at = Instant::now();
    let mut due = read_at;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep_until(due) => {
                read_at = Instant::now();
                // A database that is gone makes this wait; stopping does not wait with it.
                let read = tokio::select! {
                    () = stop.cancelled() => return,
                    read = read_news(&pool, &tail, clock.as_ref()) => read,
                };
                let is_behind = read.unwrap_or_else(|fault| {
                    observe::tail_fault(&fault);
                    false
                });
                due = read_at + if is_behind { TICK } else { POLL };
            }
            position = notice(&pool, &mut listener) => {
                // Committed before the notice was sent, so answers may stand on it before the events are read.
                if let Some(position) = position {
                    tail.saw(position, clock.as_ref());
                }
                due = due.min(read_at + TICK);
            }
        }
    }
}

/// The position of the next notice; pending while there is no connection to listen on.
async fn notice(pool: &Pool, listener: &mut Option<Notices>) -> Option<i64> {
    let Some(held) = listener.as_mut() else {
        match Notices::listen(pool).await {
            Ok(fresh) => *listener = Some(fresh),
            Err(_) => std::future::pending().await,
        }
        // The log is read once after each connection: notices may have been missed.
        return None;
    };
    match held.next().await {
        Ok(position) => position,
        Err(fault) => {
            tracing::debug!(error = %fault, "the listener lost its connection; polling meanwhile");
            *listener = None;
            std::future::pending().await
        }
    }
}

/// Reads what is new into the feeds. Says whether a projection is still behind the log.
async fn read_news(pool: &Pool, tail: &Tail, clock: &dyn Clock) -> Result<bool, ReadFault> {
    let head = read::head(pool).await?;
    tail.saw(head.position, clock);
    read_events(pool, tail, head.position).await?;
    read_floors(pool, tail, head.position).await
}

async fn read_events(pool: &Pool, tail: &Tail, head: i64) -> Result<(), ReadFault> {
    if tail.events.skip_to(head) {
        return Ok(());
    }
    if head - tail.events.reached() > BEHIND_MAX {
        tail.events.send(head, Some(News::Overrun));
        return Ok(());
    }
    loop {
        let from = tail.events.reached();
        if from >= head {
            return Ok(());
        }
        let items = store::log::events_after(pool, from, READ_EVENTS).await?;
        let Some(to) = items.last().map(|last| last.position) else { return Ok(()) };
        tail.events.send(to, Some(News::Items { to, items }));
    }
}

async fn read_floors(pool: &Pool, tail: &Tail, head: i64) -> Result<bool, ReadFault> {
    if tail.floors.is_idle() {
        return Ok(false);
    }
    let to = read::floors_position(pool).await?.unwrap_or(0);
    let from = tail.floors.reached();
    if to <= from {
        // A rebuild starts the projection anew; then the feed waits until it has caught up.
        return Ok(to < head);
    }
    let limit = i64::try_from(FLOOR_CHANGES_MAX + 1).unwrap_or(i64::MAX);
    let items = read::floor_changes(pool, from, to, limit).await?;
    let news = match items.len() {
        0 => None,
        count if count > FLOOR_CHANGES_MAX => Some(News::Overrun),
        _ => Some(News::Items { to, items }),
    };
    tail.floors.send(to, news);
    Ok(to < head)
}
