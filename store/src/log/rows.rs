//! Event rows and domain events, both ways, every field named.

use domain::{
    Event, EvidenceHash, EvidenceRef, GiftId, LoggedEvent, MarketId, OrderKey, gift::CollectionSlug,
    order_key::KeyRank,
};
use serde::{Serialize, de::DeserializeOwned};

use super::LogFault;
use crate::copy::{Row, Target, Type};

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

/// Where events are kept.
pub(crate) static EVENTS: Target = Target {
    table: "market.events",
    columns: &[
        ("position", Type::Int8),
        ("market", Type::Text),
        ("kind", Type::Text),
        ("slug", Type::Text),
        ("number", Type::Int8),
        ("key_at_us", Type::Int8),
        ("key_rank", Type::Text),
        ("key_seen_us", Type::Int8),
        ("key_tie", Type::Int8),
        ("observed_at_us", Type::Int8),
        ("finality", Type::Text),
        ("cause", Type::Text),
        ("origin", Type::Text),
        ("evidence_hash", Type::Bytea),
        ("evidence_path", Type::Text),
        ("corrects", Type::Int8),
        ("source_id", Type::Text),
        ("fact", Type::Text),
    ],
};

/// An event as a row of [`EVENTS`].
pub(crate) fn write_event(row: &mut Row<'_>, logged: &LoggedEvent) {
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
    let slug = gift.as_ref().map(|gift| &gift.slug).or_else(|| fact_slug(fact));
    row.int8(*position)
        .text(market.as_str())
        .text(fact.kind().as_str())
        .text(slug.map(CollectionSlug::as_str))
        .int8(gift.as_ref().map(|gift| i64::from(gift.number)))
        .int8(key.at_us)
        .text(text(&key.rank).as_str())
        .int8(key.seen_us)
        .int8(i64::from(key.tie))
        .int8(*observed_at_us)
        .text(text(finality).as_str())
        .text(text(cause).as_str())
        .text(text(origin).as_str())
        .bytea(evidence.as_ref().map(|evidence| evidence.hash.0.as_slice()))
        .text(evidence.as_ref().map(|evidence| evidence.path.as_str()))
        .int8(*corrects)
        .text(source_id.as_deref())
        .text(serde_json::to_string(fact).unwrap_or_default().as_str());
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
