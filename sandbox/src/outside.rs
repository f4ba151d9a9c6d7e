//! What every request handler shares: the world behind one lock, the clock, the faults ordered, the limits spent.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{
    fault::FaultDesk,
    identity::Identity,
    options::{SandboxClock, SandboxOptions},
    schedule::Schedule,
    serve::limit::Limiter,
    world::World,
};

/// The shared state.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) options: SandboxOptions,
    pub(crate) identity: Identity,
    world: RwLock<World>,
    pub(crate) faults: FaultDesk,
    pub(crate) limiter: Limiter,
    trader: Mutex<Trader>,
    /// By market, which happenings pages showed and which ones faults kept back.
    pages: Mutex<BTreeMap<usize, PagesNote>>,
    /// Answered requests by market and endpoint.
    requests: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
}

#[derive(Debug, Default)]
struct PagesNote {
    kept_back: HashSet<u64>,
    /// One bit per happening ever shown.
    shown: Vec<u64>,
}

#[derive(Debug)]
struct Trader {
    schedule: Schedule,
    paused: bool,
}

/// This machine's time in microseconds since 1970.
pub(crate) fn wall_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outside {
    pub(crate) fn new(options: SandboxOptions, world: World) -> Self {
        let SandboxOptions { seed, gifts, speed_x1000, .. } = options;
        let identity = Identity { seed, gifts, speed_x1000, epoch_us: world.epoch_us };
        let schedule = Schedule::new(world.epoch_us, gifts, speed_x1000);
        Self {
            identity,
            faults: FaultDesk::default(),
            limiter: Limiter::new(speed_x1000),
            trader: Mutex::new(Trader { schedule, paused: !options.trading }),
            pages: Mutex::default(),
            requests: Mutex::default(),
            world: RwLock::new(world),
            options,
        }
    }

    pub(crate) fn world(&self) -> RwLockReadGuard<'_, World> {
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn world_mut(&self) -> RwLockWriteGuard<'_, World> {
        self.world.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world's time in microseconds since 1970.
    pub(crate) fn now_us(&self) -> i64 {
        match self.options.clock {
            SandboxClock::Wall => wall_us(),
            SandboxClock::Logical { step_us } => logical_us(&self.world(), step_us),
        }
    }

    /// Makes so many steps at once, stamped with the present. Returns how many were made since the world began.
    pub(crate) fn step(&self, steps: u64) -> u64 {
        let mut world = self.world_mut();
        for _ in 0..steps {
            let at_us = match self.options.clock {
                SandboxClock::Wall => wall_us(),
                SandboxClock::Logical { step_us } => logical_us(&world, step_us) + step_us,
            };
            world.act(at_us);
        }
        world.steps()
    }

    /// Makes the steps that are due. At most `most`, so that readers get the lock in between.
    pub(crate) fn trade(&self, most: usize) {
        let mut trader = lock(&self.trader);
        if trader.paused || self.options.clock != SandboxClock::Wall {
            return;
        }
        let now_us = wall_us();
        // Most looks find nothing due; they must not take the lock that readers wait for.
        if trader.schedule.at_us(self.world().steps()) > now_us {
            return;
        }
        let mut world = self.world_mut();
        for _ in 0..most {
            let step = world.steps();
            let Some(at_us) = trader.schedule.due(step, now_us) else { return };
            world.act(at_us);
        }
    }

    pub(crate) fn pause(&self) {
        lock(&self.trader).paused = true;
    }

    pub(crate) fn resume(&self) {
        let mut trader = lock(&self.trader);
        if trader.paused {
            trader.paused = false;
            let steps = self.world().steps();
            trader.schedule.put_off(steps, wall_us());
        }
    }

    pub(crate) fn paused(&self) -> bool {
        lock(&self.trader).paused
    }

    /// Notes which happenings a page showed and which a fault kept back.
    pub(crate) fn note_page(&self, market: usize, shown: &[u64], kept_back: &[u64]) {
        let mut pages = lock(&self.pages);
        let note = pages.entry(market).or_default();
        note.kept_back.extend(kept_back);
        for sequence in shown {
            let (word, bit) = ((sequence / 64) as usize, sequence % 64);
            if note.shown.len() <= word {
                note.shown.resize(word + 1, 0);
            }
            note.shown[word] |= 1 << bit;
        }
    }

    /// Happenings of a market that a fault kept back and no page has ever shown.
    pub(crate) fn withheld(&self, market: usize) -> HashSet<u64> {
        let pages = lock(&self.pages);
        let Some(note) = pages.get(&market) else { return HashSet::new() };
        let shown =
            |at: &u64| note.shown.get((at / 64) as usize).is_some_and(|word| word >> (at % 64) & 1 == 1);
        note.kept_back.iter().copied().filter(|at| !shown(at)).collect()
    }

    pub(crate) fn note_request(&self, market: &'static str, endpoint: &'static str) {
        *lock(&self.requests).entry((market, endpoint)).or_default() += 1;
    }

    /// Requests so far by market and endpoint.
    pub(crate) fn requests(&self) -> Vec<(&'static str, &'static str, u64)> {
        lock(&self.requests).iter().map(|((market, endpoint), count)| (*market, *endpoint, *count)).collect()
    }
}

fn logical_us(world: &World, step_us: i64) -> i64 {
    world.epoch_us + i64::try_from(world.steps()).unwrap_or(0) * step_us
}
