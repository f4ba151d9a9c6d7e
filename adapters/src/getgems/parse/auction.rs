//! An auction among the listings, as in the one recorded page: `minBid` is what the next bid must be, so the price is the highest bid
//! where there is one.

use domain::{AuctionTerms, Bid, sighting::ToldFee, time::us_from_iso};

use super::{
    Skip, amount,
    listings::{Terms, place},
    malformed, person, price,
};
use crate::{
    getgems::wire::{Sale, Share},
    json::Text,
    text::tidy,
};

pub(super) fn terms(sale: Sale<'_>, index: usize) -> Result<Terms, Skip> {
    let Sale {
        kind: _,
        full_price: _,
        currency,
        marketplace_fee,
        royalty_amount: _,
        contract_type,
        min_bid,
        max_bid,
        finish_at,
        last_bid_amount,
        last_bid_address,
        last_bid_at,
        royalty_percent,
    } = sale;
    let at = |field: &'static str| move || place(index, field);
    let told = |text: Option<Text<'_>>, field| text.map(|text| amount(&text, at(field))).transpose();
    let bid_min = told(min_bid.clone(), "/sale/minBid")?;
    let last_bid = match told(last_bid_amount.clone(), "/sale/lastBidAmount")? {
        Some(amount) if amount > 0 => Some(Bid {
            amount,
            bidder: person(last_bid_address),
            at_ms: time_ms(last_bid_at.as_deref(), index, "/sale/lastBidAt")?,
        }),
        _ => None,
    };
    let highest = if last_bid.is_some() { last_bid_amount } else { min_bid };
    let price = price(highest, currency, at("/sale/minBid"), at("/sale/currency"))?;
    let auction = AuctionTerms {
        bid_min,
        bid_max: told(max_bid, "/sale/maxBid")?.filter(|most| *most > 0),
        has_bid: Some(last_bid.is_some()),
        last_bid,
        ends_at_ms: time_ms(finish_at.as_deref(), index, "/sale/finishAt")?,
        auction_id: None,
    };
    let market_fee = told(marketplace_fee, "/sale/marketplaceFee")?;
    // Whether another fee than none is an amount or a share is not documented.
    let market_fee = market_fee.filter(|fee| *fee == 0);
    let royalty = royalty_percent.and_then(|share| part(price.amount, &share));
    let told_fee = (market_fee.is_some() || royalty.is_some()).then_some(ToldFee {
        for_amount: price.amount,
        market_fee,
        royalty,
    });
    let contract_type = contract_type.and_then(|kind| tidy(&kind));
    Ok(Terms { price, told_fee, contract_type, auction: Some(auction) })
}

fn time_ms(told: Option<&str>, index: usize, field: &str) -> Result<Option<i64>, Skip> {
    let Some(text) = told else { return Ok(None) };
    let expected = "a date like 2025-08-18T01:01:05.000Z";
    let read = us_from_iso(text).map_err(|_| malformed(&place(index, field), expected, text))?;
    Ok(read.map(domain::time::ms_from_us))
}

/// `factor` of `base` of an amount, rounded down as the contract does.
fn part(amount: i64, share: &Share<'_>) -> Option<i64> {
    let (base, factor) = (share.base.0.parse::<i64>().ok()?, share.factor.0.parse::<i64>().ok()?);
    let is_share = base > 0 && (0..=base).contains(&factor);
    let part = i128::from(amount) * i128::from(factor) / i128::from(base.max(1));
    is_share.then(|| i64::try_from(part).ok()).flatten()
}
