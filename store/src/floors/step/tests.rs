use domain::{CollectionSlug, Currency, MarketId};
use pricing::{FloorKey, OpenListing, floors};
use proptest::prelude::*;

use super::*;

const MARKETS: [&str; 2] = ["getgems", "mrkt"];

/// A listing version: from, how long, market, model, amount.
type Version = (i64, Option<i64>, usize, Option<usize>, i64);

fn any_versions() -> impl Strategy<Value = Vec<Version>> {
    let version =
        (1..40_i64, prop::option::of(1..20_i64), 0..2_usize, prop::option::of(0..2_usize), 1..5_i64);
    prop::collection::vec(version, 0..30)
}

fn changed(versions: &[Version]) -> Vec<Changed> {
    let changed = |(index, version): (usize, &Version)| {
        let (from, length, market, model, amount) = *version;
        Changed {
            from_position: from,
            to_position: length.map(|length| from + length),
            market: MARKETS[market].into(),
            slug: "plushpepe".into(),
            model: model.map(|model| format!("model {model}")),
            symbol: None,
            backdrop: None,
            currency: "TON".into(),
            // Every ask has its own event, but the lowest of two equal asks is not the one whose version is younger.
            lowest: Lowest {
                amount,
                ask_position: 1_000 - i64::try_from(index).unwrap(),
                all_in_amount: amount + 1,
                all_in_at_least: false,
            },
        }
    };
    versions.iter().enumerate().map(changed).collect()
}

fn is_open(version: &Changed, position: i64) -> bool {
    version.from_position <= position && version.to_position.is_none_or(|to| to > position)
}

/// The floors at a position by the rule itself.
fn ruled(versions: &[Changed], position: i64) -> BTreeMap<(String, String, String), (i64, i64, u64)> {
    let open: Vec<OpenListing> = versions
        .iter()
        .filter(|version| is_open(version, position))
        .map(|version| OpenListing {
            slug: CollectionSlug::from_title(&version.slug).unwrap(),
            model: version.model.clone(),
            symbol: None,
            backdrop: None,
            market: MarketId::parse(&version.market).unwrap(),
            currency: Currency::ton(),
            amount: version.lowest.amount,
            all_in_amount: version.lowest.all_in_amount,
            all_in_at_least: false,
            position: version.lowest.ask_position,
        })
        .collect();
    floors(&open)
        .into_iter()
        .map(|(FloorKey { kind, name, market, .. }, floor)| {
            let market = market.map(|market| market.as_str().to_owned()).unwrap_or_default();
            ((kind.as_str().to_owned(), name, market), (floor.amount, floor.position, floor.listings))
        })
        .collect()
}

/// The table of floors.
#[derive(Default)]
struct Table(Vec<Begun>);

impl Table {
    fn advance(&mut self, versions: &[Changed], from: i64, to: i64) {
        let inside = |position: i64| position > from && position <= to;
        let touched = versions
            .iter()
            .filter(|version| inside(version.from_position) || version.to_position.is_some_and(inside))
            .cloned()
            .collect();
        let mut step = Step::new(from, to, touched);
        let standing = |row: &Begun| (row.key.clone(), row.standing);
        step.stand(self.0.iter().filter(|row| row.to_position.is_none()).map(standing).collect());
        let lowest = |key: &Key| {
            let of_key = |version: &&Changed| keys_of(version).any(|other| other == *key);
            let unchanged =
                |version: &&Changed| is_open(version, from) && version.to_position.is_none_or(|end| end > to);
            let found = versions.iter().filter(unchanged).filter(of_key).map(|version| version.lowest).min();
            found.map(|found| (key.clone(), found))
        };
        let lost = step.lost();
        step.replace(lost.iter().filter_map(lowest).collect());
        let FloorVersions { ended, begun, counted } = step.run();
        for (key, position, listings) in ended {
            let row = self.standing(&key);
            (row.to_position, row.standing.listings) = (Some(position), listings);
        }
        for (key, listings) in counted {
            self.standing(&key).standing.listings = listings;
        }
        self.0.extend(begun);
    }

    fn standing(&mut self, key: &Key) -> &mut Begun {
        self.0.iter_mut().find(|row| row.key == *key && row.to_position.is_none()).expect("a standing floor")
    }

    fn at(&self, position: i64) -> BTreeMap<(String, String, String), (i64, i64)> {
        let at =
            |row: &&Begun| row.from_position <= position && row.to_position.is_none_or(|to| to > position);
        let rows: Vec<_> = self.0.iter().filter(at).collect();
        let found: BTreeMap<_, _> = rows
            .iter()
            .map(|row| {
                let key = (row.key.kind.to_owned(), row.key.name.clone(), row.key.market.clone());
                (key, (row.standing.lowest.amount, row.standing.lowest.ask_position))
            })
            .collect();
        assert_eq!(found.len(), rows.len(), "one version of a key at a position");
        found
    }
}

proptest! {
    #[test]
    fn every_position_has_the_floors_of_its_open_listings(versions in any_versions(), steps in prop::collection::vec(1..15_i64, 1..10)) {
        let versions = changed(&versions);
        let mut table = Table::default();
        let mut reached = 0;
        for step in steps {
            table.advance(&versions, reached, reached + step);
            reached += step;
            let now = ruled(&versions, reached);
            let counted: BTreeMap<_, _> = table.0.iter().filter(|row| row.to_position.is_none())
                .map(|row| ((row.key.kind.to_owned(), row.key.name.clone(), row.key.market.clone()), row.standing.listings)).collect();
            let ruled_counts: BTreeMap<_, _> = now.iter().map(|(key, floor)| (key.clone(), i64::try_from(floor.2).unwrap())).collect();
            prop_assert_eq!(counted, ruled_counts);
        }
        for position in 1..=reached {
            let want: BTreeMap<_, _> = ruled(&versions, position).into_iter().map(|(key, (amount, ask, _))| (key, (amount, ask))).collect();
            prop_assert_eq!(table.at(position), want, "at position {}", position);
        }
    }
}
