//! Any order, any repetition of the same observations: one state, the one the rule states.

use std::collections::BTreeSet;

use domain::{
    Deal, Fact, Happening, Lot, LotState, OrderKey, Price,
    holding::Holding,
    lot::{Ending, join},
};
use proptest::prelude::*;

use super::{
    memory::Memory,
    world::{
        Choices, Item, LOTS, SKEW_US, Scan, Step, Tells, any_feed, any_scans, deliver, gift, lot_id, scope,
        target,
    },
};
use crate::decide::{
    feed::happening_fact,
    scan_end, sighting_key,
    subject::{Subject, What},
};

/// What holds, without positions and times: a line per lot, and the sales.
pub(super) fn state(memory: &Memory) -> String {
    let lots = (0..LOTS).map(|lot| {
        let held = memory.lots.get(&lot_id(lot)).map(|(_, lot)| lot.clone()).unwrap_or_default();
        let holding = memory.holdings.get(&gift(lot)).cloned().unwrap_or_default();
        let offer = memory.offers.get(&lot_id(lot)).cloned().unwrap_or_default();
        state_line(lot, &held, &offer, &holding)
    });
    let sales: BTreeSet<String> = memory
        .log
        .iter()
        .filter_map(|logged| match &logged.event.fact {
            Fact::Sold { lot, price, .. } => {
                Some(format!("sale {lot} {} {}\n", logged.event.key.at_us, price.amount))
            }
            _ => None,
        })
        .collect();
    lots.chain(sales).collect()
}

fn state_line(number: usize, lot: &Lot, offer: &Lot, holding: &Holding) -> String {
    let word = |lot: &Lot| match lot.state() {
        LotState::Unknown => "unknown".to_owned(),
        LotState::Open { price, .. } => format!("open at {}", price.amount),
        LotState::Ended { ending } => format!("{ending:?}"),
        LotState::Vanished => "vanished".to_owned(),
    };
    let (state, offer) = (word(lot), word(offer));
    // As an auction it is something only once it was one: before, an end is the listing's.
    let auction = lot.standing(Deal::Auction);
    let auction = if auction.ask.is_some() { word(&auction) } else { "none".to_owned() };
    let model = holding.model.as_ref().map(|model| (&model.value.name, &model.value.rarity));
    format!("lot {number}: {state}, auction {auction}, offer {offer}, {model:?}\n")
}

/// The rule itself, over all observations at once: every ask, end and absence in its register, nothing left out.
fn ruled(feed: &[Item], scans: &[Scan]) -> String {
    let mut memory = Memory::default();
    for number in 0..LOTS {
        let (mut lot, mut offer, mut holding) = (Lot::default(), Lot::default(), Holding::default());
        let mut auction = domain::lot::Auction::default();
        let mut tells = Vec::new();
        for item in feed.iter().filter(|item| item.lot == number) {
            let key = OrderKey::market(
                item.at_us,
                happening_fact(&item.what, &lot_id(number), &scope(number)).tie(),
            );
            match &item.what {
                Happening::Listed { price } | Happening::Repriced { price } => {
                    join(&mut lot.ask, key, 0, price.clone());
                }
                Happening::Delisted | Happening::AuctionCancelled => {
                    join(&mut lot.ended, key, 0, Ending::Cancelled);
                }
                Happening::Sold { .. } => {
                    join(&mut lot.ended, key, 0, Ending::Sold);
                }
                Happening::Transferred { .. } | Happening::Exported { .. } => {}
            }
            tells.push(item.tells);
        }
        for scan in scans.iter().filter(|scan| scan.scope == number % 2) {
            let mut seen = BTreeSet::new();
            for page in &scan.pages {
                for row in page.rows.iter().filter(|row| row.lot == number) {
                    let price = Price::nanoton(row.price);
                    let (id, scope, gift, target) =
                        (lot_id(number), scope(number), gift(number), target(number));
                    let (what, register) = match row.deal {
                        Deal::Listing => (What::Listing(&gift), &mut lot.ask),
                        Deal::Auction => (What::Auction(&gift), &mut auction.price),
                        Deal::Offer => (What::Offer(&target), &mut offer.ask),
                    };
                    let subject = Subject { id: &id, scope: &scope, what };
                    let key = sighting_key(&subject, &price, scan.started_us, SKEW_US, page.started_us);
                    join(register, key, 0, price);
                    if row.deal != Deal::Offer {
                        tells.push(row.tells);
                    }
                    seen.insert(row.deal);
                }
            }
            for (deal, register) in [
                (Deal::Listing, &mut lot.unseen),
                (Deal::Auction, &mut auction.unseen),
                (Deal::Offer, &mut offer.unseen),
            ] {
                if !seen.contains(&deal) {
                    join(register, scan_end(scan.started_us, SKEW_US), 0, ());
                }
            }
        }
        holding.model = model(number, &tells);
        lot.auction = Some(Box::new(auction));
        memory.lots.insert(lot_id(number), (gift(number), lot));
        memory.offers.insert(lot_id(number), offer);
        memory.holdings.insert(gift(number), holding);
    }
    let sales: BTreeSet<String> = feed
        .iter()
        .filter_map(|item| match &item.what {
            Happening::Sold { price, .. } => {
                Some(format!("sale {} {} {}\n", lot_id(item.lot), item.at_us, price.amount))
            }
            _ => None,
        })
        .collect();
    state(&memory) + &sales.into_iter().collect::<String>()
}

/// A gift's model never changes; only its rarity may be told or not.
fn model(number: usize, tells: &[Tells]) -> Option<domain::lot::Register<domain::Attribute>> {
    let is_told = tells.iter().any(|tells| *tells != Tells::Nothing);
    let rarity = tells.contains(&Tells::Rarity).then_some(domain::Rarity::PerMille(15));
    is_told.then(|| domain::lot::Register {
        key: scan_end(0, 0),
        position: 0,
        value: domain::Attribute {
            kind: domain::AttributeKind::Model,
            name: format!("model of {number}"),
            rarity,
        },
    })
}

/// Time by time: each happening when it happened, each scan when it was.
fn natural(feed: &[Item], scans: &[Scan]) -> Vec<Step> {
    let mut steps: Vec<(i64, u8, Vec<Step>)> =
        feed.iter().map(|item| (item.at_us, 0, vec![Step::Feed(vec![item.clone()])])).collect();
    for scan in scans {
        let mut pages = scan.pages.clone();
        pages.sort_by_key(|page| page.started_us);
        let mut walk = vec![Step::Begin(scan.clone())];
        walk.extend(pages.into_iter().map(Step::Page));
        walk.push(Step::End);
        steps.push((scan.started_us, 1, walk));
    }
    steps.sort_by_key(|(at, rank, _)| (*at, *rank));
    steps.into_iter().flat_map(|(_, _, steps)| steps).collect()
}

/// Scans as units in any order, some twice; their pages in any order, some twice; happenings anywhere, also between the pages of a
/// scan, alone or together, some twice.
fn scrambled(feed: &[Item], scans: &[Scan], choices: &mut Choices) -> Vec<Step> {
    let mut scans: Vec<Scan> = scans.to_vec();
    repeat_some(&mut scans, choices);
    choices.shuffle(&mut scans);
    let mut steps = Vec::new();
    for scan in scans {
        let mut pages = scan.pages.clone();
        repeat_some(&mut pages, choices);
        choices.shuffle(&mut pages);
        steps.push(Step::Begin(scan));
        steps.extend(pages.into_iter().map(Step::Page));
        steps.push(Step::End);
    }
    let mut items = feed.to_vec();
    repeat_some(&mut items, choices);
    choices.shuffle(&mut items);
    while !items.is_empty() {
        let page = items.split_off(items.len() - choices.below(items.len().min(3)) - 1);
        steps.insert(choices.below(steps.len() + 1), Step::Feed(page));
    }
    steps
}

fn repeat_some<T: Clone>(items: &mut Vec<T>, choices: &mut Choices) {
    for index in 0..items.len() {
        if choices.below(3) == 0 {
            items.push(items[index].clone());
        }
    }
}

proptest! {
    #![proptest_config(super::cases(600))]

    #[test]
    fn any_order_gives_the_state_that_the_rule_states(feed in any_feed(), scans in any_scans(), seed in any::<u64>()) {
        let mut natural_memory = Memory::default();
        deliver(&mut natural_memory, &natural(&feed, &scans));
        prop_assert_eq!(state(&natural_memory), ruled(&feed, &scans));
        let mut memory = Memory::default();
        deliver(&mut memory, &scrambled(&feed, &scans, &mut Choices(seed)));
        prop_assert_eq!(state(&memory), state(&natural_memory));
    }

    #[test]
    fn the_log_folds_to_the_same_state_in_any_order(feed in any_feed(), scans in any_scans(), seed in any::<u64>()) {
        let mut memory = Memory::default();
        deliver(&mut memory, &natural(&feed, &scans));
        let mut events = memory.log.clone();
        Choices(seed).shuffle(&mut events);
        let mut folded = Memory { log: memory.log.clone(), ..Memory::default() };
        for logged in &events {
            if let Some((offer, ..)) = logged.event.fact.offer() {
                folded.offers.entry(offer.clone()).or_default().apply(logged.position, &logged.event);
                continue;
            }
            let gift = logged.event.gift.clone().unwrap();
            if let Some((lot, _)) = logged.event.fact.lot() {
                let held = folded.lots.entry(lot.clone()).or_insert_with(|| (gift.clone(), Lot::default()));
                held.1.apply(logged.position, &logged.event);
            }
            folded.holdings.entry(gift).or_default().apply(logged.position, &logged.event);
        }
        prop_assert_eq!(state(&folded), state(&memory));
    }

    #[test]
    fn what_was_delivered_says_nothing_the_second_time(mut feed in any_feed(), mut scans in any_scans()) {
        // Sources that tell more one time and less another are not part of this promise.
        let rows = scans.iter_mut().flat_map(|scan| &mut scan.pages).flat_map(|page| &mut page.rows);
        rows.map(|row| &mut row.tells).chain(feed.iter_mut().map(|item| &mut item.tells)).for_each(|tells| *tells = Tells::Rarity);
        let mut memory = Memory::default();
        let steps = natural(&feed, &scans);
        deliver(&mut memory, &steps);
        let events = memory.log.len();
        deliver(&mut memory, &steps);
        prop_assert_eq!(memory.log.len(), events, "{:#?}", &memory.log[events..]);
    }
}
