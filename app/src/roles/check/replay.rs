//! What the tables should hold by the log: every open listing with its all-in price, and the floors over them.

use std::collections::BTreeMap;

use domain::{
    LotDetails, Price,
    holding::Holding,
    same_listing::{self, OneListing, Told},
};
use pricing::{Ask, FeeTable, FloorKey, OpenListing, all_in, floors};
use serde_json::json;
use store::Pool;
use store::log::fold::LogSummary;
use store::read::{self, Direction, FloorFilter, ListingFilter, ListingRow, ListingSort, Page, ReadFault};

const PAGE: i64 = 5_000;

/// Open listings by market and lot.
pub(super) type Open = BTreeMap<(String, String), Due>;

/// What the table is due to say of an open listing.
pub(super) struct Due {
    listing: OpenListing,
    number: u32,
    price: Price,
    told: LotDetails,
}

/// Every open listing of a folded log.
pub(super) fn open_listings(summary: &LogSummary, fees: &FeeTable) -> Open {
    let empty = Holding::default();
    let mut open = Open::new();
    for (gift, lots) in summary.lots_by_gift() {
        let holding = summary.gifts.get(gift).unwrap_or(&empty);
        for one in same_listing::listings(&lots) {
            if let Some(listing) = open_listing(gift, &lots, &one, holding, fees) {
                open.insert((one.market.as_str().to_owned(), one.lot.as_str().to_owned()), listing);
            }
        }
    }
    open
}

fn open_listing(
    gift: &domain::GiftId,
    lots: &[Told<'_>],
    one: &OneListing,
    holding: &Holding,
    fees: &FeeTable,
) -> Option<Due> {
    let leads = one.leads?;
    let lot = lots[leads].lot;
    let price = lot.open_price()?;
    let ask = lot.ask.as_ref()?;
    let told = lot.details.as_ref().map(|details| &details.value);
    let besides = same_listing::besides(lots, one, leads);
    let priced = all_in(
        fees,
        &Ask {
            market: &one.market,
            price,
            told_fee: told.and_then(|told| told.told_fee.as_ref()),
            custody: besides.custody,
            contract_type: besides.contract_type,
            at_ms: domain::time::ms_from_us(ask.key.at_us),
        },
    );
    let name = |register: &Option<domain::lot::Register<domain::Attribute>>| {
        register.as_ref().map(|register| register.value.name.clone())
    };
    let listing = OpenListing {
        slug: gift.slug.clone(),
        model: name(&holding.model),
        symbol: name(&holding.symbol),
        backdrop: name(&holding.backdrop),
        market: one.market.clone(),
        currency: price.currency.clone(),
        amount: priced.market_amount(),
        all_in_amount: priced.total,
        all_in_at_least: priced.at_least,
        position: ask.position,
    };
    let told = LotDetails {
        custody: besides.custody,
        owner: besides.owner.map(str::to_owned),
        link_url: besides.link_url.map(str::to_owned),
        ..LotDetails::default()
    };
    Some(Due { listing, number: gift.number, price: price.clone(), told })
}

/// The first column in which a row is not what the log gives, in words.
fn difference(due: &Due, row: &ListingRow) -> Option<String> {
    let Due { listing, number, price, told } = due;
    let columns = [
        ("collection", json!(listing.slug.as_str()), json!(row.slug)),
        ("number", json!(number), json!(row.number)),
        ("model", json!(listing.model), json!(row.model)),
        ("symbol", json!(listing.symbol), json!(row.symbol)),
        ("backdrop", json!(listing.backdrop), json!(row.backdrop)),
        ("price", json!(listing.amount), json!(row.price_amount)),
        ("currency", json!(price.currency.code()), json!(row.price_currency)),
        ("fee basis", json!(price.fee_basis), json!(row.fee_basis)),
        ("all-in price", json!(listing.all_in_amount), json!(row.all_in_amount)),
        ("at least", json!(listing.all_in_at_least), json!(row.all_in_at_least)),
        ("custody", json!(told.custody.map(|custody| custody.as_str())), json!(row.custody)),
        ("owner", json!(told.owner), json!(row.owner)),
        ("link", json!(told.link_url), json!(row.link_url)),
        ("event", json!(listing.position), json!(row.ask_position)),
    ];
    let (column, due, held) = columns.into_iter().find(|(_, due, held)| due != held)?;
    Some(format!("{column}: the log gives {due}, the table holds {held}"))
}

/// The first difference between the log's open listings and the table's, in words.
pub(super) async fn compare_listings(
    pool: &Pool,
    expected: &Open,
    position: i64,
) -> Result<Option<String>, ReadFault> {
    let mut seen = 0;
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let filter = ListingFilter::default();
        let rows =
            read::listing_page(pool, &filter, ListingSort::Number, Direction::Ascending, &page, position)
                .await?;
        for row in &rows {
            let key = (row.market.clone(), row.lot.clone());
            let Some(due) = expected.get(&key) else {
                return Ok(Some(format!(
                    "the table shows lot {} of {} as open, the log does not",
                    row.lot, row.market
                )));
            };
            if let Some(difference) = difference(due, row) {
                return Ok(Some(format!("lot {} of {}: {difference}", row.lot, row.market)));
            }
        }
        seen += rows.len();
        let Some(last) = rows.last() else { break };
        page.after = Some(last.key(ListingSort::Number));
    }
    let missing = (seen != expected.len())
        .then(|| format!("the log gives {} open listings, the table holds {seen}", expected.len()));
    Ok(missing)
}

/// How many floors agree, or the first difference in words. How many listings stand behind a floor is told as of now alone, so
/// `with_counts` is for floors that stand at the position still.
pub(super) async fn compare_floors(
    pool: &Pool,
    expected: &Open,
    position: i64,
    with_counts: bool,
) -> Result<Result<usize, String>, ReadFault> {
    let due: BTreeMap<Key, Value> = floors(expected.values().map(|due| &due.listing))
        .into_iter()
        .map(|(FloorKey { slug, kind, name, market, currency }, floor)| {
            let market = market.map_or_else(String::new, |market| market.as_str().to_owned());
            let key = (
                slug.as_str().to_owned(),
                kind.as_str().to_owned(),
                name,
                market,
                currency.code().to_owned(),
            );
            let listings = with_counts.then(|| i64::try_from(floor.listings).unwrap_or(i64::MAX));
            (key, (floor.amount, floor.all_in_amount, floor.all_in_at_least, floor.position, listings))
        })
        .collect();
    let mut seen = 0;
    let mut page = Page { after: None, limit: PAGE };
    loop {
        let rows = read::floor_page(pool, &FloorFilter::default(), &page, position).await?;
        for row in &rows {
            let key = (
                row.slug.clone(),
                row.kind.clone(),
                row.name.clone(),
                row.market.clone(),
                row.currency.clone(),
            );
            let listings = with_counts.then_some(row.listings);
            let held = (row.amount, row.all_in_amount, row.all_in_at_least, row.listing_position, listings);
            if due.get(&key) != Some(&held) {
                let due = due.get(&key).map_or_else(|| "none".to_owned(), floor_words);
                return Ok(Err(format!(
                    "{}: the log gives {due}, the table holds {}",
                    key_words(&key),
                    floor_words(&held)
                )));
            }
        }
        seen += rows.len();
        let Some(last) = rows.last() else { break };
        page.after = Some(last.key());
    }
    Ok(if seen == due.len() {
        Ok(seen)
    } else {
        Err(format!("the log gives {} floors, the table holds {seen}", due.len()))
    })
}

type Key = (String, String, String, String, String);
type Value = (i64, i64, bool, i64, Option<i64>);

fn key_words((slug, kind, name, market, currency): &Key) -> String {
    let name = if name.is_empty() { String::new() } else { format!(" {name}") };
    let market = if market.is_empty() { "every market" } else { market };
    format!("{kind}{name} of {slug} on {market} in {currency}")
}

fn floor_words((amount, all_in, at_least, position, listings): &Value) -> String {
    let at_least = if *at_least { "at least " } else { "" };
    let listings = listings.map(|listings| format!(", {listings} listings")).unwrap_or_default();
    format!("{amount} (all-in {at_least}{all_in}) by event {position}{listings}")
}
