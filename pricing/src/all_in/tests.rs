use proptest::prelude::*;

use super::*;
use domain::decimal::decimal_from_units;

const NOVEMBER_2026_MS: i64 = 1_795_219_200_000;

#[derive(Debug)]
struct Listing {
    market: MarketId,
    price: Price,
    told_fee: Option<ToldFee>,
    custody: Option<Custody>,
    contract_type: Option<&'static str>,
}

fn listing(market: &str, amount: i64) -> Listing {
    let market = MarketId::parse(market).unwrap();
    Listing { market, price: Price::nanoton(amount), told_fee: None, custody: None, contract_type: None }
}

fn told(for_amount: i64, market_fee: Option<i64>, royalty: Option<i64>) -> Option<ToldFee> {
    Some(ToldFee { for_amount, market_fee, royalty })
}

fn price_of(listing: &Listing) -> AllIn {
    all_in(
        FeeTable::bundled(),
        &Ask {
            market: &listing.market,
            price: &listing.price,
            told_fee: listing.told_fee.as_ref(),
            custody: listing.custody,
            contract_type: listing.contract_type,
            at_ms: NOVEMBER_2026_MS,
        },
    )
}

/// The all-in price as a bill.
fn bill(listing: &Listing) -> String {
    let all_in = price_of(listing);
    let show = |amount: i64, currency: &Currency| {
        format!(
            "{} {currency}",
            currency.decimals().map_or(amount.to_string(), |digits| decimal_from_units(amount, digits))
        )
    };
    let mut bill = String::new();
    for line in &all_in.lines {
        let amount = line.amount.map_or("?".to_owned(), |amount| show(amount, &line.currency));
        let basis = FeeTable::bundled().explain(line).basis;
        let kind = format!("{:?}", line.kind);
        let counted = format!("{:?}", line.counted);
        bill.push_str(&format!("{kind:<12} {counted:<7} {amount:<16} {basis}\n"));
    }
    let at_least = if all_in.at_least { "at least" } else { "exactly" };
    bill.push_str(&format!("{at_least} {}", show(all_in.total, &all_in.currency)));
    bill
}

#[test]
fn on_chain_through_a_sale_contract() {
    let bill = bill(&Listing {
        told_fee: told(1_350_000_000, Some(0), Some(0)),
        custody: Some(Custody::Chain),
        contract_type: Some("sale-contract"),
        ..listing("getgems", 1_350_000_000)
    });
    insta::assert_snapshot!(bill, @r#"
    MarketPrice  Added   1.35 TON         the price asked
    MarketFee    Inside  0 TON            told by the listing for this price
    Royalty      Inside  0 TON            told by the listing for this price
    Gas          Added   0.012042695 TON  0.012042695 TON for each purchase
    CustodyExit  Added   0 TON            nothing
    exactly 1.362042695 TON
    "#);
}

#[test]
fn on_chain_in_another_currency() {
    let mut listing = Listing {
        custody: Some(Custody::Chain),
        contract_type: Some("sale-contract"),
        ..listing("getgems", 5_000_000)
    };
    listing.price.currency = Currency::parse("USDT").unwrap();
    insta::assert_snapshot!(bill(&listing), @r#"
    MarketPrice  Added   5 USDT           the price asked
    MarketFee    Inside  ?                inside the price; the listing does not tell how much
    Gas          Added   ?                unknown
    CustodyExit  Added   0 USDT           nothing
    at least 5 USDT
    "#);
}

#[test]
fn in_getgems_custody() {
    let told_fee = told(4_290_000_000, Some(85_800_000), Some(0));
    let offchain = Listing {
        told_fee,
        custody: Some(Custody::Market),
        contract_type: Some("offchain"),
        ..listing("getgems", 4_290_000_000)
    };
    insta::assert_snapshot!(bill(&offchain), @r#"
    MarketPrice  Added   4.29 TON         the price asked
    MarketFee    Inside  0.0858 TON       told by the listing for this price
    Royalty      Inside  0 TON            told by the listing for this price
    Gas          Added   ?                unknown
    CustodyExit  Added   0.14 TON         0.14 TON for each purchase
    at least 4.43 TON
    "#);
    // The exit costs TON, which cannot be added to a price in dollars.
    let mut in_dollars = offchain;
    in_dollars.price.currency = Currency::parse("USDT").unwrap();
    insta::assert_snapshot!(bill(&in_dollars), @r#"
    MarketPrice  Added   4290 USDT        the price asked
    MarketFee    Inside  85.8 USDT        told by the listing for this price
    Royalty      Inside  0 USDT           told by the listing for this price
    Gas          Added   ?                unknown
    CustodyExit  Apart   0.14 TON         0.14 TON for each purchase
    at least 4290 USDT
    "#);
}

#[test]
fn in_mrkt_custody() {
    let told_fee = told(4_080_000_000, Some(80_000_000), None);
    let told = Listing { told_fee, custody: Some(Custody::Market), ..listing("mrkt", 4_080_000_000) };
    insta::assert_snapshot!(bill(&told), @r#"
    MarketPrice  Added   4.08 TON         the price asked
    MarketFee    Inside  0.08 TON         told by the listing for this price
    Gas          Added   0 TON            nothing
    CustodyExit  Added   ?                unknown
    at least 4.08 TON
    "#);
    // Told for another price: the table's rate gives the same fee.
    let repriced = Listing { price: Price::nanoton(4_284_000_000), ..told };
    insta::assert_snapshot!(bill(&repriced), @r#"
    MarketPrice  Added   4.284 TON        the price asked
    MarketFee    Inside  0.084 TON        2 % of what the seller receives
    Gas          Added   0 TON            nothing
    CustodyExit  Added   ?                unknown
    at least 4.284 TON
    "#);
}

#[test]
fn a_listing_that_says_nothing() {
    insta::assert_snapshot!(bill(&listing("getgems", 1)), @r#"
    MarketPrice  Added   0.000000001 TON  the price asked
    MarketFee    Inside  ?                inside the price; the listing does not tell how much
    Gas          Added   ?                unknown
    CustodyExit  Added   ?                unknown
    at least 0.000000001 TON
    "#);
    let unknown = listing("nosuchmarket", 1);
    insta::assert_snapshot!(bill(&unknown), @r#"
    MarketPrice  Added   0.000000001 TON  the price asked
    MarketFee    Inside  ?                inside the price; the listing does not tell how much
    Gas          Added   ?                unknown
    CustodyExit  Added   ?                unknown
    at least 0.000000001 TON
    "#);
}

#[test]
fn a_market_that_shows_what_the_seller_receives() {
    let mut open = listing("nosuchmarket", 12_900_000_000);
    open.price.fee_basis = FeeBasis::SellerReceives;
    // The fee comes on top, and nobody says how much.
    assert!(price_of(&open).at_least);
    assert_eq!(price_of(&open).market_amount(), 12_900_000_000);
    open.told_fee = told(12_900_000_000, Some(1_290_000_000), Some(0));
    assert_eq!(price_of(&open).total, 14_190_000_000);
    assert_eq!(price_of(&open).market_amount(), 14_190_000_000);
}

#[test]
fn every_line_can_be_explained_and_survives_storage() {
    let listings = [
        listing("getgems", 5),
        listing("mrkt", 5),
        Listing { custody: Some(Custody::Market), ..listing("getgems", 5) },
        Listing { told_fee: told(5, Some(1), Some(1)), ..listing("getgems", 5) },
    ];
    for listing in &listings {
        let lines = price_of(listing).lines;
        let stored = serde_json::to_string(&lines).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Line>>(&stored).unwrap(), lines, "{stored}");
        for line in &lines {
            let explanation = FeeTable::bundled().explain(line);
            assert!(!explanation.basis.is_empty() && !explanation.source.is_empty());
            let of_table = matches!(line.basis, Basis::Fee(_));
            assert_eq!(explanation.checked.is_some(), of_table);
            assert_eq!(explanation.grade.is_some(), of_table);
        }
    }
    let lost = Line {
        kind: LineKind::Gas,
        amount: None,
        currency: Currency::ton(),
        counted: Counted::Added,
        basis: Basis::Fee("no-such-fee".to_owned()),
    };
    assert_eq!(FeeTable::bundled().explain(&lost).source, "no-such-fee");
}

#[test]
fn the_stored_form_stays_what_it_is() {
    let open = Listing { told_fee: told(5, Some(1), None), ..listing("mrkt", 5) };
    let lines: Vec<String> =
        price_of(&open).lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"kind":"market_price","amount":5,"currency":"TON","counted":"added","basis":"ask"}
    {"kind":"market_fee","amount":1,"currency":"TON","counted":"inside","basis":"told"}
    {"kind":"gas","amount":0,"currency":"TON","counted":"added","basis":{"fee":"mrkt-gas-1"}}
    {"kind":"custody_exit","currency":"TON","counted":"added","basis":{"fee":"mrkt-exit-1"}}
    "#);
}

#[test]
fn a_total_beyond_the_type_is_at_least_the_largest() {
    let open = Listing { custody: Some(Custody::Market), ..listing("getgems", i64::MAX) };
    assert_eq!((price_of(&open).total, price_of(&open).at_least), (i64::MAX, true));
}

fn any_listing() -> impl Strategy<Value = Listing> {
    let market = prop_oneof![Just("getgems"), Just("mrkt"), Just("other")];
    let custody = prop_oneof![
        Just(None),
        Just(Some(Custody::Account)),
        Just(Some(Custody::Market)),
        Just(Some(Custody::Chain))
    ];
    let contract_type =
        prop_oneof![Just(None), Just(Some("telemint")), Just(Some("offchain")), Just(Some("sale-contract"))];
    let currency = prop_oneof![Just("TON"), Just("USDT"), Just("NOT")];
    let fee = proptest::option::of(0..1_000_000_i64);
    (market, 0..=i64::MAX, currency, any::<bool>(), custody, contract_type, fee.clone(), fee).prop_map(
        |(market, amount, currency, seller, custody, contract_type, fee, royalty)| {
            let fee_basis = if seller { FeeBasis::SellerReceives } else { FeeBasis::BuyerPays };
            let price = Price { amount, currency: Currency::parse(currency).unwrap(), fee_basis };
            Listing {
                price,
                told_fee: told(amount, fee, royalty),
                custody,
                contract_type,
                ..listing(market, 0)
            }
        },
    )
}

proptest! {
    /// The total is the sum of what it says it adds, never below the ask, and exact only when everything is known.
    #[test]
    fn the_total_is_its_lines(listing in any_listing()) {
        let all_in = price_of(&listing);
        let added = all_in.lines.iter().filter(|line| line.counted == Counted::Added);
        let known: i128 = added.clone().filter_map(|line| line.amount).map(i128::from).sum();
        prop_assert_eq!(i128::from(all_in.total), known.min(i64::MAX.into()));
        prop_assert!(all_in.total >= listing.price.amount);
        prop_assert!(all_in.market_amount() <= all_in.total);
        if !all_in.at_least {
            prop_assert!(added.clone().all(|line| line.amount.is_some()));
            prop_assert!(all_in.lines.iter().all(|line| line.counted != Counted::Apart));
        }
        for line in added {
            prop_assert_eq!(&line.currency, &listing.price.currency);
        }
    }
}
