//! GraphQL and the pages as routes.

use std::sync::Arc;

use axum::Router;
use chain::FriendlyFlags;
use chain::gift::candidates;
use domain::GiftId;
use domain::ports::Clock;
use graphql::{ApiParts, ApiState};
use pricing::FeeTable;
use store::Pool;
use tokio_util::sync::CancellationToken;

use crate::config::graphql::GraphqlConfig;
use crate::exit::{Blame as _, Exit, Failure};

/// The routes over a migrated and claimed database. Subscriptions end with `stop`.
///
/// # Errors
/// Exit code 3 when the database does not answer.
pub async fn routes(
    pool: Pool,
    clock: Arc<dyn Clock>,
    config: &GraphqlConfig,
    stop: CancellationToken,
) -> Result<Router, Failure> {
    let markets: Vec<_> = adapters::MARKETS.iter().map(|market| (market.info)()).collect();
    let image_hosts: Vec<_> = markets.iter().flat_map(|market| market.image_hosts).copied().collect();
    let parts =
        ApiParts { pool, clock, markets, fees: Arc::new(FeeTable::bundled().clone()), address_candidates };
    let state = ApiState::start(parts, config.options.clone(), stop.clone()).await.blame(Exit::NotNow)?;
    Ok(pages::router(&image_hosts).merge(graphql::router(state, stop)))
}

/// The addresses that a gift may have on TON, friendly form, a proved one first; none where the collection's address is no address.
fn address_candidates(gift: &GiftId, collection: &str) -> Vec<String> {
    let Ok(collection) = collection.parse() else { return Vec::new() };
    let found = candidates(&collection, gift.slug.as_str(), gift.number);
    let friendly = |one: &chain::gift::Candidate| one.address.to_friendly(FriendlyFlags::BOUNCEABLE);
    found.map(|found| found.iter().map(friendly).collect()).unwrap_or_default()
}
