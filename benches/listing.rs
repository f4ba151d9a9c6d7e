//! The listing page over HTTP, against the very same SQL by pgbench on the same server.

pub(crate) mod client;
mod pgbench;
mod plan;
mod statements;

use anyhow::Context as _;
use store::Pool;

use crate::{
    backfill,
    benches::Context,
    book::Book,
    figure::{Bound, Budget, Outcome, spread, whole},
    process,
    ribbon::Ribbon,
    scratch::Scratch,
};
use plan::Plan;

const DATABASE: &str = "bench_listing";
/// Connections of the client and of pgbench.
const CONNECTIONS: usize = 4;
/// Part of the full load at which a page's time is judged.
const LOAD: f64 = 0.5;

/// Runs it.
pub(crate) async fn run(context: &Context) -> anyhow::Result<Outcome> {
    let gifts = context.gifts(100_000, 2_000);
    let rounds = context.rounds(5);
    let seconds = if context.is_quick { 2 } else { 10 };
    let scratch = Scratch::start(&context.folder, "listing").await?;
    let pool = scratch.database(DATABASE, 8).await?;
    let listings = fill(context, &pool, gifts).await?;
    let pages = plan::pages(&pool).await?;
    let page_count = pages.len();

    let statements = {
        let mut server = serve(context, &scratch)?;
        let address = server.await_serving("Ribbon serves at").await?;
        let found = statements::capture(&scratch, DATABASE, address, &pages).await?;
        server.stop().await?;
        found
    };
    let script_folder = context.folder.join("pgbench");
    let scripts = pgbench::write(&script_folder, &statements)?;

    let mut server = serve(context, &scratch)?;
    let address = server.await_serving("Ribbon serves at").await?;
    let plan = Plan { address, connections: CONNECTIONS, seconds, per_second: None, pages };
    // Once for nothing, so that every connection has prepared its statements.
    let _: client::Told = process::client(context, "listing", &Plan { seconds: 2, ..plan.clone() }).await?;
    let (mut ours, mut raw) = (Vec::new(), Vec::new());
    let (mut p50, mut p99, mut p99_full) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        raw.push(pgbench::run(&scratch, DATABASE, &scripts, CONNECTIONS, seconds).await?);
        let told: client::Told = process::client(context, "listing", &plan).await?;
        ours.push(told.per_second);
        p99_full.push(told.p99_ms);
        let paced = Plan { per_second: Some(told.per_second * LOAD), ..plan.clone() };
        let told: client::Told = process::client(context, "listing", &paced).await?;
        p50.push(told.p50_ms);
        p99.push(told.p99_ms);
    }
    server.stop().await?;
    pool.close().await;
    scratch.stop().await;
    let per_page = statements.iter().map(Vec::len).sum::<usize>();
    Ok(Outcome {
        figures: vec![
            format!("{gifts} gifts, {listings} open listings"),
            format!("ours {} pages/s, p99 {} ms at this full load", spread(&ours), spread(&p99_full)),
            format!("at half of it p50 {} ms", spread(&p50)),
            format!("pgbench {} times the same SQL/s", spread(&raw)),
        ],
        budgets: vec![
            Budget {
                name: "ratio",
                rounds: ours.iter().zip(&raw).map(|(ours, raw)| ours / raw).collect(),
                bound: Bound::AtLeast(0.3),
            },
            Budget { name: "p99 ms at half the load", rounds: p99, bound: Bound::AtMost(20.0) },
        ],
        notes: vec![
            format!(
                "`ribbon serve` answers {page_count} different pages of 20 listings (by collection, model, backdrop, price range, market; \
                 sorted by ask, all-in price, number, time, rarity) with gift, attributes, market, ask, all-in price with its lines, ages \
                 and links. The client is another process with {CONNECTIONS} connections, each asking the next page as soon as it has \
                 checked the last: which listings, in which order, each with its gift, model, ask and all-in price, as filtered and sorted from \
                 the table's plain rows, without the server's SQL. So many pages a second are the full load; there a page's time is \
                 mostly the wait for the processor behind the three others, so the time is judged in a second run, which asks half as many pages \
                 a second at even distances. There a page's time counts from when it was to be asked for, whether or not a connection was free."
            ),
            format!(
                "The peer is pgbench with `-M prepared`, {CONNECTIONS} clients, running what the server's log shows to be executed for the \
                 same pages: {:.1} statements a page, parameters and all. Rounds of {seconds} s, one after the other.",
                whole(per_page) / whole(page_count)
            ),
        ],
    })
}

/// Fills the database by the usual way and takes the floors along; how many listings are open.
async fn fill(context: &Context, pool: &Pool, gifts: usize) -> anyhow::Result<i64> {
    let folder = context.folder.join("listing-pages");
    let book = Book::write(&folder, gifts).await?;
    backfill::backfill(pool, &book).await?;
    std::fs::remove_dir_all(&folder).context("the pages are removed")?;
    store::world::claim(pool, "bench").await.context("the world is claimed")?;
    indexer::project::catch_up(pool).await.context("the floors are made")?;
    sqlx::query("vacuum analyze").execute(pool).await.context("the tables are analyzed")?;
    let open = "select count(*) from market.listings where to_position is null";
    sqlx::query_scalar(open).fetch_one(pool).await.context("the listings are counted")
}

fn serve(context: &Context, scratch: &Scratch) -> anyhow::Result<Ribbon> {
    let variables = [
        ("DATABASE_URL".to_owned(), scratch.url(DATABASE)),
        ("RIBBON_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
    ];
    Ribbon::start(context, "serve", &variables)
}
