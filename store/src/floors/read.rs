//! What a step of the floors reads.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::step::{Changed, Key, Lowest, Standing};

/// The listing versions that began or ended in a span of positions.
pub(super) async fn changed_listings(
    connection: &mut PgConnection,
    from: i64,
    to: i64,
) -> Result<Vec<Changed>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select from_position as "from_position!", to_position, market as "market!", slug as "slug!", model, symbol, backdrop,
                  price_currency as "price_currency!", price_amount as "price_amount!", all_in_amount as "all_in_amount!",
                  all_in_at_least as "all_in_at_least!", ask_position as "ask_position!"
           from market.listings where from_position > $1 and from_position <= $2
           union all
           select from_position, to_position, market, slug, model, symbol, backdrop, price_currency, price_amount, all_in_amount,
                  all_in_at_least, ask_position
           from market.listings where to_position > $1 and to_position <= $2 and from_position <= $1"#,
        from,
        to
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Changed {
            from_position: row.from_position,
            to_position: row.to_position,
            market: row.market,
            slug: row.slug,
            model: row.model,
            symbol: row.symbol,
            backdrop: row.backdrop,
            currency: row.price_currency,
            lowest: Lowest {
                amount: row.price_amount,
                ask_position: row.ask_position,
                all_in_amount: row.all_in_amount,
                all_in_at_least: row.all_in_at_least,
            },
        })
        .collect())
}

/// Keys as the columns of one statement.
pub(super) struct KeyColumns {
    pub(super) ordinal: Vec<i64>,
    pub(super) slug: Vec<String>,
    pub(super) kind: Vec<String>,
    pub(super) name: Vec<String>,
    pub(super) market: Vec<String>,
    pub(super) currency: Vec<String>,
}

impl KeyColumns {
    pub(super) fn of<'a>(keys: impl Iterator<Item = (usize, &'a Key)>) -> Self {
        let mut columns = Self {
            ordinal: Vec::new(),
            slug: Vec::new(),
            kind: Vec::new(),
            name: Vec::new(),
            market: Vec::new(),
            currency: Vec::new(),
        };
        for (ordinal, key) in keys {
            columns.ordinal.push(i64::try_from(ordinal).unwrap_or(i64::MAX));
            columns.slug.push(key.slug.clone());
            columns.kind.push(key.kind.to_owned());
            columns.name.push(key.name.clone());
            columns.market.push(key.market.clone());
            columns.currency.push(key.currency.clone());
        }
        columns
    }
}

/// The floors that stand for these keys.
pub(super) async fn current(
    connection: &mut PgConnection,
    keys: &[Key],
) -> Result<BTreeMap<Key, Standing>, sqlx::Error> {
    let columns = KeyColumns::of(keys.iter().enumerate());
    let rows = sqlx::query!(
        r#"select u.ordinal as "ordinal!", f.amount, f.all_in_amount, f.all_in_at_least, f.listing_position, f.listings
           from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as u(ordinal, slug, kind, name, market, currency)
           join market.floors f on f.slug = u.slug and f.kind = u.kind and f.name = u.name and f.market = u.market
                and f.currency = u.currency and f.to_position is null"#,
        &columns.ordinal,
        &columns.slug,
        &columns.kind,
        &columns.name,
        &columns.market,
        &columns.currency
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let lowest = Lowest {
                amount: row.amount,
                ask_position: row.listing_position,
                all_in_amount: row.all_in_amount,
                all_in_at_least: row.all_in_at_least,
            };
            Some((key_at(keys, row.ordinal)?, Standing { lowest, listings: row.listings }))
        })
        .collect())
}

fn key_at(keys: &[Key], ordinal: i64) -> Option<Key> {
    usize::try_from(ordinal).ok().and_then(|ordinal| keys.get(ordinal)).cloned()
}

struct Found {
    ordinal: i64,
    amount: i64,
    all_in_amount: i64,
    all_in_at_least: bool,
    ask_position: i64,
}

/// The lowest listing of each key of one kind among those open from before the span until after it. One statement per kind, so that
/// each finds its index.
macro_rules! lowest_where {
    ($connection:expr, $columns:expr, $from:expr, $to:expr, $condition:literal) => {
        sqlx::query_as!(
            Found,
            r#"select u.ordinal as "ordinal!", l.price_amount as "amount!", l.all_in_amount as "all_in_amount!",
                      l.all_in_at_least as "all_in_at_least!", l.ask_position as "ask_position!"
               from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) as u(ordinal, slug, name, market, currency)
               cross join lateral (
                   select * from (
                       (select o.price_amount, o.all_in_amount, o.all_in_at_least, o.ask_position from market.listings o
                        where o.to_position is null and o.from_position <= $6 and o.slug = u.slug and o.price_currency = u.currency
                            and (u.market = '' or o.market = u.market) and "#
                + $condition
                + r#"
                        order by o.price_amount, o.ask_position limit 1)
                       union all
                       (select o.price_amount, o.all_in_amount, o.all_in_at_least, o.ask_position from market.listings o
                        where o.to_position > $7 and o.from_position <= $6 and o.slug = u.slug and o.price_currency = u.currency
                            and (u.market = '' or o.market = u.market) and "#
                + $condition
                + r#"
                        order by o.price_amount, o.ask_position limit 1)
                   ) as both_kinds order by price_amount, ask_position limit 1
               ) as l"#,
            &$columns.ordinal,
            &$columns.slug,
            &$columns.name,
            &$columns.market,
            &$columns.currency,
            $from,
            $to
        )
        .fetch_all(&mut *$connection)
        .await?
    };
}

/// The lowest listing of each key among those that neither began nor ended in the span; keys without any are absent.
pub(super) async fn lowest_of_unchanged(
    connection: &mut PgConnection,
    keys: &[Key],
    from: i64,
    to: i64,
) -> Result<BTreeMap<Key, Lowest>, sqlx::Error> {
    let mut lowest = BTreeMap::new();
    for kind in ["collection", "model", "symbol", "backdrop"] {
        let columns = KeyColumns::of(keys.iter().enumerate().filter(|(_, key)| key.kind == kind));
        if columns.ordinal.is_empty() {
            continue;
        }
        let rows: Vec<Found> = match kind {
            "collection" => lowest_where!(connection, columns, from, to, "u.name = ''"),
            "model" => lowest_where!(connection, columns, from, to, "o.model = u.name"),
            "symbol" => lowest_where!(connection, columns, from, to, "o.symbol = u.name"),
            _ => lowest_where!(connection, columns, from, to, "o.backdrop = u.name"),
        };
        for Found { ordinal, amount, all_in_amount, all_in_at_least, ask_position } in rows {
            if let Some(key) = key_at(keys, ordinal) {
                lowest.insert(key, Lowest { amount, ask_position, all_in_amount, all_in_at_least });
            }
        }
    }
    Ok(lowest)
}
