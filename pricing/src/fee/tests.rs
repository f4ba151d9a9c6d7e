use domain::{Currency, Custody, MarketId, Price};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn row() -> Value {
    json!({
        "id": "getgems-gas-1", "market": "getgems", "kind": "gas", "charge": "unknown", "grade": "client",
        "source": "a test", "source_date": null, "checked": "2026-11-21", "valid_from": null, "valid_to": null,
    })
}

fn with(changes: Value) -> Value {
    let mut row = row();
    for (field, value) in changes.as_object().unwrap() {
        row[field] = value.clone();
    }
    row
}

fn table(rows: &[Value]) -> Result<FeeTable, FeeTableFault> {
    FeeTable::parse(&json!({ "version": "1", "fees": rows }).to_string())
}

#[test]
fn the_bundled_table_is_sound_and_each_fee_has_a_source() {
    let table = FeeTable::parse(BUNDLED).unwrap();
    assert_eq!(&table, FeeTable::bundled());
    for market in ["getgems", "mrkt", "portals"] {
        for kind in [FeeKind::Gas, FeeKind::CustodyExit] {
            let known = |fee: &&Fee| fee.market.as_str() == market && fee.kind == kind;
            assert!(table.fees().iter().any(|fee| known(&fee)), "{market} {kind:?}");
        }
    }
    for fee in table.fees() {
        assert_eq!(table.find(&fee.id), Some(fee));
        assert!(
            fee.checked.as_str() <= table.version(),
            "{}: the version is the day of the last change",
            fee.id
        );
    }
    assert_eq!(table.find("no-such-fee"), None);
}

/// The fees measured by us are what recorded buyers paid beyond the price.
#[test]
fn measured_fees_can_be_measured_again() {
    let recorded: Value = serde_json::from_str(include_str!("../../fixtures/purchases.json")).unwrap();
    let measured = |fee: &&Fee| fee.grade == Grade::Measured;
    let purchases = recorded["purchases"].as_array().unwrap();
    assert_eq!(purchases.len(), FeeTable::bundled().fees().iter().filter(measured).count());
    for purchase in purchases {
        let mut paid = 0;
        for transaction in purchase["transactions"].as_array().unwrap() {
            paid += transaction["total_fees"].as_i64().unwrap();
            for message in transaction["sent"].as_array().unwrap() {
                paid += message["value"].as_i64().unwrap() + message["fwd_fee"].as_i64().unwrap();
            }
            for message in transaction["received"].as_array().unwrap() {
                paid -= message["value"].as_i64().unwrap();
            }
        }
        let fee = FeeTable::bundled().find(purchase["fee"].as_str().unwrap()).unwrap();
        let amount = paid - purchase["price"].as_i64().unwrap();
        assert_eq!(fee.charge, Charge::Flat { amount, currency: Currency::ton() }, "{}", fee.id);
    }
}

#[test]
fn refusals_name_the_entry() {
    let day = |field, text: &str| EntryFault::Day { field, text: text.to_owned() };
    let flat = |amount| json!({ "flat": { "amount": amount, "currency": "TON" } });
    let rate = |bps| json!({ "rate": { "bps": bps, "of": "buyer_amount" } });
    let cases = [
        (json!({ "id": "" }), EntryFault::Id),
        (json!({ "id": "Gas" }), EntryFault::Id),
        (json!({ "source": " " }), EntryFault::Source),
        (
            json!({ "source_url": "http://a.example" }),
            EntryFault::SourceUrl { url: "http://a.example".into() },
        ),
        (json!({ "charge": flat(-1) }), EntryFault::Amount { amount: -1 }),
        (json!({ "charge": rate(200) }), EntryFault::RateKind),
        (json!({ "kind": "market_fee", "charge": rate(10_000) }), EntryFault::Rate { bps: 10_000 }),
        (json!({ "when": { "contract_types": [] } }), EntryFault::EmptyCondition { field: "contract_types" }),
        (json!({ "when": { "currencies": [] } }), EntryFault::EmptyCondition { field: "currencies" }),
        (json!({ "source_date": "2026" }), day("source_date", "2026")),
        (json!({ "source_date": "2026-13" }), day("source_date", "2026-13-01")),
        (json!({ "checked": "2026-11" }), day("checked", "2026-11")),
        (json!({ "checked": "2026-02-30" }), day("checked", "2026-02-30")),
        (json!({ "valid_from": "yesterday" }), day("valid_from", "yesterday")),
        (json!({ "valid_from": "2026-01-01", "valid_to": "2026-01-01" }), EntryFault::Period),
    ];
    for (changes, fault) in cases {
        let row = with(changes);
        let id = row["id"].as_str().unwrap().to_owned();
        assert_eq!(table(std::slice::from_ref(&row)), Err(FeeTableFault::Entry { id, fault }), "{row}");
    }
    let unreadable = [
        json!({ "market": "GetGems" }),
        json!({ "kind": "tip" }),
        json!({ "charge": "free" }),
        json!({ "charge": { "flat": { "amount": 0.5, "currency": "TON" } } }),
        json!({ "charge": { "flat": { "amount": 1, "currency": "" } } }),
        json!({ "when": { "weekday": "monday" } }),
        json!({ "surprise": 1 }),
        json!({ "source": null }),
    ];
    for changes in unreadable {
        assert!(matches!(table(&[with(changes.clone())]), Err(FeeTableFault::Json { .. })), "{changes}");
    }
    assert_eq!(FeeTable::parse(r#"{"version":"","fees":[]}"#), Err(FeeTableFault::Version));
    assert!(matches!(FeeTable::parse("{"), Err(FeeTableFault::Json { .. })));
}

#[test]
fn two_fees_never_hold_at_once() {
    let first = row();
    let other = |changes: Value| {
        let mut changes = changes;
        changes["id"] = json!("second");
        with(changes)
    };
    let overlap = Err(FeeTableFault::Overlap { first: "getgems-gas-1".into(), second: "second".into() });
    assert_eq!(
        table(&[first.clone(), first.clone()]),
        Err(FeeTableFault::DuplicateId { id: "getgems-gas-1".into() })
    );
    assert_eq!(table(&[first.clone(), other(json!({}))]), overlap);
    // A special case beside a general one would leave open which holds.
    assert_eq!(table(&[first.clone(), other(json!({ "when": { "custody": "chain" } }))]), overlap);
    assert_eq!(table(&[first.clone(), other(json!({ "valid_from": "2026-01-01" }))]), overlap);
    assert!(table(&[first.clone(), other(json!({ "market": "mrkt" }))]).is_ok());
    assert!(table(&[first.clone(), other(json!({ "kind": "custody_exit" }))]).is_ok());

    let until = with(json!({ "valid_to": "2026-01-01" }));
    assert!(table(&[until.clone(), other(json!({ "valid_from": "2026-01-01" }))]).is_ok());
    assert_eq!(table(&[until, other(json!({ "valid_from": "2025-12-31" }))]), overlap);

    let apart = [
        (json!({ "custody": "chain" }), json!({ "custody": "market" })),
        (json!({ "contract_types": ["a", "b"] }), json!({ "contract_types": ["c"] })),
        (json!({ "currencies": ["TON"] }), json!({ "currencies": ["USDT"] })),
    ];
    for (one, two) in apart {
        let rows = |two: &Value| [with(json!({ "when": one.clone() })), other(json!({ "when": two }))];
        assert!(table(&rows(&two)).is_ok(), "{one} {two}");
        assert_eq!(table(&rows(&one)), overlap, "{one}");
    }
}

#[test]
fn a_fee_holds_within_its_period_and_for_what_is_told() {
    let rows = [
        with(json!({ "valid_to": "2026-01-01" })),
        with(json!({
            "id": "since", "valid_from": "2026-01-01", "valid_to": "2026-02-01",
            "when": { "custody": "chain", "contract_types": ["telemint"], "currencies": ["GRAM"] },
        })),
    ];
    let table = table(&rows).unwrap();
    let (market, other) = (MarketId::parse("getgems").unwrap(), MarketId::parse("mrkt").unwrap());
    let price = Price::nanoton(1);
    let new_year_ms = 1_767_225_600_000;
    let ask = Ask {
        market: &market,
        price: &price,
        told_fee: None,
        custody: Some(Custody::Chain),
        contract_type: Some("telemint"),
        at_ms: new_year_ms,
    };
    let held = |ask: &Ask<'_>| table.fee_for(FeeKind::Gas, ask).map(|fee| fee.id.as_str());
    assert_eq!(held(&Ask { at_ms: new_year_ms - 1, ..ask }), Some("getgems-gas-1"));
    assert_eq!(held(&ask), Some("since"));
    assert_eq!(held(&Ask { at_ms: new_year_ms + 31 * 86_400_000, ..ask }), None);
    assert_eq!(held(&Ask { market: &other, ..ask }), None);
    assert_eq!(held(&Ask { custody: Some(Custody::Market), ..ask }), None);
    assert_eq!(held(&Ask { custody: None, ..ask }), None);
    assert_eq!(held(&Ask { contract_type: Some("offchain"), ..ask }), None);
    assert_eq!(held(&Ask { contract_type: None, ..ask }), None);
    let usdt = Price { currency: Currency::parse("USDT").unwrap(), ..price.clone() };
    assert_eq!(held(&Ask { price: &usdt, ..ask }), None);
    assert_eq!(table.fee_for(FeeKind::CustodyExit, &ask), None);
}

proptest! {
    #[test]
    fn any_text_is_a_table_or_an_error(text in "\\PC{0,200}") {
        let _ = FeeTable::parse(&text);
    }

    /// Both spellings of a price give the same fee, to a smallest unit for each rounding.
    #[test]
    fn a_rate_is_the_same_from_both_sides(seller_amount in 0..1_000_000_000_000_000_i64, bps in 0..5_000_u32) {
        let rate = json!({ "rate": { "bps": bps, "of": "seller_amount" } });
        let table = table(&[with(json!({ "kind": "market_fee", "charge": rate }))]).unwrap();
        let fee = |amount, fee_basis| {
            let price = Price { amount, currency: Currency::ton(), fee_basis };
            table.fees()[0].amount_for(&price).unwrap().0
        };
        let on_top = fee(seller_amount, domain::FeeBasis::SellerReceives);
        let inside = fee(seller_amount + on_top, domain::FeeBasis::BuyerPays);
        prop_assert!((on_top - inside).abs() <= 1, "{} {}", on_top, inside);
    }

    #[test]
    fn no_amount_overflows(amount in 0..=i64::MAX, bps in 0..10_000_u32, buyer: bool, seller: bool) {
        let of = if buyer { "buyer_amount" } else { "seller_amount" };
        let rate = json!({ "rate": { "bps": bps, "of": of } });
        let table = table(&[with(json!({ "kind": "market_fee", "charge": rate }))]).unwrap();
        let fee_basis =
            if seller { domain::FeeBasis::SellerReceives } else { domain::FeeBasis::BuyerPays };
        let price = Price { amount, currency: Currency::ton(), fee_basis };
        let (fee, _) = table.fees()[0].amount_for(&price).unwrap();
        prop_assert!(fee >= 0);
        prop_assert!(seller || fee <= amount);
    }
}
