//! A gift: one identity over all markets.

use std::sync::Arc;

use async_graphql::{ID, Object, SimpleObject};
use domain::{GiftId, holding::GiftDates as Dates, lot::Register, order_key::KeyRank};
use futures_util::try_join;
use store::read::GiftRow;

use super::{
    auction::Auction,
    collection::Collection,
    connection::connection,
    custody::GiftCustody,
    event::Event,
    listing::Listing,
    offer::Offer,
    provenance::{self, GiftProvenance},
    sale::Sale,
    words::{AttributeKind, Missing, MissingFields, RarityTier, rarity_of_word, rarity_parts},
};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position, Slug},
};

/// A gift as of a reading. What is known of it is loaded when first asked for.
pub(crate) struct Gift {
    pub(crate) reading: Arc<Reading>,
    pub(crate) gift: GiftId,
}

impl Gift {
    pub(crate) fn new(reading: &Arc<Reading>, gift: GiftId) -> Self {
        Self { reading: Arc::clone(reading), gift }
    }

    async fn row(&self) -> Result<Option<Arc<GiftRow>>, Fault> {
        self.reading.gift(&self.gift).await
    }

    async fn attribute(&self, kind: AttributeKind) -> Result<Option<GiftAttribute>, Fault> {
        let Some(row) = self.row().await? else { return Ok(None) };
        let register = match kind {
            AttributeKind::Model => &row.holding.model,
            AttributeKind::Symbol => &row.holding.symbol,
            AttributeKind::Backdrop => &row.holding.backdrop,
        };
        Ok(register.as_ref().map(|told| GiftAttribute {
            reading: Arc::clone(&self.reading),
            slug: self.gift.slug.as_str().to_owned(),
            told: told.clone(),
        }))
    }

    /// Why the rarity of an attribute that is known is not.
    async fn rarity_missing(&self, kind: AttributeKind) -> Result<Option<&'static str>, Fault> {
        match self.attribute(kind).await? {
            Some(attribute) => Ok(attribute.rarity().await?.err()),
            None => Ok(None),
        }
    }

    async fn address_candidates_of(&self) -> Result<Vec<String>, Fault> {
        let collection = self.reading.collection(self.gift.slug.as_str()).await?;
        let address = collection.and_then(|row| row.address.clone());
        Ok(address
            .map(|address| (self.reading.state.address_candidates)(&self.gift, &address))
            .unwrap_or_default())
    }
}

/// One numbered unique gift. It has one identity, collection and number, whatever the markets call it.
#[Object]
impl Gift {
    /// `gift_`, the collection's slug, `-`, the number.
    async fn id(&self) -> ID {
        ID(format!("gift_{}", self.gift))
    }

    /// The collection's slug.
    async fn slug(&self) -> Slug {
        Slug(self.gift.slug.clone())
    }

    /// Telegram's number inside the collection, from 1.
    async fn number(&self) -> i64 {
        i64::from(self.gift.number)
    }

    /// As people write it: the collection's title and the number, as in `Plush Pepe #298`; the slug where no title has been seen.
    async fn name(&self) -> async_graphql::Result<String> {
        let collection = self.reading.collection(self.gift.slug.as_str()).await?;
        let title = collection.as_ref().map_or(self.gift.slug.as_str(), |row| row.title.as_str());
        Ok(format!("{title} #{}", self.gift.number))
    }

    /// The collection. Null when no source has told its title yet.
    async fn collection(&self) -> async_graphql::Result<Option<Collection>> {
        let row = self.reading.collection(self.gift.slug.as_str()).await?;
        Ok(row.map(|row| Collection::new(&self.reading, row)))
    }

    /// The model. Null when no source has told it.
    async fn model(&self) -> async_graphql::Result<Option<GiftAttribute>> {
        Ok(self.attribute(AttributeKind::Model).await?)
    }

    /// The symbol. Null when no source has told it.
    async fn symbol(&self) -> async_graphql::Result<Option<GiftAttribute>> {
        Ok(self.attribute(AttributeKind::Symbol).await?)
    }

    /// The backdrop. Null when no source has told it.
    async fn backdrop(&self) -> async_graphql::Result<Option<GiftAttribute>> {
        Ok(self.attribute(AttributeKind::Backdrop).await?)
    }

    /// Where it lives, by the latest telling. Null when no source has told it.
    async fn custody(&self) -> async_graphql::Result<Option<GiftCustody>> {
        let row = self.row().await?;
        let place = row.and_then(|row| row.holding.place.clone());
        Ok(place.map(|place| GiftCustody::new(&self.reading, &self.gift, place)))
    }

    /// Its life from the first word of any source to now: listings, sales, transfers, export and return, each once, with the events behind it.
    async fn provenance(&self) -> async_graphql::Result<GiftProvenance> {
        Ok(provenance::of_gift(&self.reading, &self.gift).await?)
    }

    /// Who owns it, by the latest telling. Null when no source has told it.
    async fn owner(&self) -> async_graphql::Result<Option<GiftOwner>> {
        let row = self.row().await?;
        Ok(row.and_then(|row| row.holding.owner.clone()).map(|owner| GiftOwner {
            since: since(&owner),
            position: Position(owner.position),
            name: owner.value,
        }))
    }

    /// The dates that rule what may be done with it. Null when no source has told any.
    async fn dates(&self) -> async_graphql::Result<Option<GiftDates>> {
        let row = self.row().await?;
        Ok(row.and_then(|row| row.holding.dates.clone()).map(|dates| {
            let Dates { transferable_at_ms, exportable_at_ms, resellable_at_ms, unlocks_at_ms } = dates.value;
            GiftDates {
                transferable_at: transferable_at_ms.map(DateTime::from_ms),
                exportable_at: exportable_at_ms.map(DateTime::from_ms),
                resellable_at: resellable_at_ms.map(DateTime::from_ms),
                unlocks_at: unlocks_at_ms.map(DateTime::from_ms),
                position: Position(dates.position),
            }
        }))
    }

    /// Its address on TON, friendly form, as a source tells it. Null when none has.
    async fn address(&self) -> async_graphql::Result<Option<String>> {
        Ok(self
            .row()
            .await?
            .and_then(|row| row.holding.address.as_ref().map(|address| address.value.clone())))
    }

    /// The addresses it has or would have on TON, friendly form, computed offline from the collection's address, one per known item code. Empty when the collection's address is not known.
    async fn address_candidates(&self) -> async_graphql::Result<Vec<String>> {
        Ok(self.address_candidates_of().await?)
    }

    /// The picture, by reference to its source. Null when none has told one.
    async fn image_url(&self) -> async_graphql::Result<Option<String>> {
        Ok(self.row().await?.and_then(|row| row.holding.image_url.as_ref().map(|image| image.value.clone())))
    }

    /// Every open listing of it, all markets side by side, by currency and all-in price, lowest first.
    async fn listings(&self) -> async_graphql::Result<Vec<Listing>> {
        let rows = self.reading.gift_listings(&self.gift).await?;
        Ok(rows.iter().map(|row| Listing::new(&self.reading, row.clone())).collect())
    }

    /// Every auction of it that is open, the soonest end first.
    async fn auctions(&self) -> async_graphql::Result<Vec<Auction>> {
        let rows = self.reading.gift_auctions(&self.gift).await?;
        Ok(rows.iter().map(|row| Auction::new(&self.reading, row.clone())).collect())
    }

    /// The best offer of each currency that it could be sold to now: for itself, for an attribute it has, or for its collection. Offers whose time is over are left out, and currencies are never compared.
    async fn best_offers(&self) -> async_graphql::Result<Vec<Offer>> {
        let rows = self.reading.gift_offers(&self.gift, 1).await?;
        Ok(rows.iter().map(|row| Offer::new(&self.reading, row.clone())).collect())
    }

    /// The offers that it could be sold to now, as in `bestOffers`, by currency, highest first.
    async fn offers(
        &self,
        #[graphql(default = 5, desc = "At most so many of each currency.")] first: i32,
    ) -> async_graphql::Result<Vec<Offer>> {
        let rows = self.reading.gift_offers(&self.gift, i64::from(first)).await?;
        Ok(rows.iter().map(|row| Offer::new(&self.reading, row.clone())).collect())
    }

    /// Its latest sales, newest first. Page through all by the query `sales`.
    async fn sales(
        &self,
        #[graphql(default = 5, desc = "At most so many.")] first: i32,
    ) -> async_graphql::Result<Vec<Sale>> {
        let rows = self.reading.gift_sales(&self.gift, i64::from(first)).await?;
        Ok(rows.iter().map(|row| Sale::new(&self.reading, row.clone())).collect())
    }

    /// The latest events about it, newest first. Page through all by the query `activity`.
    async fn history(
        &self,
        #[graphql(default = 10, desc = "At most so many.")] first: i32,
    ) -> async_graphql::Result<Vec<Event>> {
        let rows = self.reading.gift_events(&self.gift, i64::from(first)).await?;
        Ok(rows.iter().map(|event| Event::new(&self.reading, Arc::new(event.clone()))).collect())
    }

    /// Position of the first event that spoke of it. Null when none has.
    async fn first_position(&self) -> async_graphql::Result<Option<Position>> {
        Ok(self.row().await?.map(|row| Position(row.first_position)))
    }

    /// The fields that are null here, each with the reason; the rarity of an attribute as `model.rarityPerMille`, unless a tier is told.
    async fn missing(&self) -> async_graphql::Result<Vec<Missing>> {
        let mut missing = MissingFields(Vec::new());
        let Some(row) = self.row().await? else { return Ok(missing.0) };
        let holding = &row.holding;
        let untold = || "no source that spoke of the gift has told it".to_owned();
        missing.note(holding.model.is_none(), "model", untold);
        missing.note(holding.symbol.is_none(), "symbol", untold);
        missing.note(holding.backdrop.is_none(), "backdrop", untold);
        // Side by side, so that the three are loaded by one statement.
        let (model, symbol, backdrop) = try_join!(
            self.rarity_missing(AttributeKind::Model),
            self.rarity_missing(AttributeKind::Symbol),
            self.rarity_missing(AttributeKind::Backdrop),
        )?;
        for (field, reason) in [
            ("model.rarityPerMille", model),
            ("symbol.rarityPerMille", symbol),
            ("backdrop.rarityPerMille", backdrop),
        ] {
            missing.note(reason.is_some(), field, || reason.unwrap_or_default().to_owned());
        }
        missing.note(holding.place.is_none(), "custody", untold);
        missing.note(holding.owner.is_none(), "owner", untold);
        missing.note(holding.dates.is_none(), "dates", untold);
        missing.note(holding.image_url.is_none(), "imageUrl", untold);
        missing.note(holding.address.is_none(), "address", || {
            "no source has told one: a gift has an address only once it was exported".to_owned()
        });
        missing.note(self.address_candidates_of().await?.is_empty(), "addressCandidates", || {
            "no source has told the collection's address".to_owned()
        });
        Ok(missing.0)
    }
}

/// Since when a telling holds, where its source tells the time.
pub(super) fn since<T>(register: &Register<T>) -> Option<DateTime> {
    match register.key.rank {
        KeyRank::Market => Some(DateTime(register.key.at_us)),
        KeyRank::Scan => None,
    }
}

/// One of a gift's three attributes.
pub(crate) struct GiftAttribute {
    reading: Arc<Reading>,
    slug: String,
    told: Register<domain::Attribute>,
}

impl GiftAttribute {
    /// The rarity told with the gift, or by the collection's list where that has one of this name; else why there is none.
    async fn rarity(&self) -> Result<Result<domain::Rarity, &'static str>, Fault> {
        if let Some(rarity) = self.told.value.rarity {
            return Ok(Ok(rarity));
        }
        let kind = self.told.value.kind.as_str();
        let rows = self.reading.rarities(&self.slug, kind, &self.told.value.name).await?;
        Ok(match rows.as_slice() {
            [only] => rarity_of_word(&only.rarity).ok_or("what the collection's list tells is no rarity"),
            [] => Err("neither a source that spoke of the gift nor a list of the collection has told it"),
            _ => Err(
                "the collection's lists tell several rarities of this name, and no source has told which is this gift's",
            ),
        })
    }
}

/// One of a gift's three attributes.
#[Object(serial)]
impl GiftAttribute {
    /// Which of the three.
    async fn kind(&self) -> AttributeKind {
        AttributeKind::of_domain(self.told.value.kind)
    }

    /// Its name, with one spelling of apostrophes and spaces.
    async fn name(&self) -> &str {
        &self.told.value.name
    }

    /// How many of a thousand gifts of the collection have it, 1 to 1000. Source: told with the gift, else the collection's list. Null for a tier, when no source tells it, or when the list tells several of this name; the gift's `missing` says which.
    async fn rarity_per_mille(&self) -> async_graphql::Result<Option<i32>> {
        Ok(rarity_parts(self.rarity().await?.ok()).0)
    }

    /// The named rarity of a crafted model. Null for one in per mille, when no source tells it, or when the list tells several of this name.
    async fn rarity_tier(&self) -> async_graphql::Result<Option<RarityTier>> {
        Ok(rarity_parts(self.rarity().await?.ok()).1)
    }

    /// The best offer of each currency for any gift of the collection that has it. Offers for a single gift or for the whole collection are not among them.
    async fn best_offers(&self) -> async_graphql::Result<Vec<Offer>> {
        let attribute = (self.told.value.kind.as_str(), self.told.value.name.as_str());
        let rows = self.reading.best_offers(&self.slug, Some(attribute)).await?;
        Ok(rows.iter().map(|row| Offer::new(&self.reading, row.clone())).collect())
    }

    /// Position of the event that told it of this gift.
    async fn position(&self) -> Position {
        Position(self.told.position)
    }
}

/// Who owns a gift.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct GiftOwner {
    /// As the source names people: a TON address, a Telegram name.
    name: String,
    /// When that was told, by the source's clock. Null when it was told by a page without times.
    since: Option<DateTime>,
    /// Position of the event that told it.
    position: Position,
}

/// The dates that rule what may be done with a gift, as the latest telling has them.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct GiftDates {
    /// May be given to another account from then on.
    transferable_at: Option<DateTime>,
    /// May be exported to TON from then on.
    exportable_at: Option<DateTime>,
    /// May be sold again inside Telegram from then on.
    resellable_at: Option<DateTime>,
    /// The market's own lock ends then.
    unlocks_at: Option<DateTime>,
    /// Position of the event that told them.
    position: Position,
}

connection!(Gift, GiftConnection, GiftEdge, "A page of gifts, by collection and number.", total);
