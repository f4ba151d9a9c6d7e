//! A collection and its attributes.

use std::sync::Arc;

use async_graphql::{ID, Object};
use store::read::{AttributeRow, CollectionRow};

use super::{
    connection::connection,
    floor::Floor,
    offer::Offer,
    picture::Picture,
    words::{AttributeKind, Missing, MissingFields, RarityTier, rarity_of_word, rarity_parts},
};
use crate::{reading::Reading, refusal::Fault, scalar::Position};

/// A collection as of a reading.
pub(crate) struct Collection {
    pub(crate) reading: Arc<Reading>,
    pub(crate) row: Arc<CollectionRow>,
}

impl Collection {
    pub(crate) fn new(reading: &Arc<Reading>, row: Arc<CollectionRow>) -> Self {
        Self { reading: Arc::clone(reading), row }
    }
}

/// All gifts upgraded from one regular gift.
#[Object]
impl Collection {
    /// `collection_` and the slug.
    async fn id(&self) -> ID {
        ID(format!("collection_{}", self.row.slug))
    }

    /// Its slug.
    async fn slug(&self) -> async_graphql::Result<crate::scalar::Slug> {
        let slug = domain::CollectionSlug::from_title(&self.row.slug).map_err(Fault::internal)?;
        Ok(crate::scalar::Slug(slug))
    }

    /// Its title, as in `Plush Pepe`. Source: the latest telling of a market.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Its address on TON, friendly form. Null when no source has told it.
    async fn address(&self) -> Option<&str> {
        self.row.address.as_deref()
    }

    /// The picture, by reference to its source. Null when none has told one.
    async fn image_url(&self) -> Option<&str> {
        self.row.image_url.as_deref()
    }

    /// Its floors, per market and over all, per currency. Attribute floors: the query `floors`.
    async fn floors(&self) -> async_graphql::Result<Vec<Floor>> {
        let rows = self.reading.collection_floors(&self.row.slug).await?;
        Ok(rows.iter().map(|row| Floor::new(&self.reading, row.clone())).collect())
    }

    /// The best offer of each currency for any gift of it. Offers whose time is over are left out, and currencies are never compared. Offers for a single gift or an attribute are not among them: the query `offers`.
    async fn best_offers(&self) -> async_graphql::Result<Vec<Offer>> {
        let rows = self.reading.best_offers(&self.row.slug, None).await?;
        Ok(rows.iter().map(|row| Offer::new(&self.reading, row.clone())).collect())
    }

    /// Its attributes with their rarity, named tiers first, then the rarest.
    async fn attributes(
        &self,
        #[graphql(desc = "Only this kind; all kinds if absent.")] kind: Option<AttributeKind>,
        #[graphql(default = 100, desc = "At most so many.")] first: i32,
    ) -> async_graphql::Result<Vec<Attribute>> {
        let kind = kind.map(AttributeKind::word);
        let rows = self.reading.attributes(&self.row.slug, kind, i64::from(first)).await?;
        let attribute =
            |row: &AttributeRow| Attribute { reading: Arc::clone(&self.reading), row: row.clone() };
        Ok(rows.iter().map(attribute).collect())
    }

    /// How old its picture is on each market now, whatever `asOf` was asked for. A market that has not been scanned whole is not among them.
    async fn pictures(&self) -> async_graphql::Result<Vec<Picture>> {
        let rows = self.reading.pictures().await?;
        let of_this = rows.iter().filter(|row| row.slug == self.row.slug);
        Ok(of_this.map(|row| Picture::new(&self.reading, row.clone())).collect())
    }

    /// Position of the event that first spoke of it.
    async fn first_position(&self) -> Position {
        Position(self.row.first_position)
    }

    /// Position of the event that last said something of it.
    async fn position(&self) -> Position {
        Position(self.row.position)
    }

    /// The fields that are null here, each with the reason.
    async fn missing(&self) -> Vec<Missing> {
        let untold = || "no source that spoke of the collection has told it".to_owned();
        let mut missing = MissingFields(Vec::new());
        missing.note(self.row.address.is_none(), "address", untold);
        missing.note(self.row.image_url.is_none(), "imageUrl", untold);
        missing.0
    }
}

/// An attribute of a collection.
pub(crate) struct Attribute {
    reading: Arc<Reading>,
    row: AttributeRow,
}

/// An attribute of a collection with its rarity. Two of one name with different rarities do exist.
#[Object(name = "CollectionAttribute")]
impl Attribute {
    /// Which of the three.
    async fn kind(&self) -> AttributeKind {
        AttributeKind::of_word(&self.row.kind)
    }

    /// Its name, with one spelling of apostrophes and spaces.
    async fn name(&self) -> &str {
        &self.row.name
    }

    /// How many of a thousand gifts of the collection have it, 1 to 1000. Source: the market's list of attributes. Null for a tier.
    async fn rarity_per_mille(&self) -> Option<i32> {
        rarity_parts(rarity_of_word(&self.row.rarity)).0
    }

    /// The named rarity of a crafted model. Null for one in per mille.
    async fn rarity_tier(&self) -> Option<RarityTier> {
        rarity_parts(rarity_of_word(&self.row.rarity)).1
    }

    /// The best offer of each currency for any gift of the collection that has it.
    async fn best_offers(&self) -> async_graphql::Result<Vec<Offer>> {
        let attribute = (self.row.kind.as_str(), self.row.name.as_str());
        let rows = self.reading.best_offers(&self.row.slug, Some(attribute)).await?;
        Ok(rows.iter().map(|row| Offer::new(&self.reading, row.clone())).collect())
    }

    /// Position of the event that first told it.
    async fn first_position(&self) -> Position {
        Position(self.row.first_position)
    }
}

connection!(Collection, CollectionConnection, CollectionEdge, "A page of collections, by slug.", total);
