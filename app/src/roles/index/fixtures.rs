//! Fills a database from the recorded and constructed answers that the executable carries. Each row is labelled by which, and the
//! database is claimed by a world of its own.

use adapters::fixtures::Fixture;
use adapters::rates::{RATES, RateRegistration};
use domain::Currency;
use indexer::fixtures::{Filled, PageAtHand, fill as fill_pages};
use indexer::intake::Intake;
use indexer::rates::{Told, decide};
use store::read::RateRow;
use store::{Batch, Ingest, Pool};

use crate::answer;
use crate::config::roles::IndexConfig;
use crate::exit::{Blame as _, Exit, Failure};
use crate::parts::{state, working, world};

/// Takes every fixture in. Idempotent: a second run finds nothing new.
///
/// # Errors
/// Exit code 2 when the database holds another world, 3 when it does not answer, 1 when a fixture cannot be read.
pub(super) async fn fill(config: &IndexConfig, pool: &Pool) -> Result<Exit, Failure> {
    world::claim(pool, world::FIXTURES).await?;
    state::make_current(pool).await?;
    let (ingest, writer) = working::ingest(pool.clone(), config.evidence);
    let filled = fill_all(pool, &ingest).await;
    drop(ingest);
    writer.await.blame(Exit::Refuted)?;
    let Filled { pages, sightings, events } = filled?;
    indexer::project::catch_up(pool).await.map_err(|cause| Failure { exit: Exit::NotNow, cause })?;
    answer::line(&format!("{pages} pages, {sightings} sightings, {events} new events."));
    Ok(Exit::Fine)
}

async fn fill_all(pool: &Pool, ingest: &Ingest) -> Result<Filled, Failure> {
    let intake = Intake::new(pool.clone(), ingest.clone());
    let mut pages = Vec::new();
    for registration in adapters::MARKETS {
        for fixture in registration.fixtures {
            let exchange = fixture.exchange();
            let page = registration.reader.read(&exchange).blame(Exit::Refuted)?;
            pages.push(PageAtHand { exchange, page });
        }
    }
    let mut filled =
        fill_pages(&intake, &pages, 0, |market, seen| adapters::reader(market.as_str())?.scope_of(seen))
            .await
            .blame(Exit::NotNow)?;
    for (fixture, source) in
        RATES.iter().flat_map(|source| source.fixtures.iter().map(move |it| (it, source)))
    {
        filled.events += fill_rates(pool, ingest, fixture, source).await?;
        filled.pages += 1;
    }
    Ok(filled)
}

async fn fill_rates(
    pool: &Pool,
    ingest: &Ingest,
    fixture: &Fixture,
    source: &RateRegistration,
) -> Result<usize, Failure> {
    let exchange = fixture.exchange();
    let page = (source.read)(&exchange).blame(Exit::Refuted)?;
    let held = store::read::rates(pool, i64::MAX).await.blame(Exit::NotNow)?;
    let told = |row: &RateRow| {
        let pair = (Currency::parse(&row.base).ok()?, Currency::parse(&row.quote).ok()?);
        Some((pair, Told { rate_micros: row.rate_micros, at_us: row.at_us }))
    };
    let known = held.iter().filter(|row| row.source == source.id).filter_map(told).collect();
    let events = decide(&exchange, &page, &known, i64::MAX);
    if events.is_empty() {
        return Ok(0);
    }
    let mut batch = Batch { events, ..Batch::default() };
    batch.keep(&exchange).blame(Exit::Refuted)?;
    Ok(ingest.commit(batch).await.blame(Exit::NotNow)?.logged)
}
