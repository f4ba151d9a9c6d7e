//! Shared subscriptions: one task executes and serializes, every subscriber receives the same bytes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::{StreamExt as _, stream, stream::BoxStream};
use store::read::{self, ReadFault};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::{message::Answer, share::TopicKey};
use crate::{
    limits::RawRequest,
    observe,
    refusal::{Refusal, RefusalCode, finish_errors},
    schema::{Engine, Pushed, refused, request_id},
    subscription::{Follow, FollowFeed, Mode},
    tail::Feed,
};

/// How an item stands in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ItemEnd {
    /// More may follow.
    Open,
    /// It says "reload".
    Reload,
    /// It carries errors; what it should have told is not told again.
    Failed,
    /// It says nothing: the server stops.
    Closed,
}

/// One answer of a shared subscription.
#[derive(Debug, Clone)]
pub(super) struct TopicItem {
    /// Everything in it is behind this position ...
    pub(super) from: i64,
    /// ... and everything that fits up to this one is in it or in an earlier item.
    pub(super) to: i64,
    pub(super) answer: Arc<Answer>,
    pub(super) end: ItemEnd,
}

/// A shared subscription.
pub(super) struct Topic {
    key: TopicKey,
    pub(super) feed: Feed<TopicItem>,
    /// Whether only the latest values count, so that a slow reader is given those instead of being told to reload.
    pub(super) is_state: bool,
    stop: CancellationToken,
}

struct Entry {
    topic: Arc<Topic>,
    readers: usize,
}

/// All shared subscriptions of this process.
pub(super) struct Hub {
    engine: Arc<Engine>,
    topics: Mutex<HashMap<TopicKey, Entry>>,
}

/// A subscriber's place in a topic; the last one to leave ends it.
pub(super) struct Joined {
    hub: Arc<Hub>,
    pub(super) topic: Arc<Topic>,
    /// Everything up to here must be read by the subscriber itself.
    pub(super) from: i64,
    pub(super) items: broadcast::Receiver<Arc<TopicItem>>,
}

impl Joined {
    /// Joins the same topic anew: what waits is dropped, and the new position is given.
    pub(super) fn join_again(&mut self) -> i64 {
        (self.from, self.items) = self.topic.feed.join();
        self.from
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        let mut topics = self.hub.lock();
        let Some(entry) = topics.get_mut(&self.topic.key) else { return };
        if !Arc::ptr_eq(&entry.topic, &self.topic) {
            return;
        }
        entry.readers -= 1;
        if entry.readers == 0 {
            self.topic.stop.cancel();
            topics.remove(&self.topic.key);
        }
    }
}

impl Hub {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self { engine, topics: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TopicKey, Entry>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the topic of a key; the first one starts it.
    ///
    /// # Errors
    /// A refusal when there are as many topics as the server takes, or the database cannot be reached.
    pub(super) async fn join(
        self: &Arc<Self>,
        key: TopicKey,
        field: &str,
        raw: &RawRequest,
    ) -> Result<Joined, Refusal> {
        let is_state = field == "floors";
        if is_state {
            self.wake_floors().await.map_err(|fault| {
                tracing::warn!(error = %fault, "the floors' position could not be read");
                Refusal::new(RefusalCode::Unavailable, "the database cannot be reached now, try again")
            })?;
        }
        let mut topics = self.lock();
        if !topics.contains_key(&key) {
            let most = self.engine.state.options.topics_max;
            if topics.len() >= most {
                let what = "the server runs too many different subscriptions";
                return Err(Refusal::limit(
                    RefusalCode::TooManySubscriptions,
                    what,
                    "topics",
                    most,
                    topics.len() + 1,
                ));
            }
            topics.insert(key, Entry { topic: self.start(key, is_state, raw), readers: 0 });
        }
        let Some(entry) = topics.get_mut(&key) else {
            return Err(Refusal::new(RefusalCode::Internal, "internal"));
        };
        entry.readers += 1;
        let topic = Arc::clone(&entry.topic);
        let (from, items) = topic.feed.join();
        drop(topics);
        Ok(Joined { hub: Arc::clone(self), topic, from, items })
    }

    /// A feed to which nobody listened stands still: moves it to where the projection is.
    async fn wake_floors(&self) -> Result<(), ReadFault> {
        let floors = &self.engine.state.tail.floors;
        if floors.is_idle() {
            let position = read::floors_position(&self.engine.state.pool).await?.unwrap_or(0);
            floors.skip_to(position);
        }
        Ok(())
    }

    fn start(self: &Arc<Self>, key: TopicKey, is_state: bool, raw: &RawRequest) -> Arc<Topic> {
        let tail = &self.engine.state.tail;
        let (from, feed) = if is_state {
            let (from, feed) = tail.floors.join();
            (from, FollowFeed::Floors(feed))
        } else {
            let (from, feed) = tail.events.join();
            (from, FollowFeed::Events(feed))
        };
        let topic = Arc::new(Topic { key, feed: Feed::new(from), is_state, stop: CancellationToken::new() });
        let follow = Follow::new(feed, from);
        tokio::spawn(run(Arc::clone(self), Arc::clone(&topic), follow, raw.clone()));
        topic
    }

    /// A topic has ended by itself: whoever joins next starts a new one.
    fn forget(&self, topic: &Arc<Topic>) {
        let mut topics = self.lock();
        if topics.get(&topic.key).is_some_and(|entry| Arc::ptr_eq(&entry.topic, topic)) {
            topics.remove(&topic.key);
        }
    }
}

/// Executes a topic until the last subscriber leaves.
async fn run(hub: Arc<Hub>, topic: Arc<Topic>, follow: Arc<Follow>, raw: RawRequest) {
    observe::topic(true);
    let answers = match hub.engine.admit(raw) {
        Ok(admitted) => hub.engine.execute_stream(admitted.into_request(), Mode::Follow(Arc::clone(&follow))),
        Err(refusal) => Box::pin(stream::once(std::future::ready(Pushed::bare(refused(refusal))))),
    };
    let ended = pass_on(&hub, &topic, &follow, answers).await;
    hub.forget(&topic);
    if ended == ItemEnd::Open {
        let reached = topic.feed.reached();
        let answer = Answer::new(String::new(), None);
        let closed = TopicItem { from: reached, to: reached, answer, end: ItemEnd::Closed };
        topic.feed.send(reached, Some(closed));
    }
    observe::topic(false);
}

/// Serializes each answer once for all; says how the last one ended the topic.
async fn pass_on(
    hub: &Hub,
    topic: &Arc<Topic>,
    follow: &Follow,
    mut answers: BoxStream<'static, Pushed>,
) -> ItemEnd {
    loop {
        let answer = tokio::select! {
            () = topic.stop.cancelled() => return ItemEnd::Open,
            answer = answers.next() => answer,
        };
        let Some(Pushed { mut response, cursor }) = answer else { return ItemEnd::Open };
        finish_errors(&mut response.errors, &request_id());
        let end = match (response.errors.is_empty(), follow.has_ended()) {
            (false, _) => ItemEnd::Failed,
            (true, true) => ItemEnd::Reload,
            (true, false) => ItemEnd::Open,
        };
        if end != ItemEnd::Open {
            // Before the item is sent, so that whoever hears of the end and joins again gets a new topic.
            hub.forget(topic);
        }
        let payload = serde_json::to_string(&response).unwrap_or_default();
        // Who resumes behind an answer with errors would never be told what is missing in it.
        let answer = match end {
            ItemEnd::Failed => Answer::damaged(payload, &response.errors),
            _ => Answer::new(payload, cursor.filter(|_| end == ItemEnd::Open)),
        };
        let (from, to) = (topic.feed.reached(), follow.reached());
        observe::topic_item(topic.feed.readers());
        topic.feed.send(to, Some(TopicItem { from, to, answer, end }));
        if end != ItemEnd::Open {
            return end;
        }
    }
}
