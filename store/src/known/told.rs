//! What one market said of collections: titles differ from market to market, and a market is asked in its own words.

use std::collections::HashMap;

use domain::{CollectionSlug, Fact, MarketId};
use sqlx::PgConnection;

use super::KnownFault;

/// What a market says of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionWords {
    /// Its title.
    pub title: String,
    /// Its address on TON, friendly form.
    pub address: Option<String>,
    /// The picture, by reference.
    pub image_url: Option<String>,
}

/// What a market said of each collection last, from its own events.
///
/// # Errors
/// [`KnownFault`].
pub async fn collections_told(
    connection: &mut PgConnection,
    market: &MarketId,
) -> Result<HashMap<CollectionSlug, CollectionWords>, KnownFault> {
    let rows = sqlx::query!(
        "select position, fact from market.events where kind = 'collection_seen' and market = $1 order by position",
        market.as_str()
    )
    .fetch_all(connection)
    .await?;
    let mut told = HashMap::new();
    for row in rows {
        let unreadable =
            |why: String| KnownFault::Unreadable { what: format!("event {}", row.position), why };
        match serde_json::from_str(&row.fact) {
            Ok(Fact::CollectionSeen { slug, title, address, image_url }) => {
                told.insert(slug, CollectionWords { title, address, image_url });
            }
            Ok(other) => return Err(unreadable(format!("it is of kind {}", other.kind().as_str()))),
            Err(fault) => return Err(unreadable(fault.to_string())),
        }
    }
    Ok(told)
}
