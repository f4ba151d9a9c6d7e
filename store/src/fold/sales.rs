//! The sale side of a fold: all that was told of a gift's sales, and the sales that it comes to.

use std::collections::BTreeSet;

use domain::{
    Currency, Custody, FeeBasis, GiftId, LoggedEvent, LotId, MarketId, Origin, Price,
    same_sale::{self, OneSale, Telling},
};
use pricing::FeeTable;
use sqlx::PgConnection;

use super::{
    FoldFault, Touched,
    listings::paid,
    load::gift_id,
    rows::{GiftSales, Sale},
};
use crate::{log::word, witness::SaleTelling};

/// A sale as it is stored.
#[derive(Debug)]
pub(super) struct StoredSale {
    position: i64,
    market: String,
    lot: String,
    slug: String,
    number: i64,
    price_amount: i64,
    price_currency: String,
    fee_basis: String,
    seller: Option<String>,
    buyer: Option<String>,
    ton_transaction: Option<String>,
    sold_at_us: i64,
    origin: String,
    source: Option<String>,
    tellings: Option<String>,
}

/// The sales of the gifts of which these events tell one.
pub(super) async fn load(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<Vec<StoredSale>, sqlx::Error> {
    let is_sale = |logged: &&LoggedEvent| Telling::of(logged).is_some();
    let gifts: BTreeSet<&GiftId> =
        events.iter().filter(is_sale).filter_map(|logged| logged.event.gift.as_ref()).collect();
    if gifts.is_empty() {
        return Ok(Vec::new());
    }
    let slugs: Vec<String> = gifts.iter().map(|gift| gift.slug.as_str().to_owned()).collect();
    let numbers: Vec<i64> = gifts.iter().map(|gift| i64::from(gift.number)).collect();
    sqlx::query_as!(
        StoredSale,
        "select s.position, s.market, s.lot, s.slug, s.number, s.price_amount, s.price_currency, s.fee_basis, s.seller, s.buyer,
                s.ton_transaction, s.sold_at_us, s.origin, s.source, s.tellings
         from unnest($1::text[], $2::bigint[]) as u(slug, number)
         join market.sales s on s.slug = u.slug and s.number = u.number and s.to_position is null",
        &slugs,
        &numbers
    )
    .fetch_all(connection)
    .await
}

impl StoredSale {
    /// Puts what the row says of its tellings among what is touched.
    pub(super) fn read(self, touched: &mut Touched) -> Result<(), FoldFault> {
        let gift = gift_id(&self.slug, self.number)?;
        let position = self.position;
        let told = self
            .tellings()
            .map_err(|why| FoldFault::Unreadable { what: format!("the sale at position {position}"), why })?;
        touched.sales_of.entry(gift).or_default().told.extend(told);
        Ok(())
    }

    fn tellings(self) -> Result<Vec<SaleTelling>, String> {
        if self.tellings.is_some() {
            return SaleTelling::list(self.tellings.as_deref()).map_err(|fault| fault.to_string());
        }
        let market = MarketId::parse(&self.market).map_err(|fault| fault.to_string())?;
        let (source, of_market) = match self.source {
            None => (market, None),
            Some(source) => (MarketId::parse(&source).map_err(|fault| fault.to_string())?, Some(market)),
        };
        let telling = Telling {
            position: self.position,
            source,
            of_market,
            lot: LotId::parse(&self.lot).ok_or("the lot's id")?,
            price: Price {
                amount: self.price_amount,
                currency: Currency::parse(&self.price_currency).map_err(|fault| fault.to_string())?,
                fee_basis: word::<FeeBasis>(&self.fee_basis)?,
            },
            seller: self.seller,
            buyer: self.buyer,
            transaction: self.ton_transaction,
            sold_at_us: self.sold_at_us,
        };
        Ok(vec![SaleTelling { telling, origin: word::<Origin>(&self.origin)? }])
    }
}

impl Touched {
    /// The stored sales as they stand: nothing of them is new.
    pub(super) fn show_stored_sales(&mut self, fees: &FeeTable) {
        for (gift, sales) in &mut self.sales_of {
            sales.shown = sales.rows(fees, gift).into_iter().collect();
        }
    }

    /// Folds an event in, if it tells of a sale.
    pub(super) fn apply_sale(&mut self, fees: &FeeTable, gift: &GiftId, logged: &LoggedEvent) {
        let Some(telling) = Telling::of(logged) else { return };
        let sales = self.sales_of.entry(gift.clone()).or_default();
        sales.told.push(SaleTelling { telling, origin: logged.event.origin });
        let next = sales.rows(fees, gift);
        let gone: Vec<i64> = sales
            .shown
            .keys()
            .filter(|leads| next.iter().all(|(other, _)| other != *leads))
            .copied()
            .collect();
        for leads in gone {
            sales.shown.remove(&leads);
            self.sales.replace(&leads, logged.position, true, None);
        }
        for (leads, next) in next {
            if sales.shown.get(&leads) == Some(&next) {
                continue;
            }
            let stored = sales.shown.insert(leads, next.clone()).is_some();
            self.sales.replace(&leads, logged.position, stored, Some(next));
        }
    }
}

impl GiftSales {
    /// The sales that the tellings come to, by the position of the telling that leads.
    fn rows(&self, fees: &FeeTable, gift: &GiftId) -> Vec<(i64, Sale)> {
        let told = self.told.iter().map(|told| told.telling.clone());
        same_sale::sales(told)
            .into_iter()
            .map(|one| (one.leader().position, self.row(fees, gift, &one)))
            .collect()
    }

    fn row(&self, fees: &FeeTable, gift: &GiftId, one: &OneSale) -> Sale {
        let leader = one.leader();
        let origin = |position: i64| {
            let told = self.told.iter().find(|told| told.telling.position == position);
            told.map_or(Origin::Fetched, |told| told.origin)
        };
        let market_amount = paid(
            fees,
            &pricing::Ask {
                market: &one.market,
                price: &leader.price,
                told_fee: None,
                custody: one.transaction().map(|_| Custody::Chain),
                contract_type: None,
                at_ms: domain::time::ms_from_us(leader.sold_at_us),
            },
        );
        let tellings = (one.told.len() > 1).then(|| {
            let list = one
                .told
                .iter()
                .map(|telling| SaleTelling { telling: telling.clone(), origin: origin(telling.position) });
            serde_json::to_string(&list.collect::<Vec<_>>()).unwrap_or_default()
        });
        Sale {
            gift: gift.clone(),
            market: one.market.as_str().to_owned(),
            lot: one.lot().as_str().to_owned(),
            price: leader.price.clone(),
            market_amount: (market_amount != leader.price.amount).then_some(market_amount),
            seller: one.seller().cloned(),
            buyer: one.buyer().cloned(),
            transaction: one.transaction().cloned(),
            sold_at_us: leader.sold_at_us,
            origin: origin(leader.position),
            source: (leader.source != one.market).then(|| leader.source.as_str().to_owned()),
            tellings,
        }
    }
}
