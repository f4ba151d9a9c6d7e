//! Nothing lost, nothing twice, or the explicit word: readers that come and go while the log grows, and readers that are too slow.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use super::{
    api::{Api, api},
    socket::{Heard, Socket},
    stream::Stream,
};
use crate::facts::{listed, repriced, sold};

const EVENTS: &str = "subscription($f: EventFilter, $a: Cursor) { events(filter: $f, after: $a) { __typename
    ... on EventsBatch { cursor events { position } } ... on Reload { reason } } }";

/// The event before the one that a cursor names.
const BEHIND: &str = "query($a: Cursor) { activity(first: 1, after: $a) { nodes { position } } }";

/// Grows the log by batches of random sizes.
async fn write(api: Arc<Api>, seed: u64, batches: usize, done: Arc<AtomicBool>) {
    let mut random = StdRng::seed_from_u64(seed);
    for turn in 0..batches {
        let at_s = 100 + i64::try_from(turn).expect("a turn");
        let events = (0..random.random_range(1..90)).map(|n| {
            let of = format!("{}-{}", ["plushpepe", "lolpop", "toybear"][random.random_range(0..3)], n + 1);
            match random.random_range(0..3) {
                0 => listed(&of, at_s, random.random_range(1..100)),
                1 => repriced(&of, at_s, random.random_range(1..100)),
                _ => sold(&of, at_s, random.random_range(1..100), "x"),
            }
        });
        let events: Vec<_> = events.collect();
        api.ingest.commit(store::Batch { events, ..store::Batch::default() }).await.expect("a commit");
        if random.random_bool(0.3) {
            tokio::task::yield_now().await;
        }
    }
    done.store(true, Ordering::Release);
}

/// By which a reader reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Socket,
    Stream,
}

/// A reader's line, until it leaves.
enum Line {
    Socket(Box<Socket>),
    Stream(Stream),
}

impl Line {
    /// A socket is given the cursor as the argument; a stream repeats its request as it was and names the last event's id beside it.
    async fn open(api: &Api, by: By, filter: &Value, begin: &Value, cursor: &Value) -> Self {
        match by {
            By::Socket => {
                let mut socket = Socket::open(api).await;
                socket.subscribe("s", EVENTS, json!({"f": filter, "a": cursor})).await;
                Self::Socket(Box::new(socket))
            }
            By::Stream => {
                let last_event_id = cursor.as_str().filter(|_| cursor != begin);
                Self::Stream(Stream::get(api, EVENTS, &json!({"f": filter, "a": begin}), last_event_id).await)
            }
        }
    }

    /// The next batch, and the cursor to go on behind.
    async fn next(&mut self) -> (Value, Value) {
        match self {
            Self::Socket(socket) => {
                let batch = socket.next("s").await["events"].clone();
                let cursor = batch["cursor"].clone();
                (batch, cursor)
            }
            Self::Stream(stream) => {
                let (id, data) = stream.next().await;
                (data["events"].clone(), id.into())
            }
        }
    }
}

/// Reads until `end`, coming and going; gives every position received.
async fn read(
    api: Arc<Api>,
    by: By,
    seed: u64,
    filter: Value,
    begin: Value,
    done: Arc<AtomicBool>,
) -> Vec<i64> {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut cursor, mut positions, mut sessions) = (begin.clone(), Vec::new(), 0);
    loop {
        sessions += 1;
        let mut line = Line::open(&api, by, &filter, &begin, &cursor).await;
        let messages = random.random_range(1..6);
        for _ in 0..messages {
            let (batch, behind) = line.next().await;
            assert_eq!(batch["__typename"], "EventsBatch", "{batch}");
            positions.extend(batch["events"].as_array().expect("events").iter().map(|event| {
                event["position"].as_str().expect("a position").parse::<i64>().expect("a number")
            }));
            cursor = behind;
            let is_written = done.load(Ordering::Acquire);
            let head = store::log::head(&api.pool).await.expect("the head").position;
            if is_written
                && api.ask_with(BEHIND, json!({ "a": cursor })).await["activity"]["nodes"][0]["position"]
                    == json!((head - 1).to_string())
            {
                assert!(sessions > 3, "it came and went");
                return positions;
            }
            if is_written {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_that_come_and_go_lose_nothing_and_see_nothing_twice() {
    let mut seeds = harness::long::seeds("graphql-resume", 2);
    while let Some(seed) = seeds.next() {
        let api = Arc::new(api().await);
        api.log(vec![listed("plushpepe-1", 1, 5)]).await;
        let begin =
            api.ask("{ activity { pageInfo { endCursor } } }").await["activity"]["pageInfo"]["endCursor"]
                .clone();
        let done = Arc::new(AtomicBool::new(false));
        let filters = [
            json!({}),
            json!({}),
            json!({"kinds": ["SOLD"]}),
            json!({"collections": ["lolpop", "toybear"]}),
            json!({"collections": ["lolpop"], "kinds": ["LISTED", "REPRICED"]}),
        ];
        let readers: Vec<_> = [By::Socket, By::Stream]
            .into_iter()
            .flat_map(|by| filters.iter().map(move |filter| (by, filter)))
            .enumerate()
            .map(|(n, (by, filter))| {
                let seed = seed * 100 + u64::try_from(n).expect("a number");
                let (api, done) = (Arc::clone(&api), Arc::clone(&done));
                (by, filter, tokio::spawn(read(api, by, seed, filter.clone(), begin.clone(), done)))
            })
            .collect();
        write(Arc::clone(&api), seed, 120, Arc::clone(&done)).await;
        let log = store::log::events_after(&api.pool, 1, 100_000).await.expect("the log");
        for (by, filter, reader) in readers {
            let positions = reader.await.expect("a reader");
            let is_wanted = |event: &&domain::LoggedEvent| {
                let any = |name: &str, found: &str| {
                    filter[name].as_array().is_none_or(|wanted| {
                        wanted
                            .iter()
                            .any(|one| one.as_str().is_some_and(|one| one.eq_ignore_ascii_case(found)))
                    })
                };
                any("kinds", event.event.fact.kind().as_str())
                    && any("collections", event.event.gift.as_ref().map_or("", |gift| gift.slug.as_str()))
            };
            let expected: Vec<i64> = log.iter().filter(is_wanted).map(|event| event.position).collect();
            assert_eq!(positions, expected, "seed {seed}, {filter} by {by:?}");
        }
        seeds.done(seed);
    }
}

/// A subscription lives through the death of the database.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_database_loses_no_message() {
    let server = harness::own_cluster().await;
    let options =
        store::PoolOptions { url: server.url(), connections_max: 8, application: "ribbon-test".into() };
    let pool = store::connect(&options).await.expect("a pool");
    store::migrate(&pool).await.expect("the migrations");
    let api = super::api::api_on(pool, graphql::ApiOptions::default()).await;
    let mut socket = Socket::open(&api).await;
    socket.subscribe("s", EVENTS, json!({})).await;
    socket.next("s").await;
    let (mut seen, mut written) = (0, 0);
    for turn in 0..6 {
        if turn % 2 == 1 {
            server.kill().await;
        }
        let head = loop {
            let events = (1..=5).map(|n| repriced(&format!("plushpepe-{n}"), 10 + turn, turn + 1)).collect();
            // The first tries meet connections of the dead server.
            match api.ingest.commit(store::Batch { events, ..store::Batch::default() }).await {
                Ok(committed) => break committed.position,
                Err(fault) => assert!(fault.may_succeed_later(), "{fault}"),
            }
        };
        assert!(head > written);
        written = head;
        while seen < head {
            for event in socket.next("s").await["events"]["events"].as_array().expect("events") {
                let position: i64 = event["position"].as_str().expect("text").parse().expect("a number");
                assert_eq!(position, seen + 1);
                seen = position;
            }
        }
    }
}

/// Long answers, so that the network's own buffers are full soon.
const LONG: &str = "subscription { events { __typename ... on EventsBatch { cursor events { position line a: line b: line c: line d: line e: line f: line g: line h: line } } ... on Reload { reason } } }";

/// The next message of a slow reader, before which it read nothing for long.
async fn late(line: &mut Line) -> Value {
    match line {
        Line::Socket(socket) => match socket.hear().await {
            Heard::Message(message) => message["payload"]["data"]["events"].clone(),
            closed => panic!("{closed:?}"),
        },
        Line::Stream(stream) => stream.next().await.1["events"].clone(),
    }
}

/// Positions of a batch, which follow the last one without a gap.
fn follow_on(batch: &Value, last: &mut i64, who: &str) {
    for event in batch["events"].as_array().expect("events") {
        let position: i64 = event["position"].as_str().expect("text").parse().expect("a number");
        assert_eq!(position, *last + 1, "{who}: up to there nothing is missing");
        *last = position;
    }
}

/// Read nothing while the log moves on, far beyond what waits for them: a socket and a stream of the same topic.
#[tokio::test(flavor = "multi_thread")]
async fn readers_too_slow_are_told_to_reload() {
    let api = api().await;
    let mut socket = Socket::open_narrow(&api).await;
    socket.subscribe("s", LONG, json!({})).await;
    let mut slow = [Line::Socket(Box::new(socket)), Line::Stream(Stream::open_narrow(&api, LONG).await)];
    let mut quick = Socket::open(&api).await;
    quick.subscribe("s", EVENTS, json!({})).await;
    let mut quick = Line::Socket(Box::new(quick));
    // All are with their topics after this: a lag on the way up would be the server's own slowness, for which nobody is sent away.
    for line in slow.iter_mut().chain([&mut quick]) {
        line.next().await;
    }
    api.log(vec![listed("plushpepe-1", 1, 5)]).await;
    for line in slow.iter_mut().chain([&mut quick]) {
        assert_eq!(line.next().await.0["events"][0]["position"], "1");
    }
    let (mut seen, mut head) = (1, 1);
    for turn in 0..100 {
        let events = (1..=100).map(|n| repriced(&format!("plushpepe-{n}"), 10 + turn, turn + 1)).collect();
        head = api
            .ingest
            .commit(store::Batch { events, ..store::Batch::default() })
            .await
            .expect("a commit")
            .position;
        while seen < head {
            follow_on(&quick.next().await.0, &mut seen, "the quick one");
        }
    }
    assert_eq!(seen, head);
    for line in &mut slow {
        let mut last = 1;
        loop {
            let batch = late(line).await;
            if batch["__typename"] == "Reload" {
                assert_eq!(batch["reason"], "LAGGED");
                break;
            }
            follow_on(&batch, &mut last, "the slow one");
        }
        assert!(last < head, "it really was too slow");
        match line {
            Line::Socket(socket) => drop(socket.expect("complete", "s").await),
            Line::Stream(stream) => stream.completes().await,
        }
    }
}
