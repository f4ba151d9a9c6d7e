//! The `chain` job: a listing that claims to stand on TON is put before a witness, without waiting until the witness's own scan comes by.
//!
//! What the witness shows of the sale is logged as its own sightings: a verified listing has a chain source among its witnesses from then on,
//! and another price or seller is contradicted where everybody sees it. Where the chain shows no sale at all there is nothing to log; then the
//! verdict is the job's own note (`ribbon admin jobs show`), and the listing stays without a chain source.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    ClaimCheck, ClaimedSale, ListingClaim, LotId, MarketId, SourceFault, Verdict,
    ports::{ChainWitness, Clock},
};
use serde::{Deserialize, Serialize};
use store::{
    Pool,
    jobs::{self, UncheckedListing},
};

use super::{JobFault, NewJob, Rules, SourcePace, Work, of_database, read_payload};
use crate::{
    backoff::Backoff,
    fixtures::{self, PageAtHand},
    intake::{Intake, IntakeFault},
    pace::Pace,
};

/// The kind's word.
pub const KIND: &str = "chain";
/// Attempts: about an hour with the waits below.
pub const ATTEMPTS_MAX: i32 = 6;
/// Jobs that wait at most: the newest asks come first, and older ones are reached by the witness's own scan.
const FOUND_MAX: i64 = 50;
/// Requests of one check; the second is left out where the first decides.
const REQUESTS: usize = 2;
/// How often listings are looked for; milliseconds of the real world.
const FIND_REAL_MS: u64 = 15_000;
/// How long it is remembered that an ask was checked; milliseconds of the real world. One that still has no chain source is checked again then.
const KEPT_REAL_MS: u64 = 21_600_000;
/// Waits between attempts; milliseconds of the real world.
const BACKOFF_REAL: Backoff = Backoff { first_ms: 10_000, most_ms: 1_200_000 };
/// A witness that refuses us or whose shape has changed is left alone for so long; milliseconds of the real world.
const REST_REAL_MS: u64 = 600_000;

/// The payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainCheck {
    /// The market whose listing it is.
    pub market: MarketId,
    /// Its id there.
    pub lot: LotId,
    /// The event that told the ask: another ask is another check.
    pub ask_position: i64,
}

fn job(listing: &UncheckedListing) -> NewJob {
    let UncheckedListing { market, lot, ask_position, .. } = listing;
    let payload = ChainCheck { market: market.clone(), lot: lot.clone(), ask_position: *ask_position };
    (format!("{market} {lot} {ask_position}"), serde_json::to_vec(&payload).unwrap_or_default())
}

/// Asks a witness.
pub struct ChainWork {
    witness: Arc<dyn ChainWitness>,
    pool: Pool,
    intake: Intake,
    clock: Arc<dyn Clock>,
    pace: Pace,
    turns: SourcePace,
}

impl ChainWork {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(witness: Arc<dyn ChainWitness>, intake: Intake, clock: Arc<dyn Clock>, pace: Pace) -> Self {
        let turns = SourcePace::new(witness.budget(), &pace);
        Self { witness, pool: intake.pool().clone(), intake, clock, pace, turns }
    }

    /// A fault of the source, and the sentence for one that can never answer.
    fn of_source(&self, fault: SourceFault) -> Result<String, JobFault> {
        let why = self.turns.bear(fault, self.pace.scaled_ms(REST_REAL_MS))?;
        Ok(format!("the witness cannot say: {why}"))
    }

    /// Asks, logs what the witness shows, and says the verdict.
    async fn check(&self, listing: &UncheckedListing, through: ClaimedSale) -> Result<String, JobFault> {
        let UncheckedListing { gift, item, seller, price_nanoton, .. } = listing;
        let claim = ListingClaim {
            gift: gift.clone(),
            item: item.clone(),
            through,
            seller: seller.clone(),
            price_nanoton: *price_nanoton,
        };
        for _ in 0..REQUESTS {
            self.turns.turn().await;
        }
        let answers = match self.witness.ask(&claim, self.clock.as_ref()).await {
            Ok(answers) => answers,
            Err(fault) => return self.of_source(fault),
        };
        let judged = self.witness.judge(&claim, &answers);
        let judged = judged.and_then(|verdict| Ok((verdict, self.witness.pages(answers)?)));
        let (verdict, pages) = match judged {
            Ok(judged) => judged,
            Err(fault) => return self.of_source(fault.into()),
        };
        let pages: Vec<PageAtHand> =
            pages.into_iter().map(|(exchange, page)| PageAtHand { exchange, page }).collect();
        self.turns.answered();
        let scope_of = |_: &MarketId, seen: &domain::Seen| self.witness.scope_of(seen);
        fixtures::fill(&self.intake, &pages, self.pace.skew_us, scope_of).await.map_err(of_intake)?;
        Ok(told(self.witness.id(), &verdict))
    }
}

/// The verdict as a sentence.
fn told(witness: &MarketId, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Verified { contract, code } => {
            format!("verified by {witness}: {contract} ({code}) sells it")
        }
        Verdict::Refuted { check } => format!("refuted by {witness}: {}", words(*check)),
        Verdict::Untold { check } => format!("{witness} does not tell enough: {}", words(*check)),
    }
}

/// What a check compares, as what does not hold.
fn words(check: ClaimCheck) -> &'static str {
    match check {
        ClaimCheck::Item => "that the gift stands at its address",
        ClaimCheck::ItemOwner => "that a sale contract holds the gift",
        ClaimCheck::Code => "that the contract's code is known",
        ClaimCheck::Role => "that the contract sells at a fixed price",
        ClaimCheck::Market => "that the contract names the market",
        ClaimCheck::ItemSold => "that the contract sells this gift",
        ClaimCheck::Seller => "that the contract pays this seller",
        ClaimCheck::Price => "that the contract asks this price",
        ClaimCheck::IsOpen => "that the sale is open",
    }
}

#[async_trait]
impl Work for ChainWork {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn rules(&self) -> Rules {
        let length = |real_ms| Duration::from_millis(self.pace.scaled_ms(real_ms));
        let Backoff { first_ms, most_ms } = BACKOFF_REAL;
        Rules {
            attempts_max: ATTEMPTS_MAX,
            at_once: 1,
            backoff: Backoff {
                first_ms: self.pace.scaled_ms(first_ms),
                most_ms: self.pace.scaled_ms(most_ms),
            },
            find_every: length(FIND_REAL_MS).max(Duration::from_millis(250)),
            kept: length(KEPT_REAL_MS),
        }
    }

    async fn run(&self, payload: &[u8]) -> Result<String, JobFault> {
        let ChainCheck { market, lot, ask_position } = read_payload(payload)?;
        let found = jobs::unchecked_listing(&self.pool, &market, &lot).await.map_err(of_database)?;
        let Some(listing) = found.filter(|found| found.ask_position == ask_position) else {
            return Ok("the ask has ended, or a chain source speaks of it already".into());
        };
        match ClaimedSale::of_listing(&listing.market, listing.contract_type.as_deref()) {
            Some(through) => self.check(&listing, through).await,
            None => Ok("its market does not say by which contract it is sold".into()),
        }
    }

    async fn find(&self) -> anyhow::Result<Vec<NewJob>> {
        let listings = jobs::unchecked_listings(&self.pool, KIND, FOUND_MAX).await?;
        Ok(listings.iter().map(job).collect())
    }
}

fn of_intake(fault: IntakeFault) -> JobFault {
    let why = fault.to_string();
    if fault.may_succeed_later() { JobFault::Away { why } } else { JobFault::Never { why } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_sentences() {
        let witness = MarketId::parse("toncenter").unwrap();
        for (verdict, sentence) in [
            (
                Verdict::Verified { contract: "EQ".into(), code: "v4r1".into() },
                "verified by toncenter: EQ (v4r1) sells it",
            ),
            (
                Verdict::Refuted { check: ClaimCheck::Price },
                "refuted by toncenter: that the contract asks this price",
            ),
            (
                Verdict::Untold { check: ClaimCheck::Code },
                "toncenter does not tell enough: that the contract's code is known",
            ),
        ] {
            assert_eq!(told(&witness, &verdict), sentence);
        }
    }
}
