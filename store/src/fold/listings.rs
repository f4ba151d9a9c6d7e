//! The listing side of a fold: what a listing row says is a pure function of the lot, its gift, and the fee table.
//! Fees are those in force when the ask was made, so a replay gives the same rows at any time.

use domain::{Attribute, Rarity, holding::Holding, lot::Register};
use pricing::FeeTable;

use super::{
    LotKey, Touched,
    rows::{Listing, LotRow},
};

impl Touched {
    /// Computes the listing of a lot anew and begins a version if it says something else than before.
    pub(super) fn refresh_listing(&mut self, fees: &FeeTable, position: i64, key: &LotKey) {
        let Some(row) = self.lots.get_mut(key) else { return };
        let empty = Holding::default();
        let holding = self.gifts.get(&row.gift).map_or(&empty, |gift| &gift.holding);
        let next = listing(fees, key, row, holding);
        if next == row.listing {
            return;
        }
        let stored = row.listing.is_some();
        row.listing.clone_from(&next);
        self.listings.replace(key, position, stored, next);
    }
}

/// The listing of an open lot; `None` when it is not open.
pub(super) fn listing(fees: &FeeTable, key: &LotKey, row: &LotRow, holding: &Holding) -> Option<Listing> {
    let price = row.lot.open_price()?;
    let ask = row.lot.ask.as_ref()?;
    let details = row.lot.details.as_ref();
    let told = details.map(|details| &details.value);
    let listed_at_ms = match row.lot.state() {
        domain::LotState::Open { listed_at_ms, .. } => listed_at_ms,
        _ => None,
    };
    let model = name(&holding.model);
    let all_in = pricing::all_in(
        fees,
        &pricing::Ask {
            market: &key.0,
            price,
            told_fee: told.and_then(|told| told.told_fee.as_ref()),
            custody: told.and_then(|told| told.custody),
            contract_type: told.and_then(|told| told.contract_type.as_deref()),
            at_ms: domain::time::ms_from_us(ask.key.at_us),
        },
    );
    Some(Listing {
        gift: row.gift.clone(),
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
        custody: told.and_then(|told| told.custody).map(|custody| custody.as_str().to_owned()),
        owner: told.and_then(|told| told.owner.clone()),
        link_url: told.and_then(|told| told.link_url.clone()),
        image_url: holding.image_url.as_ref().map(|image| image.value.clone()),
        ask_position: ask.position,
        details_position: details.map(|details| details.position),
        origin: row.ask_origin.unwrap_or(domain::Origin::Fetched),
    })
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
