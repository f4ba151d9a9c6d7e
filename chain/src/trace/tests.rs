//! Trades and auctions made by hand, message by message, as the contracts would send them; and what no source should send.

mod story;

use proptest::prelude::*;

use super::consistency::{Inconsistency, check};
use super::meaning::read;
use super::*;
use crate::cell::CellBuilder;
use crate::message::op;
use story::{
    AUCTION, BUYER, CREATOR, ITEM, MARKET, OTHER, SALE, SELLER, Story, TON, assigned, bid_info, comment,
    empty, proceeds, transfer, with_op,
};

/// A sale at 1 TON through a contract: the payments it sends before the item goes to the buyer, and the notice that goes with it.
fn sold(payments: &[(Address, u64)], notice: u64) -> Trace {
    let mut story = Story::new();
    let sent: Vec<_> = payments.iter().map(|(to, value)| (*to, *value, empty())).collect();
    story.call(BUYER, SALE, 2 * TON, empty(), &[&sent[..], &[(ITEM, TON, transfer(BUYER, notice))]].concat());
    story.trace()
}

fn kinds(sale: &Sale) -> Vec<(FeeKind, u64)> {
    sale.fees.iter().map(|fee| (fee.kind, fee.payment.amount_nanoton)).collect()
}

/// The one sale of a trace that agrees with itself.
fn sale(trace: &Trace) -> Sale {
    assert_eq!(check(trace).faults, []);
    let meaning = read(trace);
    assert_eq!(meaning.unread, []);
    let [sale] = &meaning.sales[..] else { panic!("{meaning:?}") };
    sale.clone()
}

#[test]
fn the_parts_of_a_fixed_price_by_version() {
    use FeeKind::{Market, MarketOrRoyalty, Royalty};
    let (old, newest) = (30_000_000, 1);
    for (notice, payments, fees, exact) in [
        (newest, vec![(SELLER, 9), (MARKET, 1), (CREATOR, 2)], vec![(Market, 1), (Royalty, 2)], Some(12)),
        (newest, vec![(SELLER, 9), (MARKET, 1)], vec![(MarketOrRoyalty, 1)], Some(10)),
        (newest, vec![(SELLER, 9)], vec![], Some(9)),
        (old, vec![(SELLER, 9), (CREATOR, 2), (MARKET, 0)], vec![(Royalty, 2), (Market, 0)], None),
        (0, vec![(SELLER, 9), (MARKET, 1)], vec![(Market, 1)], None),
    ] {
        let sale = sale(&sold(&payments, notice));
        assert_eq!(sale.kind, SaleKind::SaleContract);
        assert_eq!(kinds(&sale), fees, "{notice} {payments:?}");
        assert_eq!((sale.seller.messages, sale.buyer.messages), (Some(SELLER), Some(BUYER)));
        assert_eq!(sale.paid_nanoton, Some(2 * TON));
        match (exact, sale.price_by_messages) {
            (Some(price), MessagePrice::Exact(exact)) => assert_eq!(exact, price),
            // 2 TON came in and 1 TON went on with the item: 1 TON, less the ways of all messages, and up to the fees less.
            (None, MessagePrice::Within { at_least, at_most }) => {
                let ways = (payments.len() as u64 + 1) * story::WAY;
                assert_eq!((at_least, at_most), (TON - ways - story::FEES, TON - ways));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_auction_that_ends_at_its_highest_bid_refunds_nobody_out_of_the_price() {
    let mut story = Story::new();
    story.auction(SELLER, 40);
    story.call(
        BUYER,
        AUCTION,
        50,
        empty(),
        &[
            (OTHER, 30, comment("Your bid has been outbid by another user.")),
            (MARKET, 2, comment("Market fee")),
            (CREATOR, 3, comment("Royalty")),
            (SELLER, 35, comment("Profit")),
            (ITEM, 5, transfer(BUYER, 1)),
        ],
    );
    let trace = story.trace();
    let sale = sale(&trace);
    assert_eq!(sale.kind, SaleKind::AuctionContract);
    assert_eq!(kinds(&sale), [(FeeKind::Market, 2), (FeeKind::Royalty, 3)]);
    assert_eq!(sale.payout.map(|payout| (payout.recipient, payout.amount_nanoton)), Some((SELLER, 35)));
    assert!(sale.price_by_messages.allows(40) && !sale.price_by_messages.allows(39));
    assert_eq!(sale.price_by_interfaces, Some(40));
    let steps: Vec<_> = read(&trace).auction_steps.into_iter().map(|step| step.kind).collect();
    assert_eq!(steps, [StepKind::Won { sale: 0 }]);
}

#[test]
fn bids_are_told_by_whom_they_outbid_or_by_the_extract() {
    let bid = |trace: &Trace| {
        let steps = read(trace).auction_steps;
        steps.into_iter().map(|step| step.kind).next()
    };
    let first = |is_auction: bool| {
        let mut story = Story::new();
        if is_auction {
            story.auction(SELLER, 0);
        }
        story.call(BUYER, AUCTION, 7, empty(), &[]);
        story.trace()
    };
    let expected = StepKind::Bid { bidder: BUYER, amount_nanoton: 7, outbid: None };
    assert_eq!(bid(&first(true)), Some(expected));
    // Money to an account of which nothing is said is no bid.
    assert_eq!(bid(&first(false)), None);

    let mut story = Story::new();
    story.call(BUYER, ITEM, 9, empty(), &[(OTHER, 8, with_op(op::TELEMINT_OUTBID))]);
    match bid(&story.trace()) {
        Some(StepKind::Bid { bidder: BUYER, amount_nanoton: 9, outbid: Some(outbid) }) => {
            assert_eq!((outbid.recipient, outbid.amount_nanoton), (OTHER, 8));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn telemint_begins_sells_and_calls_off() {
    let config = CellBuilder::new()
        .address(Some(&SELLER))
        .coins(50)
        .coins(50)
        .uint(5, 8)
        .uint(60, 32)
        .uint(3600, 32)
        .build()
        .unwrap();
    let start =
        CellBuilder::new().append(&with_op(op::TELEMINT_START_AUCTION)).reference(config).build().unwrap();
    let mut story = Story::new();
    story.call(SELLER, ITEM, 1, start, &[]);
    story.call(SELLER, ITEM, 1, with_op(op::TELEMINT_CANCEL_AUCTION), &[]);
    let trace = story.trace();
    assert_eq!(check(&trace).faults, []);
    let steps: Vec<_> = read(&trace).auction_steps.into_iter().map(|step| step.kind).collect();
    assert!(matches!(steps[0], StepKind::Started { by: SELLER, config } if config.is_fixed_price()));
    assert_eq!(steps[1], StepKind::Canceled { by: Some(SELLER) });

    // Bought at once, and won by a bid that was placed before: the next message only brings the end.
    for (from, value, bid_at, kind) in [
        (BUYER, 50, story::AT, SaleKind::TelemintPurchase),
        (OTHER, 1, story::AT - 9, SaleKind::TelemintAuction),
    ] {
        let mut story = Story::new();
        let sent = [
            (BUYER, 0, assigned(Some(SELLER), bid_info(50, bid_at))),
            (CREATOR, 2, proceeds()),
            (SELLER, 47, proceeds()),
        ];
        story.call(from, ITEM, value, empty(), &sent);
        let trace = story.trace();
        let sale = sale(&trace);
        assert_eq!((sale.kind, sale.price_by_messages), (kind, MessagePrice::Exact(50)));
        assert_eq!(kinds(&sale), [(FeeKind::Royalty, 2)]);
        assert_eq!((sale.seller.messages, sale.buyer.messages), (Some(SELLER), Some(BUYER)));
        let won = read(&trace).auction_steps.len();
        assert_eq!(won, usize::from(kind == SaleKind::TelemintAuction));
    }
}

#[test]
fn what_is_no_sale() {
    // A wallet that sends money and a gift at the word of its owner.
    let mut story = Story::new();
    story.start(SELLER, &[(OTHER, TON, empty()), (ITEM, 1, transfer(BUYER, 1))]);
    let meaning = read(&story.trace());
    assert_eq!((meaning.sales.len(), meaning.transfers.len()), (0, 1));
    assert_eq!((meaning.transfers[0].from, meaning.transfers[0].to), (Some(SELLER), Some(BUYER)));

    // A sale that is called off: the item goes back and nobody is paid.
    let mut story = Story::new();
    story.sale(SELLER, TON);
    story.call(SELLER, SALE, 1, comment("cancel"), &[(ITEM, 1, transfer(SELLER, 0))]);
    let meaning = read(&story.trace());
    assert_eq!(meaning.sales, []);
    assert_eq!(meaning.auction_steps[0].kind, StepKind::Canceled { by: Some(SELLER) });

    // One that failed, and an order that came back.
    let mut trace = sold(&[(SELLER, 9)], 1);
    trace.transactions.iter_mut().for_each(|transaction| transaction.is_success = false);
    assert_eq!(read(&trace), Meaning::default());
    let mut trace = sold(&[(SELLER, 9)], 1);
    for message in trace.transactions.iter_mut().flat_map(|one| &mut one.messages) {
        if let Header::Internal(internal) = &mut message.header {
            internal.bounced = true;
        }
    }
    assert_eq!(read(&trace).transfers, []);
}

#[test]
fn a_sale_for_a_jetton_is_named_and_not_guessed() {
    let mut story = Story::new();
    story.sale(SELLER, 0);
    story.call(OTHER, SALE, 1, with_op(op::JETTON_NOTIFICATION), &[(ITEM, 1, transfer(BUYER, 1))]);
    let meaning = read(&story.trace());
    assert!(matches!(meaning.unread[..], [Unread::JettonSale { .. }]), "{meaning:?}");
    assert_eq!((meaning.sales.len(), meaning.transfers.len()), (0, 1));
}

#[test]
fn a_body_that_cannot_be_read_is_named() {
    let mut story = Story::new();
    let cut = CellBuilder::new().uint(u64::from(op::NFT_TRANSFER), 32).build().unwrap();
    story.call(SELLER, ITEM, 1, cut, &[]);
    assert!(matches!(read(&story.trace()).unread[..], [Unread::Body { .. }]));
}

#[test]
fn every_contradiction_is_named() {
    let good = sold(&[(SELLER, 9), (MARKET, 1)], 1);
    let found = check(&good);
    assert_eq!((found.fault_count, found.hashes_recomputed), (0, found.messages));
    let spoil = |change: &dyn Fn(&mut Trace)| {
        let mut trace = good.clone();
        change(&mut trace);
        check(&trace).faults
    };
    let message = |trace: &mut Trace, change: &dyn Fn(&mut TraceMessage)| {
        let sale = trace.transactions.iter_mut().find(|one| one.account == SALE).unwrap();
        change(sale.messages.iter_mut().find(|message| !message.is_in).unwrap());
    };
    let value = |message: &mut TraceMessage| match &mut message.header {
        Header::Internal(internal) => internal.value_nanoton += 1,
        other => panic!("{other:?}"),
    };
    let faults = spoil(&|trace| message(trace, &value));
    assert!(
        matches!(faults[..], [Inconsistency::MessageHash { .. }, Inconsistency::Ends { .. }]),
        "{faults:?}"
    );
    let faults = spoil(&|trace| message(trace, &|message| message.body_hash = message.hash));
    assert!(matches!(faults[..], [Inconsistency::BodyHash { .. }]), "{faults:?}");
    let faults = spoil(&|trace| message(trace, &|message| message.op = Some(5)));
    assert!(matches!(faults[..], [Inconsistency::Operation { .. }]), "{faults:?}");
    let faults = spoil(&|trace| message(trace, &|message| message.is_in = true));
    assert!(faults.iter().any(|fault| matches!(fault, Inconsistency::Account { .. })), "{faults:?}");
    assert!(
        faults.iter().any(|fault| matches!(fault, Inconsistency::Started { found: 2, .. })),
        "{faults:?}"
    );
    let faults = spoil(&|trace| trace.transactions.push(trace.transactions[0].clone()));
    assert!(faults.iter().any(|fault| matches!(fault, Inconsistency::TransactionTwice { .. })), "{faults:?}");
    assert!(faults.iter().any(|fault| matches!(fault, Inconsistency::Twice { .. })), "{faults:?}");
    let mut short = good.clone();
    short.transactions.retain(|one| one.account != ITEM);
    assert_eq!((check(&short).unreceived, check(&short).fault_count), (1, 0));
}

#[test]
fn an_item_is_what_its_address_says() {
    let collection: Address =
        "0:bace389df2f24d116a9c5e4d745e3b1d0cb44a6dc3d9cdb1eeb2e116e85a2439".parse().unwrap();
    let lolpop: Address =
        "0:5b305583f6f4c1adca54fd9ee6adb8f065819f4a1d5d054b2e4b3677d90f5095".parse().unwrap();
    let unknown = crate::gift::candidates(&OTHER, "lolpop", 7).unwrap()[0].address;
    let uri = |name: &str| Some(format!("https://nft.fragment.com/{name}.json"));
    for (item, collection, content_uri, finding) in [
        (lolpop, Some(collection), uri("gift/lolpop-242675"), Identity::Computed),
        (lolpop, Some(collection), uri("gift/lolpop-242676"), Identity::Refuted),
        (lolpop, Some(collection), uri("gift/lolpop-0"), Identity::NotJudged),
        (lolpop, Some(collection), uri("username/lolpop"), Identity::NotJudged),
        (lolpop, Some(OTHER), uri("gift/lolpop-242675"), Identity::NotJudged),
        (unknown, Some(OTHER), uri("gift/lolpop-7"), Identity::ComputedForCollection),
        (lolpop, None, uri("gift/lolpop-242675"), Identity::NotJudged),
        (
            lolpop,
            Some(collection),
            Some("https://elsewhere/gift/lolpop-242675.json".into()),
            Identity::NotJudged,
        ),
    ] {
        let mut trace = Story::new().trace();
        let said = ItemSaid { collection, owner: None, content_uri: content_uri.clone() };
        trace.extract.insert(item, Interfaces { item: Some(said), ..Interfaces::default() });
        assert_eq!(identity::judge(&trace, &item).finding, finding, "{content_uri:?}");
    }
    assert_eq!(identity::judge(&Story::new().trace(), &lolpop).finding, Identity::NotJudged);
}

/// Calls between few accounts with bodies that mean something.
fn calls() -> impl Strategy<Value = Trace> {
    let account = || prop::sample::select(vec![BUYER, SELLER, SALE, AUCTION, ITEM, MARKET, OTHER]);
    let body = || {
        (0..9_usize, account(), prop::option::of(account()), any::<u64>()).prop_map(
            |(kind, to, from, number)| match kind {
                0 => empty(),
                1 => comment("Profit"),
                2 => comment("Your bid has been outbid by another user."),
                3 => transfer(to, number % 2),
                4 => assigned(from, bid_info(number, story::AT)),
                5 => proceeds(),
                6 => with_op(op::TELEMINT_OUTBID),
                7 => with_op(op::JETTON_NOTIFICATION),
                _ => with_op(number as u32),
            },
        )
    };
    let sent = || prop::collection::vec((account(), any::<u64>(), body()), 0..5);
    let call = (account(), account(), any::<u64>(), body(), sent(), any::<bool>());
    (prop::collection::vec(call, 0..6), any::<bool>(), any::<bool>(), any::<u64>()).prop_map(
        |(calls, is_sale, is_auction, price)| {
            let mut story = Story::new();
            if is_sale {
                story.sale(SELLER, price);
            }
            if is_auction {
                story.auction(SELLER, price);
            }
            for (from, to, value, body, sent, is_started) in calls {
                match is_started {
                    true => story.start(to, &sent),
                    false => story.call(from, to, value, body, &sent),
                }
            }
            story.trace()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// No order of the transactions and no repetition of one changes what they mean, and nothing overflows.
    #[test]
    fn meaning_is_of_the_set_of_transactions(trace in calls(), seed: u64) {
        let meaning = read(&trace);
        prop_assert_eq!(check(&trace).faults, vec![]);
        let mut shuffled = trace.clone();
        let count = shuffled.transactions.len();
        for place in (1..count).rev() {
            shuffled.transactions.swap(place, (seed as usize).rotate_left(place as u32) % (place + 1));
        }
        if let Some(first) = shuffled.transactions.first().cloned() {
            shuffled.transactions.push(first);
        }
        prop_assert_eq!(read(&shuffled), meaning.clone());
        for sale in &meaning.sales {
            let transfer = &meaning.transfers[sale.transfer];
            prop_assert_eq!(sale.item.item, transfer.item.item);
            prop_assert!(sale.transactions.is_superset(&transfer.transactions));
            if let MessagePrice::Within { at_least, at_most } = sale.price_by_messages {
                prop_assert!(at_least <= at_most);
            }
        }
    }
}

/// An entry in a log gives no number; whatever else cannot be recomputed is counted, with the transactions at both its ends.
#[test]
fn what_cannot_be_recomputed_is_named() {
    let mut trace = sold(&[(SELLER, 9), (MARKET, 1)], 1);
    assert_eq!((check(&trace).messages_not_judged, check(&trace).transactions_not_recomputed.len()), (0, 0));
    let (place, message) = trace
        .transactions
        .iter()
        .enumerate()
        .find_map(|(place, one)| Some((place, one.sent().first()?.0.hash)))
        .unwrap();
    let source = trace.transactions[place].account;
    let entry = TraceMessage {
        is_in: false,
        header: Header::ExternalOut { source },
        hash: Hash256::from_literal("80d78a35f955a14b679faa887ff4cd5bfc0f43b4a4eea2a7e6927f3701b273c2"),
        ..trace.transactions[place].messages[0].clone()
    };
    trace.transactions[place].messages.push(entry);
    let found = check(&trace);
    assert_eq!((found.hashes_not_computable, found.messages_not_judged), (1, 0));
    assert!(found.transactions_not_recomputed.is_empty());
    for one in trace.transactions[place].messages.iter_mut().filter(|one| one.hash == message) {
        one.state_init = StateInit::NotTold;
    }
    let found = check(&trace);
    assert_eq!((found.hashes_not_computable, found.messages_not_judged, found.fault_count), (2, 1, 0));
    let both = trace.transactions.iter().filter(|one| one.messages.iter().any(|one| one.hash == message));
    assert_eq!(found.transactions_not_recomputed, both.map(|one| one.hash).collect());
    assert_eq!(found.transactions_not_recomputed.len(), 2);
}
