//! The `chain` job against the sandbox's toncenter: what markets claim of listings on TON is verified, or contradicted where everybody sees it.

use adapters::{Settings, witnesses::WITNESSES};
use domain::{Custody, Fact, LotDetails, Price, ports::ChainWitness};
use indexer::{
    Pace,
    intake::Intake,
    jobs::{JobFault, NewJob, Work, chain_check::ChainWork},
};
use sandbox::{
    SandboxOptions, TruthQuery,
    truth::{TruthLot, TruthWay},
};
use store::Batch;

use super::*;
use crate::facts::{happened, scope};

const SPEED_X1000: u64 = 1_000_000;

fn witness(base: &str) -> Arc<dyn ChainWitness> {
    let base = format!("{base}/toncenter/api/v3");
    let lookup = |name: &str| match name {
        "RIBBON_TONCENTER_BASE_URL" => Some(base.clone()),
        "RIBBON_TONCENTER_NETWORK" => Some("sandbox".to_owned()),
        _ => None,
    };
    (WITNESSES[0].build)(&Settings::new(&lookup).with_speed(SPEED_X1000)).expect("a witness")
}

/// GetGems shows a lot as it is, at this price.
async fn show(around: &Surroundings, lot: &TruthLot, price: Price) {
    let TruthLot { lot: id, gift, details, .. } = lot;
    let facts = [
        Fact::MetadataSeen { lot: id.clone(), scope: scope(), details: details.clone() },
        Fact::Listed { lot: id.clone(), scope: scope(), price },
    ];
    let events = facts.map(|fact| happened(&gift.to_string(), 1, fact)).to_vec();
    around.ingest.commit(Batch { events, ..Batch::default() }).await.expect("a commit");
}

/// The price of the one open listing of a gift, whose word it is, and what else is said of it.
async fn listing(pool: &Pool, lot: &TruthLot) -> (i64, Option<String>, Option<String>) {
    sqlx::query_as(
        "select price_amount, source, witnesses from market.listings where to_position is null and slug = $1 and number = $2",
    )
    .bind(lot.gift.slug.as_str())
    .bind(i64::from(lot.gift.number))
    .fetch_one(pool)
    .await
    .expect("one listing")
}

async fn run(work: &ChainWork, jobs: &[NewJob], about: &TruthLot) -> String {
    let mine = |(key, _): &&NewJob| key.split(' ').nth(1) == Some(about.lot.as_str());
    let (_, payload) = jobs.iter().find(mine).expect("a job for each claim");
    loop {
        match work.run(payload).await {
            Ok(told) => return told,
            // So fast, the sandbox's limit is a matter of milliseconds.
            Err(JobFault::Asked { after_ms, .. }) => {
                tokio::time::sleep(Duration::from_millis(after_ms)).await
            }
            Err(fault) => panic!("no verdict: {fault}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_about_the_chain_is_verified_or_contradicted() {
    harness::install_tls();
    let options =
        SandboxOptions { gifts: 400, speed_x1000: SPEED_X1000, trading: false, ..SandboxOptions::default() };
    let (sandbox, database) = (sandbox::start(options).await.unwrap(), harness::database().await);
    let pool = &database.pool;
    let mut around = deeds::surroundings(pool).await;
    around.pace = Pace { speed_x1000: SPEED_X1000, skew_us: 0, ..Pace::live(0) };
    let query = TruthQuery { without_happenings: true, ..TruthQuery::default() };
    let lots = sandbox.truth("getgems", &query).expect("GetGems").lots;
    let through = |word: &'static str| {
        let is_one = move |lot: &&TruthLot| {
            let LotDetails { custody, contract_type, .. } = &lot.details;
            let is_ton = lot.price.currency.code() == "TON" && lot.way != TruthWay::Auction;
            *custody == Some(Custody::Chain) && contract_type.as_deref() == Some(word) && is_ton
        };
        lots.iter().filter(is_one).cloned().collect::<Vec<_>>()
    };
    let (contracts, own) = (through("sale-contract"), through("telemint"));
    let [honest, dear] = &contracts[..2] else { panic!("two sale contracts") };
    let item = &own[0];
    show(&around, honest, honest.price.clone()).await;
    show(&around, item, item.price.clone()).await;
    // A plausible price, and not the one that the contract asks.
    let claimed = Price { amount: dear.price.amount / 10 * 11, ..dear.price.clone() };
    show(&around, dear, claimed.clone()).await;

    let Surroundings { ingest, clock, pace, .. } = around.clone();
    let intake = Intake::new(pool.clone(), ingest);
    let work = ChainWork::new(witness(&sandbox.base_url().to_string()), intake, clock, pace);
    let jobs = work.find().await.unwrap();
    assert_eq!(jobs.len(), 3, "one for each ask");
    let told = run(&work, &jobs, honest).await;
    assert!(told.starts_with("verified by toncenter: EQ"), "{told}");
    assert!(told.contains("(sandbox-1) sells it"), "{told}");
    let told = run(&work, &jobs, item).await;
    assert!(told.contains("(telemint) sells it"), "{told}");
    let told = run(&work, &jobs, dear).await;
    assert_eq!(told, "refuted by toncenter: that the contract asks this price");
    for lot in [honest, item, dear] {
        let (amount, source, beside) = listing(pool, lot).await;
        assert_eq!(
            (amount, source.as_deref()),
            (lot.price.amount, Some("toncenter")),
            "the chain's word leads"
        );
        let beside = beside.expect("the market's word stands beside it");
        let said = if lot.lot == dear.lot { claimed.amount } else { lot.price.amount };
        assert!(beside.contains(&format!("\"amount\":{said}")) && beside.contains("getgems"), "{beside}");
    }
    let head = store::log::head(pool).await.unwrap().position;
    assert_eq!(run(&work, &jobs, dear).await, "the ask has ended, or a chain source speaks of it already");
    assert_eq!(work.find().await.unwrap(), [], "what is checked is not looked for again");
    assert_eq!(store::log::head(pool).await.unwrap().position, head, "a second run changes nothing");
    sandbox.stop().await;
}
