//! What the API stands on: the database, the tail of the log, the markets it speaks of.

use std::{collections::BTreeMap, sync::Arc};

use domain::{GiftId, MarketInfo, ports::Clock};
use pricing::FeeTable;
use store::{
    Pool,
    read::{self, LogIdentity, ReadFault},
};
use tokio_util::sync::CancellationToken;

use crate::{
    options::ApiOptions,
    tail::{self, HeadNow, Tail},
};

/// A head older than this is read again before an answer stands on it: the tail does not keep up, or does not run.
const HEAD_AGE_MAX_US: i64 = 1_500_000;

/// The addresses on TON a gift may have, friendly form, by the gift and its collection's address; empty where none can be
/// computed. The caller gives it, because chain mathematics is not this crate's.
pub type AddressCandidates = fn(&GiftId, &str) -> Vec<String>;

/// What the caller gives.
#[derive(Clone)]
pub struct ApiParts {
    /// The database.
    pub pool: Pool,
    /// The database's clock.
    pub clock: Arc<dyn Clock>,
    /// The markets that are gathered.
    pub markets: Vec<MarketInfo>,
    /// The fee table by which listings were priced; it explains their lines.
    pub fees: Arc<FeeTable>,
    /// Computes addresses.
    pub address_candidates: AddressCandidates,
}

/// What the API stands on. Cheap to clone; one per process.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) pool: Pool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) markets: Arc<BTreeMap<String, MarketInfo>>,
    pub(crate) fees: Arc<FeeTable>,
    pub(crate) address_candidates: AddressCandidates,
    pub(crate) identity: Arc<LogIdentity>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) options: Arc<ApiOptions>,
}

impl std::fmt::Debug for ApiState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiState")
            .field("identity", &self.identity)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl ApiState {
    /// Reads where the log stands and follows it until `stop`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn start(
        parts: ApiParts,
        options: ApiOptions,
        stop: CancellationToken,
    ) -> Result<Self, ReadFault> {
        let ApiParts { pool, clock, markets, fees, address_candidates } = parts;
        let identity = read::log_identity(&pool).await?;
        let head = read::head(&pool).await?;
        let floors = read::floors_position(&pool).await?.unwrap_or(0);
        let head = HeadNow { position: head.position, read_at_us: clock.now_us() };
        let tail = Arc::new(Tail::new(head, floors));
        tokio::spawn(tail::follow(pool.clone(), Arc::clone(&tail), Arc::clone(&clock), stop));
        let markets = markets.into_iter().map(|market| (market.id.as_str().to_owned(), market)).collect();
        Ok(Self {
            pool,
            clock,
            markets: Arc::new(markets),
            fees,
            address_candidates,
            identity: Arc::new(identity),
            tail,
            options: Arc::new(options),
        })
    }

    /// Waits until answers stand on at least this position. For callers that have just written it themselves.
    pub async fn reach(&self, position: i64) {
        let mut head = self.tail.head.subscribe();
        // The sender lives as long as this state, so waiting cannot fail.
        let _ = head.wait_for(|head| head.position >= position).await;
    }

    /// Where the log ends, as of at most [`HEAD_AGE_MAX_US`] ago.
    pub(crate) async fn head_now(&self) -> Result<HeadNow, ReadFault> {
        let known = self.last_head();
        if self.clock.now_us() - known.read_at_us <= HEAD_AGE_MAX_US {
            return Ok(known);
        }
        self.read_head().await
    }

    /// Where the log ended when it was last looked at, however long ago.
    pub(crate) fn last_head(&self) -> HeadNow {
        *self.tail.head.borrow()
    }

    /// Where the log ends, asked now.
    pub(crate) async fn read_head(&self) -> Result<HeadNow, ReadFault> {
        let read_at_us = self.clock.now_us();
        let head = read::head(&self.pool).await?;
        Ok(HeadNow { position: head.position, read_at_us })
    }
}
