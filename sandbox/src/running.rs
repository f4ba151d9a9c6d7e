//! Starts a sandbox and is the handle on it: everything that the control endpoint can do, without HTTP.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware, routing::any};
use serde::Serialize;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    control,
    fault::{FaultCount, FaultOrder, FaultOrderFault},
    identity::Identity,
    options::{SandboxClock, SandboxOptions, StartFault},
    outside::{Outside, wall_us},
    registry::MARKETS,
    schedule::{CATCH_UP_STEPS_MAX, Schedule},
    serve::{
        door::{Doors, Peer},
        gate::{self, Gate},
    },
    telegram::{User, bot_of, init_data},
    truth::{Truth, TruthQuery},
    world::World,
};

/// Most bytes of a request's body.
const REQUEST_BODY_MAX: usize = 256 << 10;
/// How often traders look at the clock.
const TICK: Duration = Duration::from_millis(20);
/// Most steps per look.
const STEPS_PER_TICK: usize = 500;
/// How long requests under way may take after the stop.
const STOP_WAIT: Duration = Duration::from_secs(2);

/// How many requests an endpoint answered or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestCount {
    /// The market's id.
    pub market: &'static str,
    /// The endpoint's short name.
    pub endpoint: &'static str,
    /// How many.
    pub count: u64,
}

/// A running sandbox. Dropping it stops it.
#[derive(Debug)]
pub struct Running {
    outside: Arc<Outside>,
    address: SocketAddr,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// Makes the world and serves it.
///
/// # Errors
/// [`StartFault`] for options out of range, and when the address cannot be listened on.
pub async fn start(options: SandboxOptions) -> Result<Running, StartFault> {
    options.check(wall_us())?;
    let bind = options.bind;
    let listener = TcpListener::bind(bind).await.map_err(|source| StartFault::Bind { bind, source })?;
    let address = listener.local_addr().map_err(|source| StartFault::Bind { bind, source })?;
    let made = tokio::task::spawn_blocking(move || make(options)).await;
    let outside = Arc::new(made.map_err(|fault| StartFault::Make { why: fault.to_string() })?);
    let stop = CancellationToken::new();
    let app = routes(&outside).into_make_service_with_connect_info::<Peer>();
    let served =
        axum::serve(Doors::new(listener), app).with_graceful_shutdown(stop.clone().cancelled_owned());
    let server = tokio::spawn(async move {
        if let Err(fault) = served.await {
            tracing::error!(error = %fault, "The sandbox's listener ended.");
        }
    });
    let trader = tokio::spawn(trade(outside.clone(), stop.clone()));
    tracing::info!(world = %outside.identity, address = %address, "The sandbox is open.");
    Ok(Running { outside, address, stop, tasks: vec![server, trader] })
}

/// The world, moved on to the present if it began earlier.
fn make(options: SandboxOptions) -> Outside {
    let epoch_us = options.epoch_us.unwrap_or_else(wall_us);
    let mut world = World::make(options.seed, options.gifts, epoch_us, MARKETS);
    if options.trading && options.clock == SandboxClock::Wall {
        let schedule = Schedule::new(epoch_us, options.gifts, options.speed_x1000);
        let now_us = wall_us();
        while world.steps() < CATCH_UP_STEPS_MAX && schedule.at_us(world.steps()) <= now_us {
            world.act(schedule.at_us(world.steps()));
        }
    }
    Outside::new(options, world)
}

async fn trade(outside: Arc<Outside>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        outside.trade(STEPS_PER_TICK);
    }
}

fn routes(outside: &Arc<Outside>) -> Router {
    let mut app = Router::new().nest("/control", control::routes());
    for (at, market) in MARKETS.iter().enumerate() {
        let gate = Gate { outside: outside.clone(), market: at };
        let not_found = (market.refusal, 404_u16);
        let routes = (market.router)()
            .route_layer(middleware::from_fn_with_state(gate, gate::pass))
            .fallback(any(move || async move { (not_found.0)(not_found.1) }));
        app = app.nest(market.base, routes);
    }
    app.fallback(|| async { (StatusCode::NOT_FOUND, "nothing stands here\n") })
        .layer(DefaultBodyLimit::max(REQUEST_BODY_MAX))
        .with_state(outside.clone())
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// As in `http://127.0.0.1:40123`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Base of the control endpoints.
    #[must_use]
    pub fn control_url(&self) -> String {
        format!("{}/control", self.base_url())
    }

    /// The base URL that a client of this market is configured with; `None` for a market that is not here.
    #[must_use]
    pub fn market_url(&self, market: &str) -> Option<String> {
        let market = MARKETS.iter().find(|known| known.id == market)?;
        Some(format!("{}{}", self.base_url(), market.base))
    }

    /// Which world this is, as a database keeps it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.outside.identity
    }

    /// The world's time, microseconds since 1970.
    #[must_use]
    pub fn now_us(&self) -> i64 {
        self.outside.now_us()
    }

    /// Steps made since the world began.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.outside.world().steps()
    }

    /// Makes so many steps at once, also while paused. Returns how many were made since the world began.
    pub fn step(&self, steps: u64) -> u64 {
        self.outside.step(steps)
    }

    /// Stops the traders. The markets stay open.
    pub fn pause(&self) {
        self.outside.pause();
    }

    /// Lets the traders act again, from now on.
    pub fn resume(&self) {
        self.outside.resume();
    }

    /// Whether the traders rest.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.outside.paused()
    }

    /// Orders faults; an order for the same market and endpoint replaces the former.
    ///
    /// # Errors
    /// [`FaultOrderFault`] naming what is not here.
    pub fn order_faults(&self, order: FaultOrder) -> Result<(), FaultOrderFault> {
        self.outside.faults.order(order, MARKETS)
    }

    /// Ends all faults at once.
    pub fn end_faults(&self) {
        self.outside.faults.end();
    }

    /// How often which fault was given out since the start.
    #[must_use]
    pub fn fault_counts(&self) -> Vec<FaultCount> {
        self.outside.faults.counts()
    }

    /// How many requests which endpoint got since the start.
    #[must_use]
    pub fn request_counts(&self) -> Vec<RequestCount> {
        let counts = self.outside.requests().into_iter();
        counts.map(|(market, endpoint, count)| RequestCount { market, endpoint, count }).collect()
    }

    /// What a market's wire discloses; `None` for one that is not here or trades no gifts. Takes a while in a big world.
    #[must_use]
    pub fn truth(&self, market: &str, query: &TruthQuery) -> Option<Truth> {
        control::truth(&self.outside, market, query)
    }

    /// One of the world's people, who may own gifts. Numbers beyond the last begin anew.
    #[must_use]
    pub fn resident(&self, number: u32) -> User {
        let world = self.outside.world();
        let person = world.person(number % world.people);
        User {
            id: person.telegram_id(),
            first_name: person.first_name().to_owned(),
            username: Some(person.username()),
        }
    }

    /// Moves a gift that is for sale on a market out of there and onto the chain, where it is put up at this price in nanoton through a
    /// contract of GetGems: cancelled, exported, listed, as its owner would. Returns its name, as in `plushpepe-298`; `None` where nothing
    /// is for sale on that market.
    pub fn export(&self, market: &str, price_nanoton: i64) -> Option<String> {
        let at = MARKETS.iter().position(|known| known.id == market)?;
        let now_us = self.outside.now_us();
        let mut world = self.outside.world_mut();
        let (_, chain) = crate::onchain::seller(&world)?;
        let shelf = world.shelves_of(at).next()?;
        let gift = world.export_by_hand(shelf, chain, price_nanoton, now_us)?;
        let view = world.view(gift);
        Some(format!("{}-{}", view.collection.slug, view.gift.number))
    }

    /// The wallet of one of the world's people, raw form.
    #[must_use]
    pub fn resident_wallet(&self, number: u32) -> String {
        let world = self.outside.world();
        world.person(number % world.people).address().to_raw()
    }

    /// Fresh initData with which this user may sign in to a market; `None` for a market that asks for none.
    #[must_use]
    pub fn init_data(&self, market: &str, user: &User) -> Option<String> {
        Some(init_data(user, bot_of(market)?, self.now_us() / 1_000_000))
    }

    /// Stops traders and listener and waits for them, two seconds at most.
    pub async fn stop(mut self) {
        self.stop.cancel();
        for task in std::mem::take(&mut self.tasks) {
            let handle = task.abort_handle();
            if tokio::time::timeout(STOP_WAIT, task).await.is_err() {
                handle.abort();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[cfg(test)]
mod tests;
