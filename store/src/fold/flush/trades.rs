//! Sales, rates and quarantines.

use domain::{Fact, LoggedEvent};
use sqlx::PgConnection;

use super::FoldFault;
use crate::log::text;

/// Sales, each once: the log holds each market's sale once by its own id, and a sale on chain is one by its transaction.
pub(in crate::fold) async fn sales(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<(), FoldFault> {
    let mut rows = SaleColumns::default();
    for logged in events {
        rows.push(logged);
    }
    if rows.position.is_empty() {
        return Ok(());
    }
    let SaleColumns {
        position,
        market,
        lot,
        slug,
        number,
        amount,
        currency,
        fee_basis,
        seller,
        buyer,
        transaction,
        sold_at_us,
        origin,
    } = rows;
    sqlx::query!(
        "insert into market.sales (position, market, lot, slug, number, price_amount, price_currency, fee_basis, seller, buyer,
            ton_transaction, sold_at_us, origin)
         select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
            $9::text[], $10::text[], $11::text[], $12::bigint[], $13::text[])
         on conflict do nothing",
        &position,
        &market,
        &lot,
        &slug,
        &number,
        &amount,
        &currency,
        &fee_basis,
        &seller as &[Option<String>],
        &buyer as &[Option<String>],
        &transaction as &[Option<String>],
        &sold_at_us,
        &origin
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(Default)]
struct SaleColumns {
    position: Vec<i64>,
    market: Vec<String>,
    lot: Vec<String>,
    slug: Vec<String>,
    number: Vec<i64>,
    amount: Vec<i64>,
    currency: Vec<String>,
    fee_basis: Vec<String>,
    seller: Vec<Option<String>>,
    buyer: Vec<Option<String>>,
    transaction: Vec<Option<String>>,
    sold_at_us: Vec<i64>,
    origin: Vec<String>,
}

impl SaleColumns {
    fn push(&mut self, logged: &LoggedEvent) {
        let event = &logged.event;
        let (Fact::Sold { lot, scope: _, price, seller, buyer, transaction }, Some(gift)) =
            (&event.fact, &event.gift)
        else {
            return;
        };
        self.position.push(logged.position);
        self.market.push(event.market.as_str().to_owned());
        self.lot.push(lot.as_str().to_owned());
        self.slug.push(gift.slug.as_str().to_owned());
        self.number.push(i64::from(gift.number));
        self.amount.push(price.amount);
        self.currency.push(price.currency.code().to_owned());
        self.fee_basis.push(text(&price.fee_basis));
        self.seller.push(seller.clone());
        self.buyer.push(buyer.clone());
        self.transaction.push(transaction.clone());
        self.sold_at_us.push(event.key.at_us);
        self.origin.push(text(&event.origin));
    }
}

/// Rates: the latest in log order per source and pair.
pub(in crate::fold) async fn rates(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<(), FoldFault> {
    for logged in events {
        let Fact::RateObserved { base, rate_micros, quote } = &logged.event.fact else { continue };
        let source = logged.event.market.as_str();
        sqlx::query!(
            "update market.rates set to_position = $4 where source = $1 and base = $2 and quote = $3 and to_position is null",
            source,
            base.code(),
            quote.code(),
            logged.position
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "insert into market.rates (from_position, source, base, quote, rate_micros, at_us) values ($1, $2, $3, $4, $5, $6)",
            logged.position,
            source,
            base.code(),
            quote.code(),
            rate_micros,
            logged.event.key.at_us
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Quarantines: from the event that says so until the one that releases, or replaces the reason.
pub(in crate::fold) async fn quarantines(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<(), FoldFault> {
    for logged in events {
        let (begin, end) = match &logged.event.fact {
            Fact::MarketQuarantined { path, why } => (Some((path, why)), true),
            Fact::MarketReleased => (None, true),
            _ => (None, false),
        };
        if !end {
            continue;
        }
        let market = logged.event.market.as_str();
        sqlx::query!(
            "update market.quarantines set to_position = $2 where market = $1 and to_position is null",
            market,
            logged.position
        )
        .execute(&mut *connection)
        .await?;
        if let Some((path, why)) = begin {
            sqlx::query!(
                "insert into market.quarantines (from_position, market, path, why) values ($1, $2, $3, $4)",
                logged.position,
                market,
                path,
                why
            )
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}
