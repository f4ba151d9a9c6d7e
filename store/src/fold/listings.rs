//! The listing side of a fold: what a listing row says is a pure function of the gift's lots, the gift, and the fee table.
//! Fees are those in force when the ask was made, so a replay gives the same rows at any time.

use std::collections::BTreeMap;

use domain::{
    Attribute, GiftId, Lot, MarketId, Price, Rarity,
    holding::Holding,
    lot::Register,
    same_listing::{self, Besides, OneListing, Told, Word},
    witness::reads_chain,
};
use pricing::FeeTable;

use super::{
    LotKey, Touched,
    rows::{Listing, LotRow},
};
use crate::witness::ListingWitness;

impl Touched {
    /// Computes the listings of a gift anew, of which `key` or, where the gift itself changed, any lot may say something else, and begins
    /// versions where they do.
    pub(super) fn refresh_listings(
        &mut self,
        fees: &FeeTable,
        position: i64,
        gift: &GiftId,
        key: Option<&LotKey>,
    ) {
        let next = match key.filter(|_| !self.shared.contains(gift)) {
            Some(key) => vec![(key.clone(), self.alone(fees, gift, key))],
            None => self.all_listings(fees, gift),
        };
        for (key, next) in next {
            let shown = self.shown.entry(gift.clone()).or_default();
            if shown.get(&key) == next.as_ref() {
                continue;
            }
            let stored = match &next {
                Some(next) => shown.insert(key.clone(), next.clone()),
                None => shown.remove(&key),
            };
            let (market, lot) = key;
            self.listings.replace(&(gift.clone(), market, lot), position, stored.is_some(), next);
        }
    }

    /// The listings of a gift as they stand, and `None` for those shown that stand no more.
    pub(super) fn all_listings(&self, fees: &FeeTable, gift: &GiftId) -> Vec<(LotKey, Option<Listing>)> {
        let Some(keys) = self.lots_of.get(gift) else { return Vec::new() };
        let held: Vec<(&LotKey, &LotRow)> =
            keys.iter().filter_map(|key| self.lots.get(key).map(|row| (key, &**row))).collect();
        let (told, rows): (Vec<Told<'_>>, Vec<&LotRow>) =
            held.into_iter().map(|(key, row)| (told(key, row), row)).unzip();
        let empty = Holding::default();
        let holding = self.gifts.get(gift).map_or(&empty, |gift| &gift.holding);
        let mut next: Vec<(LotKey, Option<Listing>)> = same_listing::listings(&told)
            .into_iter()
            .map(|one| {
                let row = compose(fees, gift, (&told, &rows), &one, holding);
                ((one.market, one.lot), row)
            })
            .collect();
        let shown = self.shown.get(gift).into_iter().flat_map(BTreeMap::keys);
        let gone: Vec<LotKey> =
            shown.filter(|key| next.iter().all(|(other, _)| other != *key)).cloned().collect();
        // First what ends: one event may end a listing under one id and begin it under another.
        next.splice(0..0, gone.into_iter().map(|key| (key, None)));
        next
    }

    /// The listing of a lot that no other source's word joins.
    fn alone(&self, fees: &FeeTable, gift: &GiftId, key: &LotKey) -> Option<Listing> {
        let row = self.lots.get(key)?;
        row.lot.open_price()?;
        let empty = Holding::default();
        let holding = self.gifts.get(gift).map_or(&empty, |gift| &gift.holding);
        let one = OneListing { market: key.0.clone(), lot: key.1.clone(), members: vec![0], leads: Some(0) };
        compose(fees, gift, (&[told(key, row)], &[row]), &one, holding)
    }
}

fn told<'a>(key: &'a LotKey, row: &'a LotRow) -> Told<'a> {
    Told { source: &key.0, id: &key.1, lot: &row.lot }
}

/// Whether a lot is of another market's listing, or of none of its own, as all lots of a reader of the chain are.
pub(super) fn is_anothers(source: &MarketId, lot: &Lot) -> bool {
    if reads_chain(source) {
        return true;
    }
    lot.details
        .as_ref()
        .and_then(|details| details.value.of_market.as_ref())
        .is_some_and(|market| market != source)
}

/// The row of a listing; `None` when it is not open.
fn compose(
    fees: &FeeTable,
    gift: &GiftId,
    (told, rows): (&[Told<'_>], &[&LotRow]),
    one: &OneListing,
    holding: &Holding,
) -> Option<Listing> {
    let leads = one.leads?;
    let (leader, row) = (&told[leads], rows[leads]);
    let price = leader.lot.open_price()?;
    let ask = leader.lot.ask.as_ref()?;
    let Besides { custody, contract_type, owner, link_url, listed_at_ms, details_position } =
        same_listing::besides(told, one, leads);
    let details = leader.lot.details.as_ref().map(|details| &details.value);
    let model = name(&holding.model);
    let all_in = pricing::all_in(
        fees,
        &pricing::Ask {
            market: &one.market,
            price,
            told_fee: details.and_then(|details| details.told_fee.as_ref()),
            custody,
            contract_type,
            at_ms: domain::time::ms_from_us(ask.key.at_us),
        },
    );
    Some(Listing {
        gift: gift.clone(),
        model: model.map(|model| model.name.clone()),
        model_per_mille: model.and_then(|model| per_mille(model.rarity)),
        symbol: name(&holding.symbol).map(|symbol| symbol.name.clone()),
        backdrop: name(&holding.backdrop).map(|backdrop| backdrop.name.clone()),
        // What is compared over markets, as prices and as floors: what the buyer pays the market, whatever it states. The ask as stated is the
        // first of the lines.
        price_amount: all_in.market_amount(),
        price_currency: price.currency.code().to_owned(),
        fee_basis: price.fee_basis,
        all_in_amount: all_in.total,
        all_in_at_least: all_in.at_least,
        all_in_lines: serde_json::to_string(&all_in.lines).unwrap_or_default(),
        listed_at_us: listed_at_ms.map(|ms| ms * 1_000),
        seen_at_us: row.ask_seen_us.unwrap_or(ask.key.at_us),
        custody: custody.map(|custody| custody.as_str().to_owned()),
        owner: owner.map(str::to_owned),
        link_url: link_url.map(str::to_owned),
        image_url: holding.image_url.as_ref().map(|image| image.value.clone()),
        ask_position: ask.position,
        details_position,
        origin: row.ask_origin.unwrap_or(domain::Origin::Fetched),
        source: (*leader.source != one.market).then(|| leader.source.as_str().to_owned()),
        source_lot: (*leader.id != one.lot).then(|| leader.id.as_str().to_owned()),
        witnesses: witnesses(fees, told, one, leads),
    })
}

/// What the members that do not lead say, as JSON.
fn witnesses(fees: &FeeTable, told: &[Told<'_>], one: &OneListing, leads: usize) -> Option<String> {
    if one.members.len() == 1 {
        return None;
    }
    let others = one.members.iter().filter(|index| **index != leads).filter_map(|index| {
        let told_by = &told[*index];
        let word = same_listing::word(told_by, &told[leads])?;
        let amount = (word == Word::Open).then(|| market_amount(fees, &one.market, told_by)).flatten();
        ListingWitness::of(told_by, word, amount)
    });
    let others: Vec<ListingWitness> = others.collect();
    (!others.is_empty()).then(|| serde_json::to_string(&others).unwrap_or_default())
}

/// A lot's ask as the buyer pays it to the market.
fn market_amount(fees: &FeeTable, market: &MarketId, told: &Told<'_>) -> Option<i64> {
    let (price, ask) = (told.lot.open_price()?, told.lot.ask.as_ref()?);
    let details = told.lot.details.as_ref().map(|details| &details.value);
    Some(paid(
        fees,
        &pricing::Ask {
            market,
            price,
            told_fee: details.and_then(|details| details.told_fee.as_ref()),
            custody: details.and_then(|details| details.custody),
            contract_type: details.and_then(|details| details.contract_type.as_deref()),
            at_ms: domain::time::ms_from_us(ask.key.at_us),
        },
    ))
}

/// What the buyer pays the market for an ask, smallest unit of its currency.
pub(super) fn paid(fees: &FeeTable, ask: &pricing::Ask<'_>) -> i64 {
    let Price { amount, fee_basis, currency: _ } = ask.price;
    match fee_basis {
        domain::FeeBasis::BuyerPays => *amount,
        domain::FeeBasis::SellerReceives => pricing::all_in(fees, ask).market_amount(),
    }
}

fn name(register: &Option<Register<Attribute>>) -> Option<&Attribute> {
    register.as_ref().map(|register| &register.value)
}

/// Parts in a thousand, where the rarity is a number.
pub(super) fn per_mille(rarity: Option<Rarity>) -> Option<i64> {
    match rarity {
        Some(Rarity::PerMille(value)) => Some(i64::from(value)),
        _ => None,
    }
}
