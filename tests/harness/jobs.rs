//! A process that runs deeds, until it is told to end or ends by one of them: see `harness::deeds`.

use std::sync::Arc;

use harness::deeds::{self, Deeds};
use store::PoolOptions;
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").expect("DATABASE_URL");
    let options = PoolOptions { url, connections_max: 8, application: "ribbon jobs".into() };
    let pool = store::connect(&options).await.expect("a database");
    let around = deeds::surroundings(&pool).await;
    let stop = CancellationToken::new();
    let lanes = indexer::jobs::start(vec![Arc::new(Deeds::new(&around))], &around, &stop);
    tokio::signal::ctrl_c().await.expect("signals");
    stop.cancel();
    for lane in lanes {
        lane.await.expect("a lane ends");
    }
}
