//! The invariants of the world, held over thousands of steps.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{market::Way, registry::MARKETS};

const EPOCH_US: i64 = 1_790_000_000_000_000;

fn world(seed: u64, gifts: u32) -> World {
    World::make(seed, gifts, EPOCH_US, MARKETS)
}

fn walked(seed: u64, gifts: u32, steps: u64) -> World {
    let mut world = world(seed, gifts);
    for step in 0..steps {
        world.act(EPOCH_US + step as i64 * 1_000_000);
    }
    world
}

/// Everything that could differ, as text.
fn fingerprint(world: &World) -> String {
    let gifts: Vec<_> = (0..world.gifts.len() as u32)
        .map(|gift| {
            format!("{:?} {:?} {:?}", world.gifts[gift as usize], world.lot(gift), world.view(gift).dates())
        })
        .collect();
    format!("{gifts:?} {:?} {:?}", world.histories, world.heat)
}

#[test]
fn the_same_seed_and_steps_give_the_same_world() {
    assert_eq!(fingerprint(&walked(5, 600, 2_000)), fingerprint(&walked(5, 600, 2_000)));
    assert_ne!(fingerprint(&walked(5, 600, 2_000)), fingerprint(&walked(6, 600, 2_000)));
}

#[test]
fn the_clock_decides_nothing() {
    let mut other = world(5, 600);
    for step in 0..2_000 {
        other.act(EPOCH_US + step * 7_777_777);
    }
    let lots = |world: &World| {
        let lots = (0..600).map(|gift| world.lot(gift).map(|lot| (lot.amount, lot.way, lot.version)));
        lots.collect::<Vec<_>>()
    };
    assert_eq!(lots(&other), lots(&walked(5, 600, 2_000)));
}

/// Each gift stands in one list at the place it says; each open lot is in one book under its price.
fn check_places(world: &World) {
    let mut standing = vec![0; world.gifts.len()];
    for (at, shelf) in world.shelves.iter().enumerate() {
        for (list, listed) in [(&shelf.listed, true), (&shelf.idle, false)] {
            for (slot, gift) in list.iter().enumerate() {
                let entry = &world.gifts[*gift as usize];
                assert_eq!((usize::from(entry.shelf), entry.slot as usize), (at, slot));
                assert_eq!(entry.lot.is_some(), listed);
                standing[*gift as usize] += 1;
            }
        }
        let booked: usize = shelf.books.iter().map(std::collections::BTreeSet::len).sum();
        assert_eq!(booked, shelf.listed.len());
        for (collection, book) in shelf.books.iter().enumerate() {
            for (key, gift) in book {
                assert_eq!(world.lot(*gift).map(Lot::key), Some(*key));
                assert!(world.ranges[collection].contains(gift));
            }
        }
    }
    assert!(standing.iter().all(|times| *times == 1));
}

/// What a market's history says is open, by reading it from the beginning.
fn open_by_history(world: &World, market: usize) -> BTreeMap<u32, (i64, i64)> {
    let mut open = BTreeMap::new();
    for (_, happening) in world.history(market).from(0) {
        let Happening { gift, amount, at_us, .. } = *happening;
        match happening.kind {
            Kind::Listed | Kind::AuctionStarted => {
                // What is bid in an auction no history tells.
                let amount = if happening.kind == Kind::AuctionStarted { 0 } else { amount };
                assert!(open.insert(gift, (amount, at_us)).is_none(), "{gift}")
            }
            Kind::Repriced => {
                let listed = open.get_mut(&gift).map(|lot| lot.0 = amount);
                assert_eq!(listed, Some(()));
            }
            Kind::Sold | Kind::Cancelled | Kind::AuctionCancelled => assert!(open.remove(&gift).is_some()),
            Kind::Transferred | Kind::Exported => assert!(!open.contains_key(&gift)),
        }
    }
    open
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn places_and_histories_hold_over_any_steps(seed: u64, gifts in 100..900_u32, steps in 0..3_000_u64) {
        let world = walked(seed, gifts, steps);
        prop_assert_eq!(world.gifts.len(), gifts as usize);
        check_places(&world);
        for market in 0..MARKETS.len() {
            let open: BTreeMap<u32, (i64, i64)> = world
                .shelves_of(market)
                .flat_map(|shelf| world.shelf_gifts(shelf).0.iter().copied())
                .filter_map(|gift| world.lot(gift).map(|lot| (gift, lot)))
                .map(|(gift, lot)| {
                    let amount = if lot.way == Way::Auction { 0 } else { lot.amount };
                    (gift, (amount, lot.listed_us))
                })
                .collect();
            prop_assert_eq!(open_by_history(&world, market), open);
        }
    }
}

#[test]
fn numbers_rise_within_the_supply() {
    let world = world(1, 20_000);
    for (range, collection) in world.ranges.iter().zip(&world.catalog.collections) {
        let numbers: Vec<u32> = range.clone().map(|gift| world.gifts[gift as usize].number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        assert!(numbers.iter().all(|number| (1..=collection.supply).contains(number)));
    }
    let gift = world.find(3, world.gifts[world.ranges[3].start as usize].number);
    assert_eq!(gift, Some(world.ranges[3].start));
    assert_eq!(world.find(3, 0), None);
}

#[test]
fn attributes_come_as_often_as_their_rarity_says() {
    let world = world(1, 200_000);
    let at = world.catalog.by_slug("lolpop").unwrap();
    let gifts = world.ranges[at].clone();
    let count = gifts.len() as f64;
    let mut backdrops: BTreeMap<&str, (u16, f64)> = BTreeMap::new();
    for gift in gifts {
        let backdrop = world.view(gift).backdrop();
        backdrops.entry(backdrop.name).or_insert((backdrop.per_mille, 0.0)).1 += 1.0;
    }
    for (name, (per_mille, seen)) in backdrops {
        let expected = count * f64::from(per_mille) / 1_000.0;
        assert!((seen - expected).abs() < 5.0 * expected.sqrt(), "{name}: {seen} of {expected}");
    }
}

#[test]
fn shelves_stay_about_as_full_as_they_should() {
    let world = walked(3, 5_000, 40_000);
    for shelf in world.shelves.iter().filter(|shelf| shelf.market.is_some()) {
        let (listed, all) = (shelf.listed.len(), shelf.listed.len() + shelf.idle.len());
        let listed_per_mille = listed * 1_000 / all;
        let aim = usize::from(shelf.rule.listed_per_mille);
        assert!(listed_per_mille.abs_diff(aim) < 120, "{listed_per_mille} of {aim}");
        let share = all * 1_000 / world.gifts.len();
        assert!(share.abs_diff(usize::from(shelf.rule.gifts_per_mille)) < 30, "{share}");
    }
    assert!(world.heat.iter().all(|heat| (700..1_400).contains(heat)), "{:?}", world.heat);
}

#[test]
fn people_are_found_by_wallet_and_by_telegram() {
    let world = world(9, 1_000);
    for index in [0, 1, world.people - 1] {
        let person = world.person(index);
        assert_eq!(world.person_by_address(&person.address()).map(|p| p.index), Some(index));
        assert_eq!(world.person_by_telegram(person.telegram_id()).map(|p| p.index), Some(index));
    }
    assert!(world.person_by_address(&world.person(world.people).address()).is_none());
    assert!(world.person_by_telegram(12).is_none());
}

#[test]
fn only_its_owner_lists_a_gift_by_hand() {
    let mut world = world(2, 500);
    let shelf = world.shelves_of(MARKETS.iter().position(|m| m.id == "getgems").unwrap()).next().unwrap();
    let gift = world.shelf_gifts(shelf).1[0];
    let owner = world.gifts[gift as usize].owner;
    assert_eq!(world.list_by_hand(owner + 1, gift, 5, EPOCH_US), None);
    assert_eq!(world.list_by_hand(owner, gift, 5_000_000_000, EPOCH_US), Some(()));
    assert_eq!(world.lot(gift).map(|lot| lot.amount), Some(5_000_000_000));
    assert_eq!(world.list_by_hand(owner, gift, 5, EPOCH_US), None);
    check_places(&world);
}

#[test]
fn the_default_world_is_made_at_once() {
    let started = std::time::Instant::now();
    let world = world(1, 20_000);
    let took = started.elapsed();
    println!("20000 gifts in {took:?}");
    assert!(took.as_millis() < 3_000, "{took:?}");
    assert_eq!(size_of::<Gift>(), 32);
    assert!(world.history(1).end() > 1_000);
}

/// Resident memory of this process in MiB.
fn resident_mib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1_024
}

#[test]
#[ignore = "measures the memory of its process, so it runs alone: cargo test -p sandbox a_million -- --ignored"]
fn a_million_gifts_fit_in_a_few_hundred_megabytes() {
    let started = std::time::Instant::now();
    let before_mib = resident_mib();
    let mut world = world(1, 1_000_000);
    let made = started.elapsed();
    for step in 0..100_000 {
        world.act(EPOCH_US + step * 30_000);
    }
    let grown_mib = resident_mib() - before_mib;
    println!("1000000 gifts in {made:?}, 100000 steps in {:?}, {grown_mib} MiB", started.elapsed() - made);
    assert!(grown_mib < 400, "{grown_mib} MiB");
}
