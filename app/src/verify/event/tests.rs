//! Every event that the rules make of every fixture is proven by its file; every tampering is seen.

use domain::event::DelistReason;
use domain::{Cause, EvidenceHash, Exchange, Finality, LotId, OrderKey, RequestRecord, Seen};
use indexer::decide::{Frame, Known, ScanMemory, catalog, feed, happening_cause, scan};
use serde_json::value::RawValue;

use super::*;
use crate::evidence_file::Kept;
use crate::verify::Verdict;

/// All events of a fixture by the rules of the indexer, as if they were the first of a log.
fn events_of(fixture: &adapters::Fixture) -> (Exchange, Vec<LoggedEvent>) {
    let mut exchange = fixture.exchange();
    // Later than every date on the pages, and the answer later than the question.
    exchange.started_at_us += 1_000_000;
    exchange.received_at_us = exchange.started_at_us + 250_000;
    let reader = adapters::reader(fixture.market).unwrap();
    let page = reader.read(&exchange).unwrap();
    let frame = Frame::of(&exchange, 30_000_000);
    let mut known = Known::default();
    let is = |wanted: fn(&Seen) -> bool| page.sightings.iter().any(|one| wanted(&one.seen));
    let decision = if is(|seen| matches!(seen, Seen::Happened { .. })) {
        feed::decide_feed_page(&mut known, None, &frame, happening_cause(false), &page)
    } else if is(|seen| matches!(seen, Seen::Open { .. } | Seen::Held { .. } | Seen::Offered { .. })) {
        let is_of_scan =
            |seen: &Seen| matches!(seen, Seen::Open { .. } | Seen::Held { .. } | Seen::Offered { .. });
        // A page may show what several scopes hold; each is scanned for itself.
        let scope_of = |one: &domain::Sighting| reader.scope_of(&one.seen).filter(|_| is_of_scan(&one.seen));
        let scopes: std::collections::BTreeSet<_> = page.sightings.iter().filter_map(scope_of).collect();
        let mut decision = indexer::decide::Decision::default();
        for scope in scopes {
            let of_it = |one: &&domain::Sighting| scope_of(one).is_none_or(|other| other == scope);
            let sightings = page.sightings.iter().filter(of_it).cloned().collect();
            let shown = domain::Page { sightings, ..page.clone() };
            let mut memory = ScanMemory::begin(scope, exchange.started_at_us - 5_000_000, 30_000_000);
            decision.append(scan::decide_scan_page(&mut known, &mut memory, &frame, &shown));
        }
        decision
    } else {
        catalog::decide_catalog(&mut known, &frame, &page)
    };
    let events = decision.events.into_iter().zip(1..);
    (exchange, events.map(|(event, position)| LoggedEvent { position, event }).collect())
}

fn file_of(exchange: &Exchange, events: &[LoggedEvent], at: usize) -> EvidenceFile {
    let logged = &events[at];
    let earlier = events[..at].iter().filter(|before| before.event.gift == logged.event.gift);
    let bytes = exchange.evidence_bytes();
    EvidenceFile {
        format: FORMAT.into(),
        event: RawValue::from_string(logged.line()).unwrap(),
        batch: None,
        earlier: earlier.cloned().collect(),
        earlier_is_whole: true,
        kept_until: None,
        evidence: logged.event.evidence.as_ref().map(|it| Kept::new(it.hash, Some(&bytes))),
        pages: Vec::new(),
    }
}

fn judged(file: &EvidenceFile) -> Answer {
    verify(&serde_json::to_vec(file).unwrap())
}

#[test]
fn every_event_of_every_fixture_is_proven() {
    let mut kinds = std::collections::BTreeMap::new();
    for fixture in adapters::MARKETS.iter().flat_map(|market| market.fixtures) {
        let (exchange, events) = events_of(fixture);
        for at in 0..events.len() {
            let answer = judged(&file_of(&exchange, &events, at));
            assert_eq!(answer.verdict, Verdict::Proven, "{} {}", fixture.path(), answer.text());
            let value: Value = serde_json::from_str(&answer.text()).unwrap();
            let all = value["checks"].as_array().unwrap();
            let whole = all.iter().find(|one| one["check"] == "the rules give the same event");
            let holds = whole.is_some_and(|one| one["result"] == "holds");
            assert!(holds || events[at].event.gift.is_none(), "{}", answer.text());
            *kinds.entry(events[at].event.fact.kind()).or_insert(0) += 1;
        }
    }
    assert!(kinds.len() >= 5, "the fixtures give few kinds of events: {kinds:?}");
    for kind in [domain::EventKind::OfferMade, domain::EventKind::AuctionStarted] {
        assert!(kinds.contains_key(&kind), "{kind:?} is not among {kinds:?}");
    }
}

/// A fixture, its events, and the index of the first one of a kind; of two that list, the one by a page of listings.
fn case(kind: domain::EventKind) -> (Exchange, Vec<LoggedEvent>, usize) {
    let is = |event: &Event| {
        event.fact.kind() == kind && (kind != domain::EventKind::Listed || event.cause == Cause::Scan)
    };
    adapters::MARKETS
        .iter()
        .flat_map(|market| market.fixtures)
        .find_map(|fixture| {
            let (exchange, events) = events_of(fixture);
            let at = events.iter().position(|logged| is(&logged.event))?;
            Some((exchange, events, at))
        })
        .unwrap()
}

#[test]
fn every_tampering_is_refuted() {
    type Tamper = fn(&mut LoggedEvent);
    let tampers: [(domain::EventKind, Tamper, &str); 13] = [
        (domain::EventKind::Listed, |logged| price(logged).amount += 1, "price"),
        (domain::EventKind::Sold, |logged| price(logged).amount += 1, "what happened"),
        (domain::EventKind::Listed, |logged| gift(logged).number += 1, "gift"),
        (domain::EventKind::Sold, |logged| gift(logged).number += 1, "gift"),
        (domain::EventKind::Sold, |logged| logged.event.key.at_us += 1, "time and order key"),
        (domain::EventKind::Sold, |logged| logged.event.cause = Cause::Scan, "the cause"),
        (domain::EventKind::Listed, |logged| logged.event.cause = Cause::Feed, "the cause"),
        (domain::EventKind::CollectionSeen, |logged| logged.event.cause = Cause::Absence, "the cause"),
        (domain::EventKind::Sold, |logged| logged.event.finality = Finality::Pending, "finality"),
        (domain::EventKind::Sold, |logged| logged.event.source_id = Some("other".into()), "own id"),
        (
            domain::EventKind::MetadataSeen,
            |logged| details(logged).owner = Some("somebody".into()),
            "details",
        ),
        (domain::EventKind::Listed, |logged| evidence(logged).path.push_str("/x"), "place"),
        (domain::EventKind::Listed, |logged| evidence(logged).hash.0[0] ^= 1, "hash of the evidence"),
    ];
    for (kind, tamper, check) in tampers {
        let (exchange, mut events, at) = case(kind);
        tamper(&mut events[at]);
        let answer = judged(&file_of(&exchange, &events, at));
        assert_eq!(answer.verdict, Verdict::Refuted, "{kind:?} {check}: {}", answer.text());
        let value: Value = serde_json::from_str(&answer.text()).unwrap();
        let failed = value["checks"].as_array().unwrap().iter().filter(|one| one["result"] == "fails");
        let failed: Vec<&str> = failed.filter_map(|one| one["check"].as_str()).collect();
        assert!(failed.iter().any(|name| name.contains(check)), "{kind:?}: {failed:?} should name {check}");
    }
}

fn price(logged: &mut LoggedEvent) -> &mut domain::Price {
    match &mut logged.event.fact {
        Fact::Listed { price, .. } | Fact::Repriced { price, .. } | Fact::Sold { price, .. } => price,
        other => panic!("{other:?} has no price"),
    }
}

fn gift(logged: &mut LoggedEvent) -> &mut domain::GiftId {
    logged.event.gift.as_mut().unwrap()
}

fn details(logged: &mut LoggedEvent) -> &mut domain::LotDetails {
    match &mut logged.event.fact {
        Fact::MetadataSeen { details, .. } => details,
        other => panic!("{other:?} has no details"),
    }
}

fn evidence(logged: &mut LoggedEvent) -> &mut EvidenceRef {
    logged.event.evidence.as_mut().unwrap()
}

#[test]
fn other_bytes_are_refuted_and_missing_ones_cannot_be_judged() {
    let (exchange, events, at) = case(domain::EventKind::Listed);
    let mut other = exchange.clone();
    other.body.push(b' ');
    let mut file = file_of(&exchange, &events, at);
    let hash = file.evidence.as_ref().unwrap().hash;
    file.evidence = Some(Kept::new(hash, Some(&other.evidence_bytes())));
    assert_eq!(judged(&file).verdict, Verdict::Refuted);
    file.evidence = Some(Kept::new(hash, None));
    assert_eq!(judged(&file).verdict, Verdict::CannotBeJudged);
    file.evidence = None;
    assert_eq!(judged(&file).verdict, Verdict::CannotBeJudged);
}

#[test]
fn what_is_no_evidence_file_is_bad_input() {
    let (exchange, events, at) = case(domain::EventKind::Listed);
    let good = serde_json::to_value(file_of(&exchange, &events, at)).unwrap();
    let with = |name: &str, value: Value| {
        let mut file = good.clone();
        file[name] = value;
        verify(file.to_string().as_bytes())
    };
    for (answer, why) in [
        (verify(b""), "no evidence file"),
        (verify(b"[]"), "no evidence file"),
        (with("format", "ribbon-evidence-9".into()), "expected ribbon-evidence-1"),
        (with("event", serde_json::json!({"position": 1})), "is no event"),
        (with("evidence", serde_json::json!({"hash": "00".repeat(32), "bytes_base64": "!"})), "no base64"),
    ] {
        assert_eq!(answer.verdict, Verdict::BadInput, "{}", answer.text());
        assert!(answer.text().contains(why), "{} should say {why}", answer.text());
    }
    let mut extra = good.clone();
    extra["event"]["price_of_coffee"] = 3.into();
    assert_eq!(verify(extra.to_string().as_bytes()).verdict, Verdict::Refuted);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_bad_input(text in "\\PC{0,80}|\\{\"format\":\"ribbon-evidence-1\".{0,60}\\}") {
        proptest::prop_assert_eq!(verify(text.as_bytes()).verdict, Verdict::BadInput);
    }

    #[test]
    fn no_changed_byte_makes_another_price_or_gift_pass(at: proptest::sample::Index, byte in b' '..=b'~') {
        static FILE: std::sync::LazyLock<(LoggedEvent, Vec<u8>)> = std::sync::LazyLock::new(|| {
            let (exchange, events, at) = case(domain::EventKind::Sold);
            (events[at].clone(), serde_json::to_vec(&file_of(&exchange, &events, at)).unwrap())
        });
        let (logged, file) = &*FILE;
        let mut changed = file.clone();
        let at = at.index(changed.len());
        changed[at] = byte;
        let answer = verify(&changed);
        if answer.verdict == Verdict::Proven {
            let answer: Value = serde_json::from_str(&answer.text()).unwrap();
            let event = serde_json::to_value(&logged.event).unwrap();
            for member in ["gift", "market", "fact", "key", "source_id"] {
                proptest::prop_assert_eq!(&answer["event"][member], &event[member]);
            }
        }
    }
}

/// A scan of one page, the fixture, that ends the scope.
fn absent(lot: &str, pages: &[Exchange], scope: &str) -> EvidenceFile {
    let hashes: Vec<EvidenceHash> = pages.iter().map(Exchange::evidence_hash).collect();
    let manifest = Exchange {
        request: RequestRecord { method: MANIFEST_METHOD.into(), target: scope.into(), body: None },
        body: serde_json::to_vec(&hashes).unwrap(),
        ..pages[0].clone()
    };
    let event = Event {
        market: manifest.market.clone(),
        gift: Some(domain::GiftId::parse("lolpop-1").unwrap()),
        key: OrderKey::scan_end(5_000_000, 1_000_000),
        observed_at_us: 6_000_000,
        finality: Finality::Confirmed,
        cause: Cause::Absence,
        evidence: Some(EvidenceRef { hash: manifest.evidence_hash(), path: String::new() }),
        origin: manifest.origin,
        corrects: None,
        source_id: None,
        fact: Fact::Delisted {
            lot: LotId::parse(lot).unwrap(),
            scope: domain::sighting::ScopeId(scope.into()),
            reason: DelistReason::Unseen,
        },
    };
    let logged = LoggedEvent { position: 9, event };
    let mut file = file_of(&manifest, std::slice::from_ref(&logged), 0);
    file.pages =
        pages.iter().map(|page| Kept::new(page.evidence_hash(), Some(&page.evidence_bytes()))).collect();
    file
}

#[test]
fn an_absence_is_proven_by_the_whole_scan_alone() {
    let fixture = adapters::fixtures::all().find(|fixture| fixture.name == "nfts-on-sale-lolpop").unwrap();
    let mut page = fixture.exchange();
    let mut body: Value = serde_json::from_slice(&page.body).unwrap();
    body["response"]["cursor"] = Value::Null;
    page.body = serde_json::to_vec(&body).unwrap();
    let reader = adapters::reader("getgems").unwrap();
    let sightings = reader.read(&page).unwrap().sightings;
    let seen = sightings.iter().find(|one| matches!(one.seen, Seen::Open { .. })).unwrap();
    let scope = reader.scope_of(&seen.seen).unwrap();
    let Seen::Open { lot: shown, .. } = &seen.seen else { unreachable!() };

    let gone = absent("EQgone", std::slice::from_ref(&page), &scope.0);
    assert_eq!(judged(&gone).verdict, Verdict::Proven, "{}", judged(&gone).text());

    let there = absent(shown.as_str(), std::slice::from_ref(&page), &scope.0);
    assert_eq!(judged(&there).verdict, Verdict::Refuted);

    let elsewhere = absent("EQgone", std::slice::from_ref(&page), "onchain:plushpepe");
    assert_eq!(judged(&elsewhere).verdict, Verdict::Refuted);

    let unfinished = absent("EQgone", &[fixture.exchange(), page.clone()], &scope.0);
    assert_eq!(judged(&unfinished).verdict, Verdict::Refuted, "two pages that do not follow each other");

    let first = page.request.target.clone();
    page.request.target = format!("{first}&after=5");
    let last_alone = absent("EQgone", std::slice::from_ref(&page), &scope.0);
    assert_eq!(judged(&last_alone).verdict, Verdict::Refuted, "the last page of a scan alone");

    page.request.target = format!("{first}&currency=usdt");
    let narrowed = absent("EQgone", std::slice::from_ref(&page), &scope.0);
    assert_eq!(judged(&narrowed).verdict, Verdict::Refuted, "a request that leaves listings out");

    body["response"]["items"] = Value::Array(Vec::new());
    page.body = serde_json::to_vec(&body).unwrap();
    for (collection, verdict) in [
        ("EQC6zjid8vJNEWqcXk10XjsdDLRKbcPZzbHusuEW6FokOWIm", Verdict::Proven),
        ("EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS", Verdict::Refuted),
        ("EQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAM9c", Verdict::CannotBeJudged),
    ] {
        page.request.target = format!("/v1/nfts/on-sale/{collection}?limit=100");
        let empty = absent("EQgone", std::slice::from_ref(&page), &scope.0);
        assert_eq!(judged(&empty).verdict, verdict, "an empty page of {collection}");
    }

    let mut without_page = gone.clone();
    without_page.pages.clear();
    assert_eq!(judged(&without_page).verdict, Verdict::Refuted);

    let mut expired = gone.clone();
    expired.pages[0].bytes_base64 = None;
    assert_eq!(judged(&expired).verdict, Verdict::CannotBeJudged);
}

#[test]
fn a_quarantine_is_proven_by_the_page_that_broke() {
    let mut page =
        adapters::fixtures::all().find(|fixture| fixture.name == "nfts-on-sale-lolpop").unwrap().exchange();
    page.body = b"{\"success\":true}".to_vec();
    let fault = adapters::reader("getgems").unwrap().read(&page).unwrap_err();
    let event = indexer::decide::watch::quarantined(&fault, Some(&page), 7, page.origin);
    let logged = [LoggedEvent { position: 3, event }];
    let file = file_of(&page, &logged, 0);
    assert_eq!(judged(&file).verdict, Verdict::Proven, "{}", judged(&file).text());
    let mut other = logged.clone();
    if let Fact::MarketQuarantined { path, .. } = &mut other[0].event.fact {
        path.push('x');
    }
    assert_eq!(judged(&file_of(&page, &other, 0)).verdict, Verdict::Refuted);

    let released = indexer::decide::watch::released(page.market.clone(), 9, page.origin);
    let released = [LoggedEvent { position: 4, event: released }];
    assert_eq!(judged(&file_of(&page, &released, 0)).verdict, Verdict::CannotBeJudged);
}

#[test]
fn a_quarantine_for_a_time_that_has_not_come_is_proven_too() {
    let page = adapters::fixtures::all().find(|fixture| fixture.name == "history-gifts").unwrap().exchange();
    let early = Exchange { started_at_us: 1, received_at_us: 1, ..page };
    let read = adapters::reader("getgems").unwrap().read(&early).unwrap();
    let fault = check_times(&early, &read).unwrap_err();
    let event = indexer::decide::watch::quarantined(&fault, Some(&early), 2, early.origin);
    let file = file_of(&early, &[LoggedEvent { position: 3, event }], 0);
    assert_eq!(judged(&file).verdict, Verdict::Proven, "{}", judged(&file).text());
}
