//! Histories of auctions and offers as statements: what is delivered, and the lines it adds to the log. Times are this market's units, the
//! skew is 25.

use domain::{
    AuctionTerms, Bid, Deal, Fact, Happening, LotDetails, LotState, OfferTerms, Page, Price, Seen, Sighting,
};

use super::{
    memory::Memory,
    world::{Item, SKEW_US, Step, Tells, deliver, frame, gift, lot_id, scope, target},
};
use crate::decide::{ScanMemory, absence::decide_absence, scan::decide_scan_page};

/// What a scan shows of the lot: an auction at this price, with this bidder, or a listing, or an offer.
#[derive(Clone, Copy)]
enum Shows {
    Nothing,
    Listing(i64),
    Auction(i64, Option<&'static str>),
    Offer(i64),
}

fn seen(shows: Shows) -> Option<Seen> {
    let (lot, gift) = (lot_id(0), gift(0));
    Some(match shows {
        Shows::Nothing => return None,
        Shows::Listing(price) => {
            Seen::Open { lot, gift, price: Price::nanoton(price), details: LotDetails::default() }
        }
        Shows::Auction(price, bidder) => {
            let last_bid =
                bidder.map(|bidder| Bid { amount: price, bidder: Some(bidder.into()), at_ms: None });
            let terms =
                AuctionTerms { has_bid: Some(last_bid.is_some()), last_bid, ..AuctionTerms::default() };
            let details = LotDetails { auction: Some(Box::new(terms)), ..LotDetails::default() };
            Seen::Open { lot, gift, price: Price::nanoton(price), details }
        }
        Shows::Offer(price) => {
            let terms = OfferTerms { quantity: Some(1), ..OfferTerms::default() };
            let details = LotDetails { offer: Some(Box::new(terms)), ..LotDetails::default() };
            Seen::Offered { offer: lot, target: target(0), price: Price::nanoton(price), details }
        }
    })
}

/// A whole scan of the lot's scope.
fn scan(memory: &mut Memory, at: i64, shows: Shows) {
    let mut scan = ScanMemory::begin(scope(0), at, SKEW_US);
    let sightings = seen(shows).into_iter().map(|seen| Sighting { path: "/items/0".into(), seen }).collect();
    let page = Page { sightings, ..Page::default() };
    let decision = decide_scan_page(&mut memory.known(), &mut scan, &frame(at), &page);
    memory.commit(decision);
    let (mut known, open) = (memory.known(), memory.open_lots(&scope(0)));
    let manifest = domain::EvidenceHash::of(b"manifest");
    let decision = decide_absence(&mut known, &scan, &frame(at + 9), open, manifest);
    memory.scans.clone_from(&known.scans);
    memory.commit(decision);
}

fn happened(memory: &mut Memory, at: i64, what: Happening) {
    let item = Item { source_id: format!("{at}"), lot: 0, at_us: at, what, tells: Tells::Nothing };
    deliver(memory, &[Step::Feed(vec![item])]);
}

fn sold(price: i64) -> Happening {
    Happening::Sold { price: Price::nanoton(price), seller: None, buyer: None, transaction: None }
}

fn line(fact: &Fact, corrects: Option<i64>) -> Option<String> {
    let amount = |price: &Option<Price>| price.as_ref().map(|price| price.amount);
    let text = match fact {
        Fact::AuctionStarted { price, .. } => format!("auction at {}", price.amount),
        Fact::BidPlaced { price, bidder, before, .. } => {
            format!("{:?} bids {} above {:?}", bidder.as_deref(), price.amount, amount(before))
        }
        Fact::AuctionStands { price, .. } => format!("auction stands at {}", price.amount),
        Fact::AuctionEnded { reason, .. } => format!("auction ended, {reason:?}"),
        Fact::OfferMade { price, .. } => format!("offer of {}", price.amount),
        Fact::OfferRepriced { price, before, .. } => {
            format!("offer of {} instead of {:?}", price.amount, amount(before))
        }
        Fact::OfferStands { price, .. } => format!("offer of {} stands", price.amount),
        Fact::OfferEnded { reason, .. } => format!("offer ended, {reason:?}"),
        Fact::Listed { price, .. } => format!("listed at {}", price.amount),
        Fact::Delisted { reason, .. } => format!("delisted, {reason:?}"),
        Fact::Sold { price, .. } => format!("sold at {}", price.amount),
        Fact::MetadataSeen { .. } | Fact::OfferSeen { .. } => return None,
        other => format!("{other:?}"),
    };
    Some(match corrects {
        Some(position) => format!("{text}, corrects {position}"),
        None => text,
    })
}

fn lines(memory: &Memory) -> Vec<String> {
    let told = memory.log.iter().filter_map(|logged| line(&logged.event.fact, logged.event.corrects));
    told.collect()
}

fn auction_of(memory: &Memory) -> LotState {
    memory.lots[&lot_id(0)].1.standing(Deal::Auction).state()
}

#[test]
fn a_first_bid_of_just_the_least_is_a_bid() {
    let mut memory = Memory::default();
    scan(&mut memory, 100, Shows::Auction(5, None));
    scan(&mut memory, 200, Shows::Auction(5, Some("ann")));
    scan(&mut memory, 300, Shows::Auction(5, Some("ann")));
    scan(&mut memory, 400, Shows::Auction(7, Some("bob")));
    let told = ["auction at 5", "Some(\"ann\") bids 5 above Some(5)", "Some(\"bob\") bids 7 above Some(5)"];
    assert_eq!(lines(&memory), told);
    assert!(matches!(auction_of(&memory), LotState::Open { price, .. } if price.amount == 7));
}

#[test]
fn a_won_auction_is_its_sale_whichever_is_seen_first() {
    let mut early = Memory::default();
    scan(&mut early, 100, Shows::Auction(5, Some("ann")));
    happened(&mut early, 150, sold(5));
    scan(&mut early, 200, Shows::Nothing);
    assert_eq!(lines(&early), ["auction at 5", "sold at 5"]);
    let mut late = Memory::default();
    scan(&mut late, 100, Shows::Auction(5, Some("ann")));
    scan(&mut late, 200, Shows::Nothing);
    let gone = late.log.iter().find(|logged| matches!(logged.event.fact, Fact::AuctionEnded { .. }));
    let gone = gone.expect("it vanished").position;
    happened(&mut late, 150, sold(5));
    let corrected = format!("sold at 5, corrects {gone}");
    assert_eq!(lines(&late), ["auction at 5", "auction ended, Unseen", &corrected]);
    for memory in [early, late] {
        assert!(matches!(auction_of(&memory), LotState::Ended { .. }), "{:?}", auction_of(&memory));
    }
}

#[test]
fn a_lot_may_go_from_sale_to_auction_and_back() {
    let mut memory = Memory::default();
    scan(&mut memory, 100, Shows::Listing(9));
    scan(&mut memory, 200, Shows::Auction(5, None));
    happened(&mut memory, 250, Happening::AuctionCancelled);
    scan(&mut memory, 300, Shows::Listing(8));
    let told = ["listed at 9", "auction at 5", "delisted, Unseen", "auction ended, Cancelled", "listed at 8"];
    assert_eq!(lines(&memory), told);
    assert!(matches!(auction_of(&memory), LotState::Ended { .. }));
}

#[test]
fn an_offer_is_made_raised_and_gone() {
    let mut memory = Memory::default();
    scan(&mut memory, 100, Shows::Offer(5));
    scan(&mut memory, 200, Shows::Offer(6));
    scan(&mut memory, 300, Shows::Nothing);
    let told = ["offer of 5", "offer of 6 instead of Some(5)", "offer of 6 stands", "offer ended, Unseen"];
    let found: Vec<String> = lines(&memory);
    // An offer that a scan showed at this very price needs no second line before its end.
    assert_eq!(found, told.iter().filter(|line| **line != "offer of 6 stands").copied().collect::<Vec<_>>());
}
