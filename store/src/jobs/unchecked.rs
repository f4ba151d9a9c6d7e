//! What the `chain` jobs are found for: open listings on TON of which no reader of the chain speaks yet.

use domain::{CollectionSlug, GiftId, LotId, MarketId, lot::Lot, witness};

use crate::pool::Pool;

/// An open listing that claims to stand on chain, and what is claimed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncheckedListing {
    /// The market whose listing it is.
    pub market: MarketId,
    /// Its id there.
    pub lot: LotId,
    /// The event that told the ask.
    pub ask_position: i64,
    /// The gift.
    pub gift: GiftId,
    /// Address of the gift's item.
    pub item: String,
    /// Who sells, where it is said.
    pub seller: Option<String>,
    /// The ask in nanoton.
    pub price_nanoton: Option<i64>,
    /// The word of whoever leads for how it is listed.
    pub contract_type: Option<String>,
}

/// Such listings in TON, the newest asks first, without those whose ask a job of this kind has been added for; so many that at most
/// `limit` jobs wait.
///
/// # Errors
/// What PostgreSQL says.
pub async fn unchecked_listings(
    pool: &Pool,
    kind: &str,
    limit: i64,
) -> Result<Vec<UncheckedListing>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select l.market, l.lot, l.ask_position, l.slug, l.number, g.address as "item!", l.owner, l.price_amount, o.registers as "registers?"
           from market.listings l
           join market.gifts g on g.slug = l.slug and g.number = l.number and g.address is not null
           left join market.lots o on o.market = coalesce(l.source, l.market) and o.lot = coalesce(l.source_lot, l.lot)
           where l.to_position is null and l.custody = 'chain' and l.price_currency = 'TON'
             and (l.source is null or l.source <> all($1))
             and not exists (select from unnest($1::text[]) as c(source) where position('"' || c.source || '"' in l.witnesses) > 0)
             and not exists (select from apalis.jobs j where j.job_type = $2
                             and j.idempotency_key = l.market || ' ' || l.lot || ' ' || l.ask_position)
           order by l.ask_position desc
           limit greatest(0, $3 - (select count(*) from apalis.jobs w where w.job_type = $2 and w.status = 'Pending'))"#,
        &witness::chain_sources(),
        kind,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// One of them by its id; `None` when it is not open, or a reader of the chain speaks of it.
///
/// # Errors
/// What PostgreSQL says.
pub async fn unchecked_listing(
    pool: &Pool,
    market: &MarketId,
    lot: &LotId,
) -> Result<Option<UncheckedListing>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select l.market, l.lot, l.ask_position, l.slug, l.number, g.address as "item!", l.owner, l.price_amount, o.registers as "registers?"
           from market.listings l
           join market.gifts g on g.slug = l.slug and g.number = l.number and g.address is not null
           left join market.lots o on o.market = coalesce(l.source, l.market) and o.lot = coalesce(l.source_lot, l.lot)
           where l.to_position is null and l.market = $2 and l.lot = $3 and l.custody = 'chain' and l.price_currency = 'TON'
             and (l.source is null or l.source <> all($1))
             and not exists (select from unnest($1::text[]) as c(source) where position('"' || c.source || '"' in l.witnesses) > 0)
           limit 1"#,
        &witness::chain_sources(),
        market.as_str(),
        lot.as_str()
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(Row::read))
}

struct Row {
    market: String,
    lot: String,
    ask_position: i64,
    slug: String,
    number: i64,
    item: String,
    owner: Option<String>,
    price_amount: i64,
    registers: Option<String>,
}

impl Row {
    /// `None` for a row that is none of ours; nothing is checked for it then.
    fn read(self) -> Option<UncheckedListing> {
        let Self { market, lot, ask_position, slug, number, item, owner, price_amount, registers } = self;
        let slug = CollectionSlug::from_title(&slug).ok()?;
        let told: Option<Lot> = registers.and_then(|registers| serde_json::from_str(&registers).ok());
        Some(UncheckedListing {
            market: MarketId::parse(&market).ok()?,
            lot: LotId::parse(&lot)?,
            ask_position,
            gift: GiftId { slug, number: u32::try_from(number).ok()? },
            item,
            seller: owner,
            price_nanoton: Some(price_amount),
            contract_type: told.and_then(|lot| lot.details?.value.contract_type),
        })
    }
}
