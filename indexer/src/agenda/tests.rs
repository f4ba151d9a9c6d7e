use domain::{ports::KnownCollection, sighting::ScopeId};

use super::*;

fn scope(name: &str) -> Scope {
    let collection = KnownCollection {
        slug: CollectionSlug::from_title(name).unwrap(),
        title: name.into(),
        address: None,
    };
    Scope { id: ScopeId(format!("all:{name}")), collection }
}

fn slug(name: &str) -> CollectionSlug {
    CollectionSlug::from_title(name).unwrap()
}

/// Feed every 100 ms; scopes hot after 1,000 ms, cold after 10,000 ms.
fn agenda(scopes: &[&str]) -> Agenda {
    let pace = Pace { scope_hot_ms: 1_000, scope_cold_ms: 10_000, ..Pace::live(0) };
    let mut agenda = Agenda::new(&pace, 100, 0);
    agenda.set_scopes(scopes.iter().map(|name| scope(name)).collect());
    agenda
}

/// An agenda with feed, collections and attributes read, and every scope scanned at 0.
fn settled(scopes: &[&str]) -> Agenda {
    let mut agenda = agenda(scopes);
    agenda.feed_paged(0, false);
    agenda.collections_paged(0, false);
    agenda.attributes_paged(0, false);
    for name in scopes {
        agenda.scan_done(&scope(name), 0);
    }
    agenda
}

#[test]
fn the_feed_is_anchored_before_anything_is_scanned() {
    let mut agenda = agenda(&[]);
    assert_eq!(agenda.choose(0), Errand::Feed);
    agenda.feed_paged(0, false);
    assert_eq!(agenda.choose(1), Errand::Collections);
    agenda.collections_paged(1, false);
    agenda.set_scopes(vec![scope("a"), scope("b")]);
    assert_eq!(agenda.choose(2), Errand::ScanBegin(0));
    agenda.scan_begun();
    assert_eq!(agenda.choose(3), Errand::ScanNext);
    assert_eq!(agenda.choose(100), Errand::Feed);
    agenda.feed_paged(100, false);
    agenda.scan_done(&scope("a"), 2);
    assert_eq!(agenda.choose(101), Errand::ScanBegin(1));
}

#[test]
fn a_feed_with_more_behind_it_goes_on_but_starves_nobody() {
    let mut agenda = agenda(&["a"]);
    agenda.collections_paged(0, false);
    let mut chosen = Vec::new();
    for _ in 0..10 {
        let errand = agenda.choose(0);
        match errand {
            Errand::Feed => agenda.feed_paged(0, true),
            Errand::ScanBegin(_) => agenda.scan_begun(),
            _ => {}
        }
        chosen.push(errand);
    }
    assert_eq!(chosen.iter().filter(|errand| **errand == Errand::Feed).count(), 8);
    assert_eq!(chosen[4], Errand::ScanBegin(0));
    assert_eq!(chosen[9], Errand::ScanNext);
}

#[test]
fn collections_get_a_turn_while_scans_wait() {
    let mut agenda = agenda(&["a"]);
    agenda.feed_paged(0, false);
    agenda.scan_begun();
    let chosen: Vec<Errand> = (0..8).map(|_| agenda.choose(1)).collect();
    assert_eq!(chosen.iter().filter(|errand| **errand == Errand::Collections).count(), 2);
}

#[test]
fn a_hot_collection_is_scanned_sooner_and_no_scope_is_left() {
    let mut agenda = settled(&["cold", "hot"]);
    agenda.warm(&slug("hot"), 50, 900);
    for now in (100..1_000).step_by(100) {
        assert_eq!(agenda.choose(now), Errand::Feed);
        agenda.feed_paged(now, false);
    }
    assert_eq!(agenda.choose(999), Errand::Wait { until_ms: 1_000 });
    assert_eq!(agenda.choose(1_000), Errand::Feed);
    agenda.feed_paged(1_000, false);
    assert_eq!(agenda.choose(1_001), Errand::ScanBegin(1));
    agenda.scan_done(&scope("hot"), 1_001);
    agenda.feed_paged(10_000, false);
    agenda.scan_done(&scope("hot"), 9_990);
    assert_eq!(agenda.choose(10_001), Errand::ScanBegin(0));
}

#[test]
fn heat_passes() {
    let mut agenda = settled(&["a"]);
    agenda.warm(&slug("a"), 4, 0);
    agenda.feed_paged(1_999, false);
    assert_eq!(
        agenda.choose(2_001),
        Errand::Wait { until_ms: 2_099 },
        "due by its heat at 0, but it has cooled"
    );
    agenda.feed_paged(9_999, false);
    assert!(matches!(agenda.choose(9_999), Errand::Wait { .. }));
    assert_eq!(agenda.choose(10_000), Errand::ScanBegin(0));
}

#[test]
fn history_waits_for_the_first_picture() {
    let mut agenda = agenda(&["a"]);
    agenda.feed_paged(0, false);
    agenda.collections_paged(0, false);
    agenda.set_history_open(true);
    assert_eq!(agenda.choose(1), Errand::ScanBegin(0));
    agenda.scan_done(&scope("a"), 1);
    assert_eq!(agenda.choose(2), Errand::Attributes);
    agenda.attributes_paged(2, false);
    assert_eq!(agenda.choose(3), Errand::History);
    agenda.set_history_open(false);
    assert_eq!(agenda.choose(4), Errand::Wait { until_ms: 100 });
}

#[test]
fn a_scope_that_broke_off_rests_and_the_others_go_on() {
    let mut agenda = agenda(&["a", "b"]);
    agenda.feed_paged(0, false);
    agenda.collections_paged(0, false);
    agenda.scan_begun();
    agenda.scan_abandoned(&scope("a"), 50);
    assert_eq!(agenda.choose(1), Errand::ScanBegin(1));
    agenda.scan_done(&scope("b"), 1);
    assert_eq!(agenda.choose(2), Errand::Wait { until_ms: 50 });
    assert_eq!(agenda.choose(50), Errand::ScanBegin(0));
    assert_eq!(agenda.scopes_done(), (1, 2));
    assert_eq!(agenda.collections_done(), (1, 2));
}

#[test]
fn a_walk_through_collections_that_never_ends_starves_no_history() {
    let mut agenda = settled(&["a"]);
    agenda.set_history_open(true);
    agenda.collections_paged(0, true);
    agenda.scan_begun();
    let mut chosen = Vec::new();
    for now in 1..60 {
        chosen.push(agenda.choose(now));
    }
    let count = |errand| chosen.iter().filter(|chosen| **chosen == errand).count();
    assert_eq!((count(Errand::Collections), count(Errand::History)), (7, 7));
    assert_eq!(count(Errand::ScanNext), 45);
}
