//! A completed sale.

use std::sync::Arc;

use async_graphql::{ID, Object};
use domain::{CollectionSlug, GiftId};
use store::read::SaleRow;

use super::{
    connection::connection,
    event::Event,
    gift::Gift,
    market::Market,
    price::{Money, Price},
    witness::{self, Witness},
    words::{FeeBasis, Missing, MissingFields, Origin},
};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position},
};

/// A completed sale as of a reading.
pub(crate) struct Sale {
    pub(crate) reading: Arc<Reading>,
    pub(crate) row: SaleRow,
}

impl Sale {
    pub(crate) fn new(reading: &Arc<Reading>, row: SaleRow) -> Self {
        Self { reading: Arc::clone(reading), row }
    }
}

/// A completed sale: told by a market's feed or history, never guessed from a listing that vanished.
#[Object]
impl Sale {
    /// `sale_` and the position of the event that told it.
    async fn id(&self) -> ID {
        ID(format!("sale_{}", self.row.position))
    }

    /// The gift.
    async fn gift(&self) -> async_graphql::Result<Gift> {
        let slug = CollectionSlug::from_title(&self.row.slug).map_err(Fault::internal)?;
        let number = u32::try_from(self.row.number).map_err(Fault::internal)?;
        Ok(Gift::new(&self.reading, GiftId { slug, number }))
    }

    /// The market whose sale it is, whoever tells it.
    async fn market(&self) -> Market {
        Market::new(&self.reading, &self.row.market)
    }

    /// The market's own id of the lot.
    async fn lot(&self) -> &str {
        &self.row.lot
    }

    /// What was paid, as the leading source states it.
    async fn price(&self) -> Price {
        let money = Money {
            reading: Arc::clone(&self.reading),
            amount: self.row.price_amount,
            currency: self.row.price_currency.clone(),
        };
        Price { money, fee_basis: FeeBasis::of_word(&self.row.fee_basis) }
    }

    /// What the buyer paid the market; by it sales of markets with different habits are compared.
    async fn market_price(&self) -> Money {
        Money {
            reading: Arc::clone(&self.reading),
            amount: self.row.market_amount.unwrap_or(self.row.price_amount),
            currency: self.row.price_currency.clone(),
        }
    }

    /// Whose word leads.
    async fn source(&self) -> Market {
        Market::new(&self.reading, self.row.source.as_deref().unwrap_or(&self.row.market))
    }

    /// Every source that told it, the one whose word leads first, each with its event and evidence. One sale by its transaction; where a source names none, by gift, price and a time at most two minutes apart, or by a time at most two seconds apart.
    async fn witnesses(&self) -> async_graphql::Result<Vec<Witness>> {
        witness::of_sale(&self.reading, &self.row)
    }

    /// How many sources told it.
    async fn sources_count(&self) -> async_graphql::Result<i32> {
        Ok(witness::sources(&witness::of_sale(&self.reading, &self.row)?))
    }

    /// What the sources disagree about (price, seller, buyer, transaction), in sentences; nothing is averaged. Null while they agree.
    async fn disagreement(&self) -> async_graphql::Result<Option<String>> {
        Ok(witness::disagreement(&witness::of_sale(&self.reading, &self.row)?))
    }

    /// Who sold, as the source names people. Null when it does not say.
    async fn seller(&self) -> Option<&str> {
        self.row.seller.as_deref()
    }

    /// Who bought. Null when the source does not say.
    async fn buyer(&self) -> Option<&str> {
        self.row.buyer.as_deref()
    }

    /// Hash of the transaction on TON, 64 hexadecimal digits. Null for a sale inside a market, or when the source does not say.
    async fn transaction(&self) -> Option<&str> {
        self.row.ton_transaction.as_deref()
    }

    /// When, by the market's clock.
    async fn sold_at(&self) -> DateTime {
        DateTime(self.row.sold_at_us)
    }

    /// Position of the event that told it.
    async fn position(&self) -> Position {
        Position(self.row.position)
    }

    /// The event that told it.
    async fn event(&self) -> async_graphql::Result<Option<Event>> {
        let event = self.reading.event(self.row.position).await?;
        Ok(event.map(|event| Event::new(&self.reading, event)))
    }

    /// Where the evidence can be downloaded, below this server's address.
    async fn evidence_url(&self) -> String {
        super::event::evidence_url(self.row.position)
    }

    /// Where the source's answer came from.
    async fn origin(&self) -> Origin {
        Origin::of_word(&self.row.origin)
    }

    /// The fields that are null here, each with the reason.
    async fn missing(&self) -> Vec<Missing> {
        let name = Market::new(&self.reading, &self.row.market).display_name();
        let mut missing = MissingFields(Vec::new());
        missing.note(self.row.seller.is_none(), "seller", || format!("{name} has not told who sold"));
        missing.note(self.row.buyer.is_none(), "buyer", || format!("{name} has not told who bought"));
        missing.note(self.row.ton_transaction.is_none(), "transaction", || {
            format!("{name} has told no transaction on TON: a sale inside a market has none")
        });
        missing.0
    }
}

connection!(Sale, SaleConnection, SaleEdge, "A page of completed sales, newest first by the market's clock.");
