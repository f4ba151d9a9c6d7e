//! Event rows and domain events, both ways, every field named.

use domain::{
    Event, EvidenceHash, EvidenceRef, GiftId, LoggedEvent, MarketId, OrderKey, gift::CollectionSlug,
    order_key::KeyRank,
};
use serde::{Serialize, de::DeserializeOwned};

use super::LogFault;

/// A row of `market.events`.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct EventRow {
    pub(crate) position: i64,
    pub(crate) market: String,
    pub(crate) slug: Option<String>,
    pub(crate) number: Option<i64>,
    pub(crate) key_at_us: i64,
    pub(crate) key_rank: String,
    pub(crate) key_seen_us: i64,
    pub(crate) key_tie: i64,
    pub(crate) observed_at_us: i64,
    pub(crate) finality: String,
    pub(crate) cause: String,
    pub(crate) origin: String,
    pub(crate) evidence_hash: Option<Vec<u8>>,
    pub(crate) evidence_path: Option<String>,
    pub(crate) corrects: Option<i64>,
    pub(crate) source_id: Option<String>,
    pub(crate) fact: String,
}

impl EventRow {
    /// The event of a row.
    pub(crate) fn read(self) -> Result<LoggedEvent, LogFault> {
        let Self {
            position,
            market,
            slug,
            number,
            key_at_us,
            key_rank,
            key_seen_us,
            key_tie,
            observed_at_us,
            finality,
            cause,
            origin,
            evidence_hash,
            evidence_path,
            corrects,
            source_id,
            fact,
        } = self;
        let unreadable = |why: String| LogFault::Unreadable { position, why };
        let gift = match (slug, number) {
            (Some(slug), Some(number)) => Some(GiftId {
                slug: CollectionSlug::from_title(&slug).map_err(|fault| unreadable(fault.to_string()))?,
                number: u32::try_from(number).map_err(|_| unreadable(format!("gift number {number}")))?,
            }),
            _ => None,
        };
        let evidence = match (evidence_hash, evidence_path) {
            (Some(hash), Some(path)) => Some(EvidenceRef { hash: EvidenceHash(super::head_of(&hash)), path }),
            _ => None,
        };
        let key = OrderKey {
            at_us: key_at_us,
            rank: if key_rank == "market" { KeyRank::Market } else { KeyRank::Scan },
            seen_us: key_seen_us,
            tie: u32::try_from(key_tie).map_err(|_| unreadable(format!("key tie {key_tie}")))?,
        };
        let event = Event {
            market: MarketId::parse(&market).map_err(|fault| unreadable(fault.to_string()))?,
            gift,
            key,
            observed_at_us,
            finality: word(&finality).map_err(unreadable)?,
            cause: word(&cause).map_err(unreadable)?,
            evidence,
            origin: word(&origin).map_err(unreadable)?,
            corrects,
            source_id,
            fact: serde_json::from_str(&fact).map_err(|fault| unreadable(fault.to_string()))?,
        };
        Ok(LoggedEvent { position, event })
    }
}

/// Events as columns, for one `unnest`.
#[derive(Debug, Default)]
pub(crate) struct EventColumns {
    pub(crate) position: Vec<i64>,
    pub(crate) market: Vec<String>,
    pub(crate) kind: Vec<String>,
    pub(crate) slug: Vec<Option<String>>,
    pub(crate) number: Vec<Option<i64>>,
    pub(crate) key_at_us: Vec<i64>,
    pub(crate) key_rank: Vec<String>,
    pub(crate) key_seen_us: Vec<i64>,
    pub(crate) key_tie: Vec<i64>,
    pub(crate) observed_at_us: Vec<i64>,
    pub(crate) finality: Vec<String>,
    pub(crate) cause: Vec<String>,
    pub(crate) origin: Vec<String>,
    pub(crate) evidence_hash: Vec<Option<Vec<u8>>>,
    pub(crate) evidence_path: Vec<Option<String>>,
    pub(crate) corrects: Vec<Option<i64>>,
    pub(crate) source_id: Vec<Option<String>>,
    pub(crate) fact: Vec<String>,
}

impl EventColumns {
    /// Adds an event.
    pub(crate) fn push(&mut self, logged: &LoggedEvent) {
        let LoggedEvent { position, event } = logged;
        let Event {
            market,
            gift,
            key,
            observed_at_us,
            finality,
            cause,
            evidence,
            origin,
            corrects,
            source_id,
            fact,
        } = event;
        self.position.push(*position);
        self.market.push(market.as_str().to_owned());
        self.kind.push(fact.kind().as_str().to_owned());
        let slug = gift.as_ref().map(|gift| &gift.slug).or_else(|| fact_slug(fact));
        self.slug.push(slug.map(|slug| slug.as_str().to_owned()));
        self.number.push(gift.as_ref().map(|gift| i64::from(gift.number)));
        self.key_at_us.push(key.at_us);
        self.key_rank.push(text(&key.rank));
        self.key_seen_us.push(key.seen_us);
        self.key_tie.push(i64::from(key.tie));
        self.observed_at_us.push(*observed_at_us);
        self.finality.push(text(finality));
        self.cause.push(text(cause));
        self.origin.push(text(origin));
        self.evidence_hash.push(evidence.as_ref().map(|evidence| evidence.hash.0.to_vec()));
        self.evidence_path.push(evidence.as_ref().map(|evidence| evidence.path.clone()));
        self.corrects.push(*corrects);
        self.source_id.push(source_id.clone());
        self.fact.push(serde_json::to_string(fact).unwrap_or_default());
    }
}

fn fact_slug(fact: &domain::Fact) -> Option<&CollectionSlug> {
    match fact {
        domain::Fact::CollectionSeen { slug, .. } | domain::Fact::AttributeSeen { slug, .. } => Some(slug),
        _ => None,
    }
}

/// The word of a unit variant, as serde writes it.
pub(crate) fn text<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("only unit variants are stored as words, not {other:?}"),
    }
}

/// A unit variant from its word.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|fault| fault.to_string())
}
