//! Offers as of a position: filtered, sorted, page by page; the best per currency of collections, attributes and gifts.

use sqlx::FromRow;

use super::{Direction, KeyKind, KeyPart, Page, ReadFault, sql::Sql};
use crate::pool::Pool;

/// A version of an offer. Amounts are in the smallest unit of `price_currency`; `_ms` are milliseconds, `_us` microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
#[expect(missing_docs, reason = "each is a column of market.offers and explained there")]
pub struct OfferRow {
    pub from_position: i64,
    pub market: String,
    pub offer: String,
    pub slug: String,
    pub number: Option<i64>,
    pub attribute: Option<String>,
    pub attribute_name: Option<String>,
    pub state: String,
    pub price_amount: i64,
    pub price_currency: String,
    pub fee_basis: String,
    pub seller_amount: Option<i64>,
    pub maker: Option<String>,
    pub quantity: Option<i64>,
    pub quantity_taken: Option<i64>,
    pub made_at_ms: Option<i64>,
    pub expires_at_ms: Option<i64>,
    pub seen_at_us: i64,
    pub link_url: Option<String>,
    pub price_position: i64,
    pub details_position: Option<i64>,
    pub end_position: Option<i64>,
    pub origin: String,
}

/// What offers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OfferOf {
    /// One gift.
    Gift,
    /// Any gift with an attribute.
    Attribute,
    /// Any gift of a collection.
    Collection,
}

/// Which offers. Lists are "any of"; an empty list does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferFilter {
    /// Collections.
    pub slugs: Vec<String>,
    /// What they are for.
    pub of: Vec<OfferOf>,
    /// The number, where offers for one gift alone are meant.
    pub number: Option<i64>,
    /// Attributes by name.
    pub names: Vec<String>,
    /// Markets by id.
    pub markets: Vec<String>,
    /// States by word.
    pub states: Vec<String>,
    /// Currency by code.
    pub currency: Option<String>,
    /// At least so much, in the smallest unit of `currency`.
    pub from: Option<i64>,
    /// At most so much.
    pub to: Option<i64>,
    /// Whose money, as the market names people.
    pub maker: Option<String>,
    /// Lapses after, milliseconds since 1970, or never as far as told.
    pub stands_at_ms: Option<i64>,
}

/// How offers are sorted. Ties go by the position of the version, so the order is total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfferSort {
    /// By currency, then by price.
    Price,
    /// By the position from which it stands so.
    Changed,
}

impl OfferSort {
    /// The kinds of the parts of a row's place.
    #[must_use]
    pub fn key_kinds(self) -> &'static [KeyKind] {
        match self {
            Self::Price => &[KeyKind::Text, KeyKind::Int, KeyKind::Int, KeyKind::Text, KeyKind::Text],
            Self::Changed => &[KeyKind::Int, KeyKind::Text, KeyKind::Text],
        }
    }

    fn columns(self) -> &'static str {
        match self {
            Self::Price => "price_currency, price_amount, from_position, market, offer",
            Self::Changed => "from_position, market, offer",
        }
    }

    fn falling(self) -> &'static str {
        match self {
            Self::Price => {
                "price_currency desc, price_amount desc, from_position desc, market desc, offer desc"
            }
            Self::Changed => "from_position desc, market desc, offer desc",
        }
    }
}

impl OfferRow {
    /// The row's place in a list sorted so.
    #[must_use]
    pub fn key(&self, sort: OfferSort) -> Vec<KeyPart> {
        let mut parts = match sort {
            OfferSort::Price => {
                vec![KeyPart::Text(self.price_currency.clone()), KeyPart::Int(self.price_amount)]
            }
            OfferSort::Changed => Vec::new(),
        };
        parts.extend([
            KeyPart::Int(self.from_position),
            KeyPart::Text(self.market.clone()),
            KeyPart::Text(self.offer.clone()),
        ]);
        parts
    }
}

/// A page of the offers as they stood at a position.
///
/// # Errors
/// [`ReadFault`].
pub async fn offer_page(
    pool: &Pool,
    filter: &OfferFilter,
    sort: OfferSort,
    direction: Direction,
    page: &Page,
    position: i64,
) -> Result<Vec<OfferRow>, ReadFault> {
    let OfferFilter { slugs, of, number, names, markets, states, currency, from, to, maker, stands_at_ms } =
        filter;
    let mut sql = Sql::new(
        "select from_position, market, offer, slug, number, attribute, attribute_name, state, price_amount, price_currency,
                fee_basis, seller_amount, maker, quantity, quantity_taken, made_at_ms, expires_at_ms, seen_at_us, link_url,
                price_position, details_position, end_position, origin
         from ",
    );
    sql.text_as_of("market.offers", position)
        .and_one_of("slug", slugs)
        .and_number("number", " = ", *number)
        .and_one_of("attribute_name", names)
        .and_one_of("market", markets)
        .and_one_of("state", states)
        .and_text("price_currency", currency.as_ref())
        .and_number("price_amount", " >= ", *from)
        .and_number("price_amount", " <= ", *to)
        .and_text("maker", maker.as_ref())
        .and_number("coalesce(expires_at_ms, 9223372036854775807)", " > ", *stands_at_ms);
    if !of.is_empty() {
        sql.text(" and (false");
        for of in of {
            sql.text(match of {
                OfferOf::Gift => " or number is not null",
                OfferOf::Attribute => " or attribute is not null",
                OfferOf::Collection => " or (number is null and attribute is null)",
            });
        }
        sql.text(")");
    }
    sql.and_behind(sort.columns(), direction, page.after.as_deref())
        .text(" order by ")
        .text(match direction {
            Direction::Ascending => sort.columns(),
            Direction::Descending => sort.falling(),
        })
        .text(" limit ")
        .bind(page.limit);
    Ok(sql.builder().build_query_as().fetch_all(pool).await?)
}

/// A gift with its attributes' names, as far as known: what an offer may be for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is named after what it is")]
pub struct OfferSubject {
    pub slug: String,
    pub number: i64,
    pub model: Option<String>,
    pub symbol: Option<String>,
    pub backdrop: Option<String>,
}

/// The offers that stood at a position and a time (milliseconds since 1970) and that a gift could be sold to: for itself, for an attribute
/// it has, or for its collection. For each gift at most `limit` of a currency, highest first within it.
///
/// # Errors
/// [`ReadFault`].
pub async fn offers_for_gifts(
    pool: &Pool,
    subjects: &[OfferSubject],
    limit: i64,
    at_ms: i64,
    position: i64,
) -> Result<Vec<(i64, OfferRow)>, ReadFault> {
    let slugs: Vec<String> = subjects.iter().map(|subject| subject.slug.clone()).collect();
    let numbers: Vec<i64> = subjects.iter().map(|subject| subject.number).collect();
    let models: Vec<Option<String>> = subjects.iter().map(|subject| subject.model.clone()).collect();
    let symbols: Vec<Option<String>> = subjects.iter().map(|subject| subject.symbol.clone()).collect();
    let backdrops: Vec<Option<String>> = subjects.iter().map(|subject| subject.backdrop.clone()).collect();
    let rows = sqlx::query!(
        r#"select u.number as "of_number!", o.from_position as "from_position!", o.market as "market!", o.offer as "offer!",
                  o.slug as "slug!", o.number, o.attribute, o.attribute_name, o.state as "state!", o.price_amount as "price_amount!",
                  o.price_currency as "price_currency!", o.fee_basis as "fee_basis!", o.seller_amount, o.maker, o.quantity,
                  o.quantity_taken, o.made_at_ms, o.expires_at_ms, o.seen_at_us as "seen_at_us!", o.link_url,
                  o.price_position as "price_position!", o.details_position, o.end_position, o.origin as "origin!"
           from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]) as u(slug, number, model, symbol, backdrop)
           cross join lateral (
               select *, row_number() over (partition by p.price_currency order by p.price_amount desc, p.from_position) as place
               from market.offers p
               where p.slug = u.slug and p.state = 'open' and p.from_position <= $8 and (p.to_position is null or p.to_position > $8)
                 and coalesce(p.expires_at_ms, $7::bigint + 1) > $7
                 and (p.number = u.number
                      or (p.number is null and p.attribute is null)
                      or (p.attribute = 'model' and p.attribute_name = u.model)
                      or (p.attribute = 'symbol' and p.attribute_name = u.symbol)
                      or (p.attribute = 'backdrop' and p.attribute_name = u.backdrop))
           ) o
           where o.place <= $6
           order by o.slug, u.number, o.price_currency, o.price_amount desc, o.from_position"#,
        &slugs,
        &numbers,
        &models as &[Option<String>],
        &symbols as &[Option<String>],
        &backdrops as &[Option<String>],
        limit,
        at_ms,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let offer = OfferRow {
                from_position: row.from_position,
                market: row.market,
                offer: row.offer,
                slug: row.slug,
                number: row.number,
                attribute: row.attribute,
                attribute_name: row.attribute_name,
                state: row.state,
                price_amount: row.price_amount,
                price_currency: row.price_currency,
                fee_basis: row.fee_basis,
                seller_amount: row.seller_amount,
                maker: row.maker,
                quantity: row.quantity,
                quantity_taken: row.quantity_taken,
                made_at_ms: row.made_at_ms,
                expires_at_ms: row.expires_at_ms,
                seen_at_us: row.seen_at_us,
                link_url: row.link_url,
                price_position: row.price_position,
                details_position: row.details_position,
                end_position: row.end_position,
                origin: row.origin,
            };
            (row.of_number, offer)
        })
        .collect())
}

/// The best offer of each currency for any gift of these collections, or, with an attribute's kind and name, for any gift that has it.
/// Only offers for just that count; empty texts stand for the collection itself. As of a position and a time in milliseconds since 1970.
///
/// # Errors
/// [`ReadFault`].
pub async fn best_offers(
    pool: &Pool,
    slugs: &[String],
    attributes: &[String],
    names: &[String],
    at_ms: i64,
    position: i64,
) -> Result<Vec<OfferRow>, ReadFault> {
    let rows = sqlx::query_as!(
        OfferRow,
        r#"select distinct on (o.slug, o.attribute, o.attribute_name, o.price_currency)
                  o.from_position, o.market, o.offer, o.slug, o.number, o.attribute, o.attribute_name, o.state, o.price_amount,
                  o.price_currency, o.fee_basis, o.seller_amount, o.maker, o.quantity, o.quantity_taken, o.made_at_ms,
                  o.expires_at_ms, o.seen_at_us, o.link_url, o.price_position, o.details_position, o.end_position, o.origin
           from unnest($1::text[], $2::text[], $3::text[]) as u(slug, attribute, name)
           join market.offers o on o.slug = u.slug and o.number is null and coalesce(o.attribute, '') = u.attribute
                and coalesce(o.attribute_name, '') = u.name
           where o.state = 'open' and o.from_position <= $5 and (o.to_position is null or o.to_position > $5)
             and coalesce(o.expires_at_ms, $4::bigint + 1) > $4
           order by o.slug, o.attribute, o.attribute_name, o.price_currency, o.price_amount desc, o.from_position"#,
        slugs,
        attributes,
        names,
        at_ms,
        position
    )
    .fetch_all(pool)
    .await?;
    Ok(rows)
}

/// When each of these offers was last looked for by a completed scan of its scope: (market, offer, start of the scan in microseconds
/// since 1970). One whose scope was never scanned to the end is left out.
///
/// # Errors
/// [`ReadFault`].
pub async fn offer_checks(
    pool: &Pool,
    markets: &[String],
    offers: &[String],
) -> Result<Vec<(String, String, i64)>, ReadFault> {
    let rows = sqlx::query!(
        "select o.market, o.offer, s.started_us
         from unnest($1::text[], $2::text[]) as u(market, offer)
         join market.offer_lots o on o.market = u.market and o.offer = u.offer
         join market.scans s on s.market = o.market and s.scope = o.scope",
        markets,
        offers
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.market, row.offer, row.started_us)).collect())
}
