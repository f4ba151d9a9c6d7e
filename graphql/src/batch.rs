//! Batched loading: resolvers that stand beside each other ask for one key each, and the database is asked once for all.
//!
//! No timer and no task: whoever asked first waits until nobody else joins (each resolver of the level has been polled once by
//! then, because they are polled in turn by one task), takes the keys, and asks. The number of statements is therefore the same
//! at every run, and a test can count it.

use std::{collections::HashMap, future::Future, hash::Hash, sync::Mutex};

use tokio::{sync::Notify, task::yield_now};

use crate::refusal::Fault;

/// Where a key stands.
enum Slot<V> {
    /// In the queue.
    Waiting,
    /// On its way.
    Flying,
    /// Loaded.
    Known(Result<Option<V>, Fault>),
}

/// Where each key stands, and the queue.
struct Keys<K, V> {
    slots: HashMap<K, Slot<V>>,
    waiting: Vec<K>,
}

/// A loader of values by key; every key is loaded at most once.
pub(crate) struct Batch<K, V> {
    keys: Mutex<Keys<K, V>>,
    loaded: Notify,
}

impl<K: Eq + Hash + Clone, V: Clone> Keys<K, V> {
    /// Where a key stands; an unknown one is put in the queue. A leader may have been dropped in the middle: then its keys are unknown again.
    fn ask(&mut self, key: &K) -> &Slot<V> {
        if !self.slots.contains_key(key) {
            self.waiting.push(key.clone());
            self.slots.insert(key.clone(), Slot::Waiting);
        }
        self.slots.get(key).unwrap_or(&Slot::Waiting)
    }

    fn depart(&mut self) -> Vec<K> {
        for key in &self.waiting {
            if let Some(slot) = self.slots.get_mut(key) {
                *slot = Slot::Flying;
            }
        }
        std::mem::take(&mut self.waiting)
    }
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        Self { keys: Mutex::new(Keys { slots: HashMap::new(), waiting: Vec::new() }), loaded: Notify::new() }
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Batch<K, V> {
    /// The value of a key; `fetch` is called with all keys that were asked for together, and leaves out those without a value.
    pub(crate) async fn load<F>(&self, key: K, fetch: impl FnOnce(Vec<K>) -> F) -> Result<Option<V>, Fault>
    where
        F: Future<Output = Result<HashMap<K, V>, Fault>>,
    {
        if let Some(known) = self.join(&key) {
            return known;
        }
        let mut fetch = Some(fetch);
        let mut together = 0;
        loop {
            let loaded = self.loaded.notified();
            tokio::pin!(loaded);
            loaded.as_mut().enable();
            match self.next(&key, together) {
                Next::Known(value) => return value,
                Next::Wait => loaded.await,
                Next::Yield(count) => {
                    together = count;
                    yield_now().await;
                }
                Next::Lead(keys) => match fetch.take() {
                    Some(fetch) => self.lead(keys, fetch).await,
                    // Never reached: whoever leads takes its own key along, and knows its value afterwards.
                    None => return Ok(None),
                },
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Keys<K, V>> {
        self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Puts a key in the queue, unless its value is known.
    fn join(&self, key: &K) -> Option<Result<Option<V>, Fault>> {
        match self.lock().ask(key) {
            Slot::Known(value) => Some(value.clone()),
            Slot::Waiting | Slot::Flying => None,
        }
    }

    fn next(&self, key: &K, together: usize) -> Next<K, V> {
        let mut keys = self.lock();
        match keys.ask(key) {
            Slot::Known(value) => Next::Known(value.clone()),
            Slot::Flying => Next::Wait,
            Slot::Waiting => match keys.waiting.len() {
                count if count > together => Next::Yield(count),
                _ => Next::Lead(keys.depart()),
            },
        }
    }

    async fn lead<F>(&self, keys: Vec<K>, fetch: impl FnOnce(Vec<K>) -> F)
    where
        F: Future<Output = Result<HashMap<K, V>, Fault>>,
    {
        let mut flight = Flight { batch: self, keys };
        let result = fetch(flight.keys.clone()).await;
        let mut held = self.lock();
        for key in std::mem::take(&mut flight.keys) {
            let value = match &result {
                Ok(values) => Ok(values.get(&key).cloned()),
                Err(fault) => Err(fault.clone()),
            };
            held.slots.insert(key, Slot::Known(value));
        }
        drop(held);
        self.loaded.notify_waiters();
    }
}

enum Next<K, V> {
    Known(Result<Option<V>, Fault>),
    Wait,
    Yield(usize),
    Lead(Vec<K>),
}

/// Keys on their way; if the leader is dropped before they arrive, the others are woken and ask again.
struct Flight<'a, K: Eq + Hash, V> {
    batch: &'a Batch<K, V>,
    keys: Vec<K>,
}

impl<K: Eq + Hash, V> Drop for Flight<'_, K, V> {
    fn drop(&mut self) {
        if self.keys.is_empty() {
            return;
        }
        let mut keys = self.batch.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for key in &self.keys {
            keys.slots.remove(key);
        }
        drop(keys);
        self.batch.loaded.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::{FutureExt as _, future::join_all};

    use super::*;

    async fn double(calls: &AtomicUsize, keys: Vec<i64>) -> Result<HashMap<i64, i64>, Fault> {
        calls.fetch_add(1, Ordering::SeqCst);
        yield_now().await;
        Ok(keys.into_iter().filter(|key| *key >= 0).map(|key| (key, key * 2)).collect())
    }

    #[tokio::test]
    async fn neighbors_are_one_call_however_many() {
        for count in [1_i64, 20, 31, 100, 1_000] {
            let (batch, calls) = (Batch::default(), AtomicUsize::new(0));
            let loads = (0..count).map(|key| batch.load(key, |keys| double(&calls, keys)));
            let values = join_all(loads).await;
            assert_eq!(calls.load(Ordering::SeqCst), 1, "{count}");
            for (key, value) in (0..count).zip(values) {
                assert_eq!(value.unwrap(), Some(key * 2));
            }
            // Known values cost nothing.
            assert_eq!(batch.load(0, |keys| double(&calls, keys)).await.unwrap(), Some(0));
            assert_eq!(calls.load(Ordering::SeqCst), 1);
        }
    }

    #[tokio::test]
    async fn nested_levels_are_one_call_each() {
        let (outer, inner, calls) = (Batch::default(), Batch::default(), AtomicUsize::new(0));
        let (outer, inner, counter) = (&outer, &inner, &calls);
        let loads = (0..50_i64).map(|key| async move {
            let value = outer.load(key, |keys| double(counter, keys)).await.unwrap().unwrap();
            inner.load(value, |keys| double(counter, keys)).await.unwrap()
        });
        join_all(loads).await;
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_missing_value_and_a_fault_are_told_to_all() {
        let (batch, calls) = (Batch::default(), AtomicUsize::new(0));
        assert_eq!(batch.load(-1, |keys| double(&calls, keys)).await.unwrap(), None);
        let broken: Batch<i64, i64> = Batch::default();
        let loads = (0..3_i64)
            .map(|key| broken.load(key, |_| async { Err(Fault::internal(std::io::Error::other("gone"))) }));
        assert!(join_all(loads).await.into_iter().all(|result| result.is_err()));
    }

    #[tokio::test]
    async fn a_dropped_leader_leaves_nobody_waiting() {
        let (batch, calls) = (Batch::default(), AtomicUsize::new(0));
        let mut leader = Box::pin(batch.load(1_i64, |_| std::future::pending()));
        while !matches!(batch.lock().slots.get(&1), Some(Slot::Flying)) {
            assert!(leader.as_mut().now_or_never().is_none());
            yield_now().await;
        }
        let follower = batch.load(1, |keys| double(&calls, keys));
        tokio::pin!(follower);
        assert!(follower.as_mut().now_or_never().is_none());
        drop(leader);
        assert_eq!(follower.await.unwrap(), Some(2));
    }
}
