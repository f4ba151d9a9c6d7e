//! Gifts that came back from TON and of which the log does not say so yet.

use domain::{
    CollectionSlug, EvidenceRef, GiftId, OrderKey,
    holding::{Holding, Place},
};

use crate::{
    log,
    pool::Pool,
    read::{ReadFault, unreadable},
};

/// A return that follows from two words and is not logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The gift.
    pub gift: GiftId,
    /// The last word that it was on TON, microseconds since 1970.
    pub on_chain_at_us: i64,
    /// Where it was shown since, and by whom.
    pub place: Place,
    /// The key of that word.
    pub key: OrderKey,
    /// Where that word stands.
    pub evidence: Option<EvidenceRef>,
}

/// The id under which the return after a word is logged, once.
#[must_use]
pub fn source_id(gift: &GiftId, on_chain_at_us: i64) -> String {
    format!("returned:{gift}:{on_chain_at_us}")
}

/// At most `limit` returns that are due.
///
/// # Errors
/// [`ReadFault`].
pub async fn due(pool: &Pool, limit: i64) -> Result<Vec<Due>, ReadFault> {
    let rows = sqlx::query!(
        r#"select g.slug, g.number, g.registers from market.gifts g
           where g.returned_from_us is not null and not exists (
               select 1 from market.events e where e.slug = g.slug and e.number = g.number and e.kind = 'returned'
                   and e.source_id = 'returned:' || g.slug || '-' || g.number || ':' || g.returned_from_us)
           order by g.slug, g.number limit $1"#,
        limit
    )
    .fetch_all(pool)
    .await?;
    let mut due = Vec::with_capacity(rows.len());
    let mut positions = Vec::with_capacity(rows.len());
    for row in rows {
        let what = || format!("gift {}-{}", row.slug, row.number);
        let gift = GiftId {
            slug: CollectionSlug::from_title(&row.slug).map_err(|fault| unreadable(what(), fault))?,
            number: u32::try_from(row.number).map_err(|fault| unreadable(what(), fault))?,
        };
        let holding: Holding =
            serde_json::from_str(&row.registers).map_err(|fault| unreadable(what(), fault))?;
        let Some((chain, place)) = holding.came_back() else { continue };
        positions.push(place.position);
        due.push(Due {
            gift,
            on_chain_at_us: chain.key.at_us,
            place: place.value.clone(),
            key: place.key,
            evidence: None,
        });
    }
    let events = log::events_at(pool, &positions).await?;
    for (due, position) in due.iter_mut().zip(positions) {
        let event = events.iter().find(|logged| logged.position == position);
        due.evidence = event.and_then(|logged| logged.event.evidence.clone());
    }
    Ok(due)
}
