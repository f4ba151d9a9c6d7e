//! How a stream is used.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use domain::LoggedEvent;
use store::read::FloorChange;
use tokio::sync::broadcast;

use super::push::ReloadReason;
use crate::{
    scalar::Cursor,
    tail::{HeadNow, News},
};

/// How a stream is used.
#[derive(Clone, Default)]
pub(crate) enum Mode {
    /// By one subscriber alone: catch up, then follow.
    #[default]
    Alone,
    /// As a shared topic: follow from the feed given; `after` is the subscribers' own business.
    Follow(Arc<Follow>),
    /// One subscriber's way up to the topic's position; then it ends.
    CatchUp(Arc<CatchUp>),
    /// Say "reload" and end.
    Reload(ReloadReason),
}

/// What a message reflects, and where its stream goes on behind it.
#[derive(Debug, Clone)]
pub(crate) struct Noted {
    /// The position, and when the log was last looked at.
    pub(crate) head: HeadNow,
    /// To be given as `after`; `None` for the word to reload.
    pub(crate) cursor: Option<Cursor>,
}

/// What is noted of the message in the making, by the name its field has in the answer. A field notes it as it gives an item out, before
/// the item is executed; the messages of one field are made one after the other.
#[derive(Debug, Default)]
pub(crate) struct Reflected(Mutex<HashMap<String, Noted>>);

impl Reflected {
    pub(super) fn note(&self, field: &str, noted: Noted) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(field.to_owned(), noted);
    }

    /// What was noted; `None` for a message without data.
    pub(crate) fn of(&self, data: &async_graphql::Value) -> Option<Noted> {
        let async_graphql::Value::Object(fields) = data else { return None };
        let field = fields.keys().next()?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(field.as_str()).cloned()
    }
}

/// Where a subscriber goes on, told beside the operation: it takes the place of the argument `after`, which a client that repeats its
/// request as it was cannot change.
#[derive(Debug, Clone)]
pub(crate) struct GoOnBehind(pub(crate) Cursor);

/// A receiver of one of the feeds.
pub(crate) enum FollowFeed {
    Events(broadcast::Receiver<Arc<News<LoggedEvent>>>),
    Floors(broadcast::Receiver<Arc<News<FloorChange>>>),
}

/// A shared topic's side: it lends the receiver, and learns the position of each item before the item is executed.
pub(crate) struct Follow {
    feed: Mutex<Option<FollowFeed>>,
    /// The position that the item just given out reaches, and everything passed over in silence.
    reached: AtomicI64,
    ended: AtomicBool,
}

impl Follow {
    pub(crate) fn new(feed: FollowFeed, from: i64) -> Arc<Self> {
        Arc::new(Self {
            feed: Mutex::new(Some(feed)),
            reached: AtomicI64::new(from),
            ended: AtomicBool::new(false),
        })
    }

    /// The receiver, once.
    pub(crate) fn take(&self) -> Option<FollowFeed> {
        self.feed.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(crate) fn reach(&self, position: i64) {
        self.reached.fetch_max(position, Ordering::AcqRel);
    }

    pub(crate) fn reached(&self) -> i64 {
        self.reached.load(Ordering::Acquire)
    }

    /// The item just given out is the last: it says "reload".
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

/// A catch-up's side.
pub(crate) struct CatchUp {
    /// Begin here instead of at `after`: a second try.
    pub(crate) from: Option<i64>,
    /// End here.
    pub(crate) to: i64,
    reached: AtomicI64,
    reloaded: AtomicBool,
}

impl CatchUp {
    pub(crate) fn new(from: Option<i64>, to: i64) -> Arc<Self> {
        Arc::new(Self { from, to, reached: AtomicI64::new(to), reloaded: AtomicBool::new(false) })
    }

    /// The subscriber is further than `to` already: its cursor was newer than the topic.
    pub(crate) fn reach(&self, position: i64) {
        self.reached.fetch_max(position, Ordering::AcqRel);
    }

    /// Where the subscriber stands when it has ended.
    pub(crate) fn reached(&self) -> i64 {
        self.reached.load(Ordering::Acquire)
    }

    /// It ended with "reload".
    pub(crate) fn reload(&self) {
        self.reloaded.store(true, Ordering::Release);
    }

    pub(crate) fn has_reloaded(&self) -> bool {
        self.reloaded.load(Ordering::Acquire)
    }
}
