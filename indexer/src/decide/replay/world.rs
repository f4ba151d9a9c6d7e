//! Observations of a small market, and the order in which they are delivered.

use domain::{
    Attribute, AttributeKind, AuctionTerms, Cause, Deal, EvidenceHash, GiftId, Happening, LotDetails, LotId,
    MarketId, OfferTarget, Origin, Page, Price, Rarity, Seen, Sighting, sighting::ScopeId,
};
use proptest::prelude::*;

use super::memory::Memory;
use crate::decide::{
    Frame, ScanMemory, absence::decide_absence, feed::decide_feed_page, scan::decide_scan_page,
};

/// How far the market's clock may be off, in the microseconds that are this market's unit of time.
pub(super) const SKEW_US: i64 = 25;
pub(super) const LOTS: usize = 4;

/// What the feed says, once.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) source_id: String,
    pub(super) lot: usize,
    pub(super) at_us: i64,
    pub(super) what: Happening,
    pub(super) tells: Tells,
}

/// What a sighting says of the gift besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tells {
    Nothing,
    Model,
    Rarity,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) deal: Deal,
    pub(super) lot: usize,
    pub(super) price: i64,
    pub(super) tells: Tells,
}

#[derive(Debug, Clone)]
pub(super) struct ScanPage {
    pub(super) started_us: i64,
    pub(super) rows: Vec<Row>,
}

/// A scan from its first page to its last.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    pub(super) scope: usize,
    pub(super) started_us: i64,
    pub(super) pages: Vec<ScanPage>,
}

/// One thing that reaches us.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Feed(Vec<Item>),
    Begin(Scan),
    Page(ScanPage),
    End,
    Abandon,
}

pub(super) fn lot_id(lot: usize) -> LotId {
    LotId::parse(&format!("lot-{lot}")).unwrap()
}

pub(super) fn gift(lot: usize) -> GiftId {
    GiftId::parse(&format!("plushpepe-{}", lot + 1)).unwrap()
}

/// What the offer of this number is for: a gift, or its whole collection.
pub(super) fn target(offer: usize) -> OfferTarget {
    let gift = gift(offer);
    if offer < LOTS / 2 { OfferTarget::Gift { gift } } else { OfferTarget::Collection { slug: gift.slug } }
}

/// Two scopes: even and odd lots.
pub(super) fn scope(lot: usize) -> ScopeId {
    ScopeId(format!("scope-{}", lot % 2))
}

fn details(lot: usize, tells: Tells) -> Option<LotDetails> {
    let rarity = match tells {
        Tells::Nothing => return None,
        Tells::Model => None,
        Tells::Rarity => Some(Rarity::PerMille(15)),
    };
    let attribute = Attribute { kind: AttributeKind::Model, name: format!("model of {lot}"), rarity };
    Some(LotDetails { attributes: vec![attribute], ..LotDetails::default() })
}

pub(super) fn frame(started_us: i64) -> Frame {
    Frame {
        market: MarketId::parse("getgems").unwrap(),
        evidence: EvidenceHash::of(&started_us.to_be_bytes()),
        origin: Origin::Fetched,
        started_us,
        received_us: started_us + 1,
        skew_us: SKEW_US,
    }
}

fn feed_page(items: &[Item]) -> Page {
    let sighting = |(index, item): (usize, &Item)| Sighting {
        path: format!("/items/{index}"),
        seen: Seen::Happened {
            source_id: item.source_id.clone(),
            at_us: item.at_us,
            lot: lot_id(item.lot),
            scope: scope(item.lot),
            gift: gift(item.lot),
            what: item.what.clone(),
            details: details(item.lot, item.tells),
        },
    };
    Page { sightings: items.iter().enumerate().map(sighting).collect(), ..Page::default() }
}

fn scan_page(page: &ScanPage) -> Page {
    let seen = |row: &Row| {
        let (lot, price) = (lot_id(row.lot), Price::nanoton(row.price));
        let details = details(row.lot, row.tells).unwrap_or_default();
        if row.deal == Deal::Offer {
            return Seen::Offered {
                offer: lot,
                target: target(row.lot),
                price,
                details: LotDetails::default(),
            };
        }
        let auction = (row.deal == Deal::Auction).then(Box::<AuctionTerms>::default);
        Seen::Open { lot, gift: gift(row.lot), price, details: LotDetails { auction, ..details } }
    };
    let sighting =
        |(index, row): (usize, &Row)| Sighting { path: format!("/items/{index}"), seen: seen(row) };
    Page { sightings: page.rows.iter().enumerate().map(sighting).collect(), ..Page::default() }
}

/// Delivers the steps; each page is decided from what is committed then.
pub(super) fn deliver(memory: &mut Memory, steps: &[Step]) {
    let mut active: Option<ScanMemory> = None;
    for step in steps {
        let mut known = memory.known();
        let decision = match step {
            Step::Feed(items) => decide_feed_page(
                &mut known,
                active.as_ref(),
                &frame(1_000_000),
                Cause::Feed,
                &feed_page(items),
            ),
            Step::Begin(scan) => {
                active = Some(ScanMemory::begin(scope(scan.scope), scan.started_us, SKEW_US));
                continue;
            }
            Step::Page(page) => {
                let scan = active.as_mut().expect("a page belongs to a scan");
                decide_scan_page(&mut known, scan, &frame(page.started_us), &scan_page(page))
            }
            Step::End => {
                let scan = active.take().expect("an end belongs to a scan");
                let open = memory.open_lots(&scan.scope);
                let manifest = EvidenceHash::of(b"manifest");
                let decision = decide_absence(&mut known, &scan, &frame(scan.started_us + 9), open, manifest);
                memory.scans.clone_from(&known.scans);
                decision
            }
            Step::Abandon => {
                active = None;
                continue;
            }
        };
        memory.commit(decision);
    }
}

/// A source of choices from one number, so that a failing case repeats.
pub(super) struct Choices(pub(super) u64);

impl Choices {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        // SplitMix64, Steele, Lea and Flood 2014.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

fn any_tells() -> impl Strategy<Value = Tells> {
    prop_oneof![Just(Tells::Nothing), Just(Tells::Model), Just(Tells::Rarity)]
}

fn any_what() -> impl Strategy<Value = Happening> {
    let price = || (1..4_i64).prop_map(Price::nanoton);
    prop_oneof![
        price().prop_map(|price| Happening::Listed { price }),
        price().prop_map(|price| Happening::Repriced { price }),
        Just(Happening::Delisted),
        Just(Happening::AuctionCancelled),
        price().prop_map(|price| Happening::Sold { price, seller: None, buyer: None, transaction: None }),
    ]
}

/// Any feed whatever, true to no history at all: the rule must hold for each.
pub(super) fn any_feed() -> impl Strategy<Value = Vec<Item>> {
    let item = (0..LOTS, 0..40_i64, any_what(), any_tells());
    prop::collection::vec(item, 0..12).prop_map(|items| {
        let item = |(index, (lot, at, what, tells))| Item {
            source_id: format!("happening-{index}"),
            lot,
            at_us: at * 10,
            what,
            tells,
        };
        items.into_iter().enumerate().map(item).collect()
    })
}

/// Any scans whatever; two of one scope never begin together.
pub(super) fn any_scans() -> impl Strategy<Value = Vec<Scan>> {
    let deal = prop_oneof![3 => Just(Deal::Listing), 2 => Just(Deal::Auction), 1 => Just(Deal::Offer)];
    let row = (deal, 0..LOTS / 2, 1..4_i64, any_tells());
    let page = (0..3_i64, prop::collection::vec(row, 0..3));
    let scan = prop::collection::vec(page, 1..4);
    let starts = prop::collection::btree_map((0..2_usize, 0..40_i64), scan, 0..6);
    starts.prop_map(|scans| {
        let page =
            |scope: usize, started_us: i64, (late, rows): (i64, Vec<(Deal, usize, i64, Tells)>)| ScanPage {
                started_us: started_us + late,
                rows: rows
                    .into_iter()
                    .map(|(deal, lot, price, tells)| Row { deal, lot: lot * 2 + scope, price, tells })
                    .collect(),
            };
        let scan = |((scope, at), pages): ((usize, i64), Vec<_>)| Scan {
            scope,
            started_us: at * 10,
            pages: pages.into_iter().map(|told| page(scope, at * 10, told)).collect(),
        };
        scans.into_iter().map(scan).collect()
    })
}
