use proptest::prelude::*;

use super::*;
use crate::{
    currency::Price,
    lot::{Ending, Register},
    sighting::LotDetails,
};

/// Source, id, owner named, (ask key, price), end key, absence key.
type Row = (&'static str, &'static str, Option<&'static str>, Option<(i64, i64)>, Option<i64>, Option<i64>);

fn lot(row: &Row) -> Lot {
    let (_, _, of_market, ask, end, unseen) = row;
    let key = |at_us: i64| OrderKey::market(at_us, 0);
    let details = LotDetails {
        of_market: of_market.map(|id| MarketId::parse(id).unwrap()),
        custody: Some(Custody::Chain),
        ..LotDetails::default()
    };
    Lot {
        ask: ask.map(|(at, amount)| Register { key: key(at), position: 1, value: Price::nanoton(amount) }),
        ended: end.map(|at| Register { key: key(at), position: 1, value: Ending::Sold }),
        unseen: unseen.map(|at| Register { key: key(at), position: 1, value: () }),
        details: Some(Register { key: key(0), position: 1, value: details }),
        ..Lot::default()
    }
}

/// Each listing as `market/lot: sources, led by source at price`.
fn told(rows: &[Row]) -> Vec<String> {
    let held: Vec<(MarketId, LotId, Lot)> = rows
        .iter()
        .map(|row| (MarketId::parse(row.0).unwrap(), LotId::parse(row.1).unwrap(), lot(row)))
        .collect();
    let lots: Vec<Told<'_>> = held.iter().map(|(source, id, lot)| Told { source, id, lot }).collect();
    listings(&lots)
        .into_iter()
        .map(|OneListing { market, lot, members, leads }| {
            let sources: Vec<&str> = members.iter().map(|index| lots[*index].source.as_str()).collect();
            let leads = leads.map_or("closed".to_owned(), |index| {
                let price = lots[index].lot.open_price().unwrap().amount;
                format!("{} at {price}", lots[index].source)
            });
            format!("{market}/{lot}: {}, {leads}", sources.join(" "))
        })
        .collect()
}

const FRAGMENT: &str = "pepe-1";
const ITEM: &str = "EQitem";

#[test]
fn one_listing_whoever_shows_it() {
    for (rows, is) in [
        (
            vec![("getgems", ITEM, Some("fragment"), Some((5, 70)), None, None)],
            vec!["fragment/EQitem: getgems, getgems at 70"],
        ),
        (
            vec![
                ("getgems", ITEM, Some("fragment"), Some((5, 70)), None, None),
                ("fragment", FRAGMENT, None, Some((4, 71)), None, None),
            ],
            vec!["fragment/pepe-1: fragment getgems, fragment at 71"],
        ),
        (
            vec![
                ("getgems", ITEM, None, Some((5, 70)), None, None),
                ("tonapi", ITEM, Some("getgems"), Some((4, 69)), None, None),
                ("toncenter", ITEM, Some("getgems"), Some((6, 69)), None, None),
                ("mrkt", "m-1", None, Some((6, 90)), None, None),
            ],
            vec!["getgems/EQitem: getgems tonapi toncenter, toncenter at 69", "mrkt/m-1: mrkt, mrkt at 90"],
        ),
    ] {
        assert_eq!(told(&rows), is, "{rows:?}");
    }
}

#[test]
fn words_settle_and_inference_does_not() {
    let own = |ask, end, unseen| ("fragment", FRAGMENT, None, ask, end, unseen);
    let shown = |ask, end, unseen| ("getgems", ITEM, Some("fragment"), ask, end, unseen);
    let chain = |ask, end, unseen| ("tonapi", ITEM, Some("fragment"), ask, end, unseen);
    for (rows, is, why) in [
        (
            vec![own(Some((5, 7)), Some(6), None), shown(Some((9, 7)), None, None)],
            "closed",
            "the market's own end",
        ),
        (
            vec![own(Some((5, 7)), None, Some(6)), shown(Some((4, 8)), None, None)],
            "getgems at 8",
            "a word over an absence",
        ),
        (
            vec![own(Some((5, 7)), None, Some(6)), shown(Some((4, 8)), None, Some(5))],
            "closed",
            "two absences",
        ),
        (
            vec![own(Some((5, 7)), None, None), shown(None, Some(9), None)],
            "fragment at 7",
            "another's end is no end",
        ),
        (vec![own(Some((5, 7)), None, None), chain(None, Some(9), None)], "closed", "the chain's end is one"),
        (
            vec![own(Some((5, 7)), Some(6), None), chain(Some((7, 8)), None, None)],
            "tonapi at 8",
            "asked again since",
        ),
        (
            vec![own(Some((9, 1)), None, None), chain(Some((5, 7)), None, None)],
            "tonapi at 7",
            "chain over the market",
        ),
    ] {
        let told = told(&rows);
        assert_eq!(told.len(), 1, "{why}");
        assert!(told[0].ends_with(&format!(", {is}")), "{why}: {told:?}");
    }
}

#[test]
fn custody_keeps_two_lots_of_a_market_apart() {
    let offchain = {
        let mut lot = lot(&("getgems", "x", None, Some((9, 5)), None, None));
        lot.details.as_mut().unwrap().value.custody = Some(Custody::Market);
        lot
    };
    let seen = lot(&("tonapi", ITEM, Some("getgems"), Some((4, 6)), None, None));
    let (getgems, tonapi) = (MarketId::parse("getgems").unwrap(), MarketId::parse("tonapi").unwrap());
    let (a, b) = (LotId::parse("EQsynthetic").unwrap(), LotId::parse(ITEM).unwrap());
    let lots =
        [Told { source: &getgems, id: &a, lot: &offchain }, Told { source: &tonapi, id: &b, lot: &seen }];
    let found = listings(&lots);
    assert_eq!(found.iter().map(|thing| thing.members.clone()).collect::<Vec<_>>(), [vec![1], vec![0]]);
}

#[test]
fn only_a_word_about_this_listing_counts() {
    let leader = lot(&("fragment", FRAGMENT, None, Some((5, 7)), None, None));
    let fragment = MarketId::parse("fragment").unwrap();
    let getgems = MarketId::parse("getgems").unwrap();
    let id = LotId::parse(ITEM).unwrap();
    let leader = Told { source: &fragment, id: &id, lot: &leader };
    for (ask, end, unseen, is) in [
        (Some((1, 7)), Some(4), None, None),
        (Some((1, 7)), Some(6), None, Some(Word::Ended)),
        (Some((1, 7)), None, Some(4), None),
        (Some((1, 7)), None, Some(6), Some(Word::Unseen)),
        (Some((1, 9)), None, None, Some(Word::Open)),
        (None, None, None, None),
    ] {
        let lot = lot(&("getgems", ITEM, Some("fragment"), ask, end, unseen));
        assert_eq!(
            word(&Told { source: &getgems, id: &id, lot: &lot }, &leader),
            is,
            "{ask:?} {end:?} {unseen:?}"
        );
    }
}

fn any_row() -> impl Strategy<Value = Row> {
    let source = prop::sample::select(vec!["fragment", "getgems", "mrkt", "tonapi", "toncenter"]);
    let id = prop::sample::select(vec![FRAGMENT, ITEM, "EQother"]);
    let named = prop::option::of(prop::sample::select(vec!["fragment", "getgems"]));
    let key = || prop::option::of(0..6_i64);
    (source, id, named, prop::option::of((0..6_i64, 1..4_i64)), key(), key())
}

proptest! {
    #[test]
    fn any_order_gives_the_same_listings(rows in prop::collection::vec(any_row(), 0..7).prop_shuffle(), turn in 0..7_usize) {
        // A source has a lot once.
        let mut rows = rows;
        rows.sort_by_key(|row| (row.0, row.1));
        rows.dedup_by_key(|row| (row.0, row.1));
        let forwards = told(&rows);
        let turn = turn % rows.len().max(1);
        rows.rotate_left(turn);
        prop_assert_eq!(&told(&rows), &forwards);
        rows.reverse();
        prop_assert_eq!(&told(&rows), &forwards);
    }

    #[test]
    fn each_lot_is_in_one_listing_or_is_nobodys(rows in prop::collection::vec(any_row(), 0..7)) {
        let mut rows = rows;
        rows.sort_by_key(|row| (row.0, row.1));
        rows.dedup_by_key(|row| (row.0, row.1));
        let members: usize = told(&rows)
            .iter()
            .map(|line| line.split(": ").nth(1).unwrap().split(',').next().unwrap().split(' ').count())
            .sum();
        // What a reader of the chain shows without naming a market is no listing.
        let is_nobodys = |row: &&Row| matches!(row.0, "tonapi" | "toncenter") && row.2.is_none();
        prop_assert_eq!(members, rows.len() - rows.iter().filter(is_nobodys).count());
    }

    /// A source that is none of the chain's and not the owner's cannot move a price that the owner tells.
    #[test]
    fn a_poisoned_source_is_outvoted(own in 0..6_i64, price in 1..9_i64, at in 0..99_i64, poison in 1..99_i64) {
        let rows = [
            ("fragment", FRAGMENT, None, Some((own, price)), None, None),
            ("getgems", ITEM, Some("fragment"), Some((at, poison)), None, None),
        ];
        prop_assert_eq!(told(&rows), vec![format!("fragment/pepe-1: fragment getgems, fragment at {price}")]);
    }
}
