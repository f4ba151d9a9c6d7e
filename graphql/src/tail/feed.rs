//! A broadcast that knows its position: whoever joins learns, in one step, up to where he must read for himself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;

/// Items a reader may be behind before it is told that it lags.
const BEHIND_ITEMS: usize = 64;

/// A broadcast of items with the position that they reach.
pub(crate) struct Feed<T> {
    reached: Mutex<i64>,
    sender: broadcast::Sender<Arc<T>>,
}

impl<T> Feed<T> {
    pub(crate) fn new(position: i64) -> Self {
        Self { reached: Mutex::new(position), sender: broadcast::Sender::new(BEHIND_ITEMS) }
    }

    fn lock(&self) -> MutexGuard<'_, i64> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins: every item behind the returned position will come, none at or before it.
    pub(crate) fn join(&self) -> (i64, broadcast::Receiver<Arc<T>>) {
        let reached = self.lock();
        (*reached, self.sender.subscribe())
    }

    /// Reaches a position, with an item or in silence.
    pub(crate) fn send(&self, to: i64, item: Option<T>) {
        let mut reached = self.lock();
        *reached = (*reached).max(to);
        if let Some(item) = item {
            // Without a reader it is sent to nobody, which is right.
            let _ = self.sender.send(Arc::new(item));
        }
    }

    /// The position reached.
    pub(crate) fn reached(&self) -> i64 {
        *self.lock()
    }

    /// Whether nobody listens.
    pub(crate) fn is_idle(&self) -> bool {
        self.sender.receiver_count() == 0
    }

    /// If nobody listens: reaches the position in silence and says so. Nobody can join in between.
    pub(crate) fn skip_to(&self, to: i64) -> bool {
        let mut reached = self.lock();
        if self.sender.receiver_count() > 0 {
            return false;
        }
        *reached = (*reached).max(to);
        true
    }

    /// Readers there are.
    pub(crate) fn readers(&self) -> usize {
        self.sender.receiver_count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_joins_misses_nothing_and_gets_nothing_twice() {
        let feed = Feed::new(0);
        feed.send(1, Some(1));
        let (from, mut items) = feed.join();
        assert_eq!(from, 1);
        feed.send(2, None);
        feed.send(3, Some(3));
        assert_eq!(*items.recv().await.unwrap(), 3);
        assert_eq!(feed.join().0, 3);
    }

    #[tokio::test]
    async fn skipping_needs_an_empty_room() {
        let feed: Feed<i64> = Feed::new(0);
        assert!(feed.skip_to(5));
        let (from, items) = feed.join();
        assert_eq!(from, 5);
        assert!(!feed.skip_to(9));
        assert_eq!(feed.reached(), 5);
        drop(items);
        assert!(feed.skip_to(9));
    }

    #[tokio::test]
    async fn a_reader_too_far_behind_is_told() {
        let feed = Feed::new(0);
        let (_, mut items) = feed.join();
        for n in 0..=i64::try_from(BEHIND_ITEMS).unwrap() {
            feed.send(n + 1, Some(n));
        }
        assert!(matches!(items.recv().await, Err(broadcast::error::RecvError::Lagged(1))));
    }
}
