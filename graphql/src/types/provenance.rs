//! A gift's life, told once.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};
use domain::{
    GiftId,
    provenance::{Step, Witness},
};

use super::{
    event::{Event, evidence_url},
    market::Market,
    price::{Money, Price},
    words::{Custody, FeeBasis},
};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position},
};

/// Events of one gift that are read at most; of a longer life the newest.
const EVENTS_MAX: i64 = 2_000;

/// What a step of a gift's life is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::provenance::StepKind")]
pub(crate) enum ProvenanceKind {
    /// The earliest word of any source about it. When it was made out of a regular gift, no source tells.
    FirstTold,
    /// Exported: its NFT was minted on TON.
    Exported,
    /// Came back from TON into an account or a market's custody.
    Returned,
    /// Moved between an account and a market, or from one market to another.
    Moved,
    /// Given to another owner without a sale.
    Transferred,
    /// Put up for sale.
    Listed,
    /// The ask changed.
    Repriced,
    /// No longer for sale.
    Delisted,
    /// Sold.
    Sold,
}

/// A gift's life as far as it was told.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct GiftProvenance {
    /// The steps, earliest first, each once however many sources told it.
    steps: Vec<ProvenanceStep>,
    /// Whether every event about the gift was read; of a very long life only the newest 2,000 are.
    is_whole: bool,
}

/// A gift's provenance from its first word to the reading.
pub(crate) async fn of_gift(reading: &Arc<Reading>, gift: &GiftId) -> Result<GiftProvenance, Fault> {
    let events = reading.gift_events(gift, EVENTS_MAX).await?;
    let steps = domain::provenance::provenance(&events);
    Ok(GiftProvenance {
        is_whole: i64::try_from(events.len()).is_ok_and(|read| read < EVENTS_MAX),
        steps: steps.into_iter().map(|step| ProvenanceStep { reading: Arc::clone(reading), step }).collect(),
    })
}

/// A step of a gift's life.
pub(crate) struct ProvenanceStep {
    reading: Arc<Reading>,
    step: Step,
}

/// A step of a gift's life, with the events it follows from. Check each: `ribbon verify event` recomputes the event from the file at `evidenceUrl`; `isInferred` says that the step itself is a conclusion of ours from what was, or was no longer, shown.
#[Object]
impl ProvenanceStep {
    /// What.
    async fn kind(&self) -> ProvenanceKind {
        self.step.kind.into()
    }

    /// When, by the source's clock, or by the scan that saw it.
    async fn at(&self) -> DateTime {
        DateTime(self.step.at_us)
    }

    /// True where no source told the step: it follows from two words (`before` and `event`), or from a scan that did not show it.
    async fn is_inferred(&self) -> bool {
        self.step.is_inferred
    }

    /// The market whose listing or sale it is, or that shows the gift.
    async fn market(&self) -> Market {
        Market::new(&self.reading, self.step.market.as_str())
    }

    /// Whose word leads.
    async fn source(&self) -> Market {
        Market::new(&self.reading, self.step.source.as_str())
    }

    /// The ask or what was paid, as the leading source states it. Null where the step has none.
    async fn price(&self) -> Option<Price> {
        self.step.price.as_ref().map(|price| Price {
            money: Money {
                reading: Arc::clone(&self.reading),
                amount: price.amount,
                currency: price.currency.code().to_owned(),
            },
            fee_basis: FeeBasis::of_domain(price.fee_basis),
        })
    }

    /// From whom: the seller, the former owner. Null when no source says.
    async fn from(&self) -> Option<&str> {
        self.step.from.as_deref()
    }

    /// To whom: the buyer, the new owner. Null when no source says.
    async fn to(&self) -> Option<&str> {
        self.step.to.as_deref()
    }

    /// Where it lives from then on. Null where the step does not change that.
    async fn custody(&self) -> Option<Custody> {
        self.step.custody.map(Custody::of_domain)
    }

    /// Position of the event whose word leads.
    async fn position(&self) -> Position {
        Position(self.step.position)
    }

    /// The event whose word leads.
    async fn event(&self) -> async_graphql::Result<Option<Event>> {
        let event = self.reading.event(self.step.position).await?;
        Ok(event.map(|event| Event::new(&self.reading, event)))
    }

    /// Where its evidence can be downloaded, below this server's address.
    async fn evidence_url(&self) -> String {
        evidence_url(self.step.position)
    }

    /// Position of the last word before, where the step is concluded from two. Null elsewhere.
    async fn before(&self) -> Option<Position> {
        self.step.before.map(Position)
    }

    /// Other sources' events about the same step.
    async fn witnesses(&self) -> Vec<ProvenanceWitness> {
        let witness = |Witness { position, source, disagrees }: &Witness| ProvenanceWitness {
            source: Market::new(&self.reading, source.as_str()),
            position: Position(*position),
            evidence_url: evidence_url(*position),
            disagrees: *disagrees,
        };
        self.step.witnesses.iter().map(witness).collect()
    }
}

/// Another source's event about a step.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct ProvenanceWitness {
    /// Whose word it is.
    source: Market,
    /// Position of the event.
    position: Position,
    /// Where its evidence can be downloaded, below this server's address.
    evidence_url: String,
    /// True where it tells another price, or does not show what the leading source shows.
    disagrees: bool,
}
