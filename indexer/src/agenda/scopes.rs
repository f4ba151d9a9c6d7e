//! Which scope is to be scanned next: the one that is most overdue by its own interval, and hot collections have shorter ones.

use std::collections::HashMap;

use domain::{CollectionSlug, ports::Scope};

#[derive(Debug, Clone)]
struct Entry {
    scope: Scope,
    /// When the last completed scan began.
    done_ms: Option<i64>,
    rest_until_ms: i64,
}

/// Recent events of a collection; halves with every hot interval.
#[derive(Debug, Clone, Copy)]
struct Heat {
    events: u32,
    at_ms: i64,
}

#[derive(Debug, Clone)]
pub(super) struct Scopes {
    entries: Vec<Entry>,
    heat: HashMap<CollectionSlug, Heat>,
    hot_ms: i64,
    cold_ms: i64,
}

impl Scopes {
    pub(super) fn new(hot_ms: i64, cold_ms: i64) -> Self {
        Self {
            entries: Vec::new(),
            heat: HashMap::new(),
            hot_ms: hot_ms.max(1),
            cold_ms: cold_ms.max(hot_ms).max(1),
        }
    }

    pub(super) fn set(&mut self, scopes: Vec<Scope>) {
        let mut held: HashMap<_, _> =
            self.entries.drain(..).map(|entry| (entry.scope.id.clone(), entry)).collect();
        self.entries = scopes
            .into_iter()
            .map(|scope| {
                let (done_ms, rest_until_ms) = held
                    .remove(&scope.id)
                    .map_or((None, i64::MIN), |entry| (entry.done_ms, entry.rest_until_ms));
                Entry { scope, done_ms, rest_until_ms }
            })
            .collect();
    }

    pub(super) fn get(&self, index: usize) -> Option<&Scope> {
        self.entries.get(index).map(|entry| &entry.scope)
    }

    pub(super) fn done(&mut self, scope: &Scope, began_ms: i64) {
        if let Some(entry) = self.entry(scope) {
            entry.done_ms = Some(began_ms);
            entry.rest_until_ms = i64::MIN;
        }
    }

    pub(super) fn rest(&mut self, scope: &Scope, until_ms: i64) {
        if let Some(entry) = self.entry(scope) {
            entry.rest_until_ms = until_ms;
        }
    }

    fn entry(&mut self, scope: &Scope) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.scope.id == scope.id)
    }

    pub(super) fn warm(&mut self, slug: &CollectionSlug, events: u32, now_ms: i64) {
        let events = self.heat_at(slug, now_ms).saturating_add(events);
        self.heat.insert(slug.clone(), Heat { events, at_ms: now_ms });
    }

    fn heat_at(&self, slug: &CollectionSlug, now_ms: i64) -> u32 {
        let Some(heat) = self.heat.get(slug) else { return 0 };
        let halvings = u32::try_from((now_ms - heat.at_ms) / self.hot_ms).unwrap_or(0);
        heat.events.checked_shr(halvings).unwrap_or(0)
    }

    /// How long a scope may stand before it is scanned again: the cold interval over one more than its recent events, never less
    /// than the hot one.
    fn interval_ms(&self, slug: &CollectionSlug, now_ms: i64) -> i64 {
        (self.cold_ms / (1 + i64::from(self.heat_at(slug, now_ms)))).max(self.hot_ms)
    }

    /// The scope to scan now: one never scanned, in the order of the list; else the one whose age is the greatest multiple of its interval.
    pub(super) fn most_overdue(&self, now_ms: i64) -> Option<usize> {
        let mut best: Option<(i64, usize)> = None;
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.rest_until_ms > now_ms {
                continue;
            }
            let Some(done_ms) = entry.done_ms else { return Some(index) };
            let interval_ms = self.interval_ms(&entry.scope.collection.slug, now_ms);
            let age_x1000 = (now_ms - done_ms).saturating_mul(1_000) / interval_ms;
            if age_x1000 >= 1_000 && best.is_none_or(|(held, _)| age_x1000 > held) {
                best = Some((age_x1000, index));
            }
        }
        best.map(|(_, index)| index)
    }

    /// When the next scope becomes due if nothing happens before.
    pub(super) fn next_ms(&self, now_ms: i64) -> Option<i64> {
        let due = |entry: &Entry| {
            let scan_ms = entry
                .done_ms
                .map_or(i64::MIN, |done_ms| done_ms + self.interval_ms(&entry.scope.collection.slug, now_ms));
            scan_ms.max(entry.rest_until_ms)
        };
        self.entries.iter().map(due).min()
    }

    pub(super) fn is_filled(&self) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(|entry| entry.done_ms.is_some())
    }

    pub(super) fn count(&self) -> (usize, usize) {
        (self.entries.iter().filter(|entry| entry.done_ms.is_some()).count(), self.entries.len())
    }

    pub(super) fn count_collections(&self) -> (usize, usize) {
        let mut whole: HashMap<&CollectionSlug, bool> = HashMap::new();
        for entry in &self.entries {
            *whole.entry(&entry.scope.collection.slug).or_insert(true) &= entry.done_ms.is_some();
        }
        (whole.values().filter(|is_whole| **is_whole).count(), whole.len())
    }
}
