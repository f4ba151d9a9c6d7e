use proptest::prelude::*;

use super::*;

const SECOND: i64 = 1_000_000;

fn telling(position: i64, source: &str, at_s: i64, amount: i64, transaction: Option<&str>) -> Telling {
    Telling {
        position,
        source: MarketId::parse(source).unwrap(),
        of_market: None,
        lot: LotId::parse(&format!("lot of {source}")).unwrap(),
        price: Price::nanoton(amount),
        seller: None,
        buyer: None,
        transaction: transaction.map(str::to_owned),
        sold_at_us: at_s * SECOND,
    }
}

/// Each sale as `market: positions`, the leader first.
fn told(tellings: &[Telling]) -> Vec<String> {
    sales(tellings.iter().cloned())
        .into_iter()
        .map(|sale| {
            let positions: Vec<String> = sale.told.iter().map(|told| told.position.to_string()).collect();
            format!("{}: {}", sale.market, positions.join(" "))
        })
        .collect()
}

#[test]
fn one_sale_whoever_tells_it() {
    for (tellings, is, why) in [
        (
            vec![telling(1, "getgems", 100, 5, Some("aa")), telling(2, "fragment", 101, 5, None)],
            vec!["fragment: 2 1"],
            "Fragment names no transaction",
        ),
        (
            vec![
                telling(1, "getgems", 100, 5, Some("aa")),
                telling(2, "tonapi", 90, 4, Some("aa")),
                telling(3, "toncenter", 300, 5, Some("aa")),
            ],
            vec!["getgems: 2 3 1"],
            "one transaction, whatever else is said",
        ),
        (
            vec![telling(1, "getgems", 100, 5, Some("aa")), telling(2, "tonapi", 100, 5, Some("bb"))],
            vec!["getgems: 1", "tonapi: 2"],
            "two transactions",
        ),
        (
            vec![telling(1, "mrkt", 100, 5, None), telling(2, "portals", 100, 5, None)],
            vec!["mrkt: 1", "portals: 2"],
            "each tells its own alone",
        ),
        (
            vec![telling(1, "getgems", 100, 5, None), telling(2, "fragment", 221, 5, None)],
            vec!["getgems: 1", "fragment: 2"],
            "too far apart",
        ),
        (
            vec![telling(1, "getgems", 100, 5, None), telling(2, "fragment", 103, 6, None)],
            vec!["getgems: 1", "fragment: 2"],
            "another price",
        ),
        (
            vec![telling(1, "getgems", 100, 7, Some("aa")), telling(2, "fragment", 101, 6, None)],
            vec!["fragment: 2 1"],
            "another price at the same moment: one sale, and a source that is wrong",
        ),
        (
            vec![
                telling(1, "getgems", 100, 5, Some("aa")),
                telling(2, "getgems", 160, 5, Some("bb")),
                telling(3, "fragment", 158, 5, None),
                telling(4, "fragment", 101, 5, None),
            ],
            vec!["fragment: 4 1", "fragment: 3 2"],
            "sold twice within the tolerance: the closest pairs",
        ),
    ] {
        assert_eq!(told(&tellings), is, "{why}");
    }
}

#[test]
fn two_hashes_of_one_purchase_are_one_by_the_buyer() {
    let mut tellings = [telling(1, "getgems", 100, 5, Some("aa")), telling(2, "tonapi", 100, 5, Some("bb"))];
    for telling in &mut tellings {
        telling.buyer = Some("EQbuyer".to_owned());
    }
    assert_eq!(told(&tellings), ["getgems: 2 1"]);
    tellings[1].buyer = Some("EQother".to_owned());
    assert_eq!(told(&tellings).len(), 2);
}

#[test]
fn what_the_leader_leaves_out_is_taken_from_the_next() {
    let mut getgems = telling(1, "getgems", 100, 5, Some("aa"));
    getgems.buyer = Some("EQbuyer".to_owned());
    let all = sales([getgems, telling(2, "fragment", 100, 5, None)]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].leader().position, 2);
    assert_eq!(all[0].lot().as_str(), "lot of fragment");
    assert_eq!(all[0].buyer().map(String::as_str), Some("EQbuyer"));
    assert_eq!(all[0].transaction().map(String::as_str), Some("aa"));
}

fn any_telling() -> impl Strategy<Value = Telling> {
    let source = prop::sample::select(vec!["fragment", "getgems", "mrkt", "tonapi", "toncenter"]);
    let transaction = prop::option::of(prop::sample::select(vec!["aa", "bb"]));
    (source, 0..9_i64, 1..3_i64, transaction)
        .prop_map(|(source, at, amount, transaction)| telling(0, source, at * 40, amount, transaction))
}

proptest! {
    #[test]
    fn any_order_gives_the_same_sales(
        (told_once, shuffled) in prop::collection::vec(any_telling(), 0..8).prop_map(|mut all| {
            for (position, telling) in all.iter_mut().enumerate() {
                telling.position = i64::try_from(position).unwrap();
            }
            all
        }).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()))
    ) {
        prop_assert_eq!(told(&told_once), told(&shuffled));
    }

    /// Positions follow the order of arrival, so nothing but the last tie may hang on them.
    #[test]
    fn positions_do_not_matter(all in prop::collection::vec(any_telling(), 0..8)) {
        let said = |all: &[Telling]| -> Vec<(String, i64, i64, usize)> {
            sales(all.iter().cloned())
                .into_iter()
                .map(|sale| {
                    let leader = sale.leader();
                    (sale.market.to_string(), leader.sold_at_us, leader.price.amount, sale.told.len())
                })
                .collect()
        };
        let numbered = |turn: i64| -> Vec<Telling> {
            let number = |(index, telling): (usize, &Telling)| Telling {
                position: turn * i64::try_from(index).unwrap(),
                ..telling.clone()
            };
            all.iter().enumerate().map(number).collect()
        };
        prop_assert_eq!(said(&numbered(1)), said(&numbered(-1)));
    }

    #[test]
    fn nothing_told_is_lost(all in prop::collection::vec(any_telling(), 0..8)) {
        prop_assert_eq!(sales(all.iter().cloned()).iter().map(|sale| sale.told.len()).sum::<usize>(), all.len());
    }
}
