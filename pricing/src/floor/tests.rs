use proptest::prelude::*;

use super::*;

fn open(market: &str, currency: &str, amount: i64, position: i64) -> OpenListing {
    OpenListing {
        slug: CollectionSlug::from_title("Lol Pop").unwrap(),
        model: None,
        symbol: None,
        backdrop: None,
        market: MarketId::parse(market).unwrap(),
        currency: Currency::parse(currency).unwrap(),
        amount,
        all_in_amount: amount + 1,
        all_in_at_least: market == "mrkt",
        position,
    }
}

/// The floors as a table: kind, name, market, currency, amount, position, number of listings.
fn check(listings: &[OpenListing], expected: &[&str]) {
    let table: Vec<String> = floors(listings)
        .iter()
        .map(|(key, floor)| {
            let market = key.market.as_ref().map_or("*", MarketId::as_str);
            format!(
                "{} {:?} {market} {} {} @{} of {}",
                key.kind.as_str(),
                key.name,
                key.currency,
                floor.amount,
                floor.position,
                floor.listings
            )
        })
        .collect();
    assert_eq!(table, expected);
}

#[test]
fn floors_are_per_market_and_over_all_and_per_currency() {
    let listings = [
        open("getgems", "TON", 30, 1),
        open("mrkt", "TON", 20, 2),
        open("getgems", "TON", 25, 3),
        open("getgems", "USDT", 1, 4),
    ];
    check(
        &listings,
        &[
            "collection \"\" * TON 20 @2 of 3",
            "collection \"\" * USDT 1 @4 of 1",
            "collection \"\" getgems TON 25 @3 of 2",
            "collection \"\" getgems USDT 1 @4 of 1",
            "collection \"\" mrkt TON 20 @2 of 1",
        ],
    );
    check(&[], &[]);
}

#[test]
fn floors_are_per_attribute_as_far_as_told() {
    let with = |model: &str, backdrop: Option<&str>, amount, position| OpenListing {
        model: Some(model.to_owned()),
        backdrop: backdrop.map(str::to_owned),
        ..open("mrkt", "TON", amount, position)
    };
    let listings = [
        with("Rave", Some("Black"), 9, 1),
        with("Rave", None, 7, 2),
        with("Spring Grove", Some("Black"), 8, 3),
    ];
    check(
        &listings,
        &[
            "collection \"\" * TON 7 @2 of 3",
            "collection \"\" mrkt TON 7 @2 of 3",
            "model \"Rave\" * TON 7 @2 of 2",
            "model \"Rave\" mrkt TON 7 @2 of 2",
            "model \"Spring Grove\" * TON 8 @3 of 1",
            "model \"Spring Grove\" mrkt TON 8 @3 of 1",
            "backdrop \"Black\" * TON 8 @3 of 2",
            "backdrop \"Black\" mrkt TON 8 @3 of 2",
        ],
    );
}

#[test]
fn the_earlier_of_two_equal_asks_is_the_floor_and_brings_its_own_all_in_price() {
    let listings = [open("mrkt", "TON", 5, 9), open("getgems", "TON", 5, 4), open("mrkt", "TON", 5, 7)];
    let floors = floors(&listings);
    let over_all = floors.iter().find(|(key, _)| key.market.is_none()).unwrap().1;
    assert_eq!((over_all.position, over_all.all_in_amount, over_all.all_in_at_least), (4, 6, false));
}

#[test]
fn a_converted_floor_names_its_rate_and_what_it_left_out() {
    let floor = |amount, position| Floor {
        amount,
        all_in_amount: amount,
        all_in_at_least: false,
        position,
        listings: 1,
    };
    let [ton, usdt, stars, usd] =
        [Currency::ton(), Currency::parse("USDT").unwrap(), Currency::stars(), Currency::usd()];
    // 1 TON is 3 USD, 1 USDT is 1 USD; nothing is known of Stars.
    let rates = [
        Rate { base: ton.clone(), quote: usd.clone(), rate_micros: 3_000_000, at_us: 1 },
        Rate { base: usdt.clone(), quote: usd.clone(), rate_micros: 1_000_000, at_us: 2 },
    ];
    let open = [(&ton, floor(2_000_000_000, 1)), (&usdt, floor(5_500_000, 2)), (&stars, floor(1, 3))];
    let (lowest, left_out) = converted_floor(open, &rates, &usd);
    let lowest = lowest.unwrap();
    assert_eq!((lowest.amount, lowest.currency, lowest.rate), (5_500_000, &usdt, Some(&rates[1])));
    let no_rate = ConvertFault::NoRate { base: stars.clone(), quote: usd.clone() };
    assert_eq!(left_out, [(&stars, no_rate)]);
    // In its own currency a floor needs no rate.
    let (lowest, left_out) = converted_floor(open, &rates, &ton);
    assert_eq!(lowest.map(|lowest| (lowest.amount, lowest.rate)), Some((2_000_000_000, None)));
    assert_eq!(left_out.len(), 2);
    assert_eq!(converted_floor([], &rates, &usd), (None, vec![]));
}

fn listing() -> impl Strategy<Value = OpenListing> {
    let word = |words: &'static [&'static str]| proptest::sample::select(words);
    let name = || proptest::option::of(word(&["a", "b"]).prop_map(str::to_owned));
    (word(&["getgems", "mrkt"]), word(&["TON", "USDT"]), 0..20_i64, any::<i64>(), name(), name(), name())
        .prop_map(|(market, currency, amount, position, model, symbol, backdrop)| OpenListing {
            model,
            symbol,
            backdrop,
            ..open(market, currency, amount, position)
        })
}

proptest! {
    #[test]
    fn any_order_gives_the_same_floors(listings in proptest::collection::vec(listing(), 0..40), by in 0..40_usize) {
        let mut turned: Vec<_> = listings.iter().rev().cloned().collect();
        if !turned.is_empty() {
            let by = by % turned.len();
            turned.rotate_left(by);
        }
        // Equal positions do not occur in the log.
        let mut positions: Vec<_> = listings.iter().map(|listing| listing.position).collect();
        positions.sort_unstable();
        positions.dedup();
        prop_assume!(positions.len() == listings.len());
        prop_assert_eq!(floors(&listings), floors(&turned));
    }

    /// Against the definition, key by key.
    #[test]
    fn a_floor_is_the_lowest_of_its_listings(listings in proptest::collection::vec(listing(), 0..40)) {
        for (key, floor) in floors(&listings) {
            let of_key: Vec<_> = listings.iter().filter(|listing| {
                let name = match key.kind {
                    FloorKind::Collection => Some(""),
                    FloorKind::Model => listing.model.as_deref(),
                    FloorKind::Symbol => listing.symbol.as_deref(),
                    FloorKind::Backdrop => listing.backdrop.as_deref(),
                };
                name == Some(key.name.as_str())
                    && key.market.as_ref().is_none_or(|market| *market == listing.market)
                    && key.currency == listing.currency
            }).collect();
            prop_assert_eq!(floor.listings, of_key.len() as u64);
            prop_assert_eq!(Some(floor.amount), of_key.iter().map(|listing| listing.amount).min());
        }
    }
}
