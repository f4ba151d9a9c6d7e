//! One step as a pure computation: the listings that changed between two positions, and the floors before; out come their versions.

use std::collections::{BTreeMap, BTreeSet};

/// A listing version that began or ended in the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) from_position: i64,
    pub(super) to_position: Option<i64>,
    pub(super) market: String,
    pub(super) slug: String,
    pub(super) model: Option<String>,
    pub(super) symbol: Option<String>,
    pub(super) backdrop: Option<String>,
    pub(super) currency: String,
    pub(super) lowest: Lowest,
}

/// What a floor is the floor of; the columns of `market.floors`. An empty market is "over all".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) slug: String,
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) market: String,
    pub(super) currency: String,
}

/// The lowest listing of a key. The order of the fields is the order of floors: the earlier of two equal asks is lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lowest {
    pub(super) amount: i64,
    pub(super) ask_position: i64,
    pub(super) all_in_amount: i64,
    pub(super) all_in_at_least: bool,
}

/// A floor as it stands, and how many listings its key has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) lowest: Lowest,
    pub(super) listings: i64,
}

/// A floor's version that began in the step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Begun {
    pub(super) key: Key,
    pub(super) from_position: i64,
    pub(super) to_position: Option<i64>,
    pub(super) standing: Standing,
}

/// What a step writes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FloorVersions {
    /// Stored versions that end, where, and how many listings they had last.
    pub(super) ended: Vec<(Key, i64, i64)>,
    pub(super) begun: Vec<Begun>,
    /// Stored versions that go on with another count of listings.
    pub(super) counted: Vec<(Key, i64)>,
}

/// A step in the making.
pub(super) struct Step {
    from: i64,
    to: i64,
    changed: BTreeMap<Key, Vec<Changed>>,
    standing: BTreeMap<Key, Standing>,
    unchanged: BTreeMap<Key, Option<Lowest>>,
}

impl Step {
    pub(super) fn new(from: i64, to: i64, listings: Vec<Changed>) -> Self {
        let mut changed: BTreeMap<Key, Vec<Changed>> = BTreeMap::new();
        for listing in listings {
            for key in keys_of(&listing) {
                changed.entry(key).or_default().push(listing.clone());
            }
        }
        Self { from, to, changed, standing: BTreeMap::new(), unchanged: BTreeMap::new() }
    }

    /// The keys whose floors may move.
    pub(super) fn keys(&self) -> Vec<Key> {
        self.changed.keys().cloned().collect()
    }

    /// The floors as they stood before the step.
    pub(super) fn stand(&mut self, standing: BTreeMap<Key, Standing>) {
        self.unchanged = self
            .changed
            .keys()
            .map(|key| (key.clone(), standing.get(key).map(|standing| standing.lowest)))
            .collect();
        self.standing = standing;
    }

    /// The keys whose floor's own listing ends in the step: the lowest of what stays must be asked for.
    pub(super) fn lost(&self) -> Vec<Key> {
        let mut lost = BTreeSet::new();
        for (key, listings) in &self.changed {
            let Some(standing) = self.standing.get(key) else { continue };
            let is_lost = listings.iter().any(|listing| {
                listing.from_position <= self.from
                    && listing.lowest.ask_position == standing.lowest.ask_position
            });
            if is_lost {
                lost.insert(key.clone());
            }
        }
        lost.into_iter().collect()
    }

    /// The lowest of what stays, for the keys of [`Self::lost`]; absent where nothing stays.
    pub(super) fn replace(&mut self, mut lowest: BTreeMap<Key, Lowest>) {
        for key in self.lost() {
            let found = lowest.remove(&key);
            self.unchanged.insert(key, found);
        }
    }

    pub(super) fn run(self) -> FloorVersions {
        let mut versions = FloorVersions::default();
        for (key, listings) in &self.changed {
            let unchanged = self.unchanged.get(key).copied().flatten();
            self.run_key(key, listings, unchanged, &mut versions);
        }
        versions
    }

    fn run_key(
        &self,
        key: &Key,
        listings: &[Changed],
        unchanged: Option<Lowest>,
        versions: &mut FloorVersions,
    ) {
        let stored = self.standing.get(key).copied();
        let mut open: BTreeSet<Lowest> = listings
            .iter()
            .filter(|listing| listing.from_position <= self.from)
            .map(|listing| listing.lowest)
            .collect();
        let mut listed = stored.map_or(0, |standing| standing.listings);
        let mut held = stored.map(|standing| standing.lowest);
        let (mut is_stored, mut last) = (stored.is_some(), None);
        for (position, (ends, begins)) in self.moves(listings) {
            for lowest in &ends {
                open.remove(lowest);
            }
            // A version that ends where another of the same ask begins is one listing.
            let listed_before = listed;
            listed += count(&begins) - count(&ends);
            open.extend(begins);
            let now = open.first().copied().into_iter().chain(unchanged).min();
            if now == held {
                continue;
            }
            match last.take() {
                Some(mut begun) => {
                    end(&mut begun, Some(position), listed_before);
                    versions.begun.push(begun);
                }
                None if is_stored => versions.ended.push((key.clone(), position, listed_before)),
                None => {}
            }
            is_stored = false;
            held = now;
            last = now.map(|lowest| Begun {
                key: key.clone(),
                from_position: position,
                to_position: None,
                standing: Standing { lowest, listings: listed },
            });
        }
        match last {
            Some(mut begun) => {
                end(&mut begun, None, listed);
                versions.begun.push(begun);
            }
            None if is_stored && stored.is_some_and(|standing| standing.listings != listed) => {
                versions.counted.push((key.clone(), listed));
            }
            None => {}
        }
    }

    /// What ends and what begins at each position of the step.
    fn moves(&self, listings: &[Changed]) -> BTreeMap<i64, (Vec<Lowest>, Vec<Lowest>)> {
        let mut moves: BTreeMap<i64, (Vec<Lowest>, Vec<Lowest>)> = BTreeMap::new();
        let is_inside = |position: i64| position > self.from && position <= self.to;
        for listing in listings {
            if is_inside(listing.from_position) {
                moves.entry(listing.from_position).or_default().1.push(listing.lowest);
            }
            if let Some(end) = listing.to_position.filter(|end| is_inside(*end)) {
                moves.entry(end).or_default().0.push(listing.lowest);
            }
        }
        moves
    }
}

/// A version that has begun in the step ends in it, or stands at its end, with so many listings.
fn end(begun: &mut Begun, to_position: Option<i64>, listings: i64) {
    begun.to_position = to_position;
    begun.standing.listings = listings;
}

fn count(listings: &[Lowest]) -> i64 {
    i64::try_from(listings.len()).unwrap_or(i64::MAX)
}

/// The keys a listing counts for: its collection and each attribute told, on its market and over all.
fn keys_of(listing: &Changed) -> impl Iterator<Item = Key> {
    let told = [("model", &listing.model), ("symbol", &listing.symbol), ("backdrop", &listing.backdrop)];
    let attributes =
        told.into_iter().filter_map(|(kind, name)| name.as_ref().map(|name| (kind, name.clone())));
    let kinds: Vec<(&'static str, String)> =
        std::iter::once(("collection", String::new())).chain(attributes).collect();
    kinds.into_iter().flat_map(|(kind, name)| {
        [listing.market.clone(), String::new()].map(|market| Key {
            slug: listing.slug.clone(),
            kind,
            name: name.clone(),
            market,
            currency: listing.currency.clone(),
        })
    })
}

#[cfg(test)]
mod tests;
