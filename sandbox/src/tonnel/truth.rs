//! What Tonnel's wire discloses, in our words.

use domain::{Attribute, AttributeKind, Currency, Custody, FeeBasis, LotDetails, LotId, Price};

use super::{
    ask,
    gift::{as_tonnel, export_s, gift_id as number_of},
    ids,
    sales::told,
};
use crate::{
    catalog::Trait,
    market::Coin,
    outside::Outside,
    truth::{
        Truth, TruthCollection, TruthHappening, TruthLot, TruthQuery, TruthWay, TruthWhat, Undisclosed,
        collection_slug, gift_id, rarity, tidy,
    },
    world::{Happening, Kind, World},
};

const UNDISCLOSED: &[Undisclosed] = &[
    Undisclosed { field: "owner", why: "no seller on the wire" },
    Undisclosed { field: "address", why: "no address on the wire, and a gift in custody has none on TON" },
    Undisclosed { field: "collections/address", why: "collections have names only" },
    Undisclosed { field: "contract_type", why: "no word for it on the wire" },
    Undisclosed { field: "happenings/sold/seller", why: "an entry names nobody" },
    Undisclosed { field: "happenings/sold/buyer", why: "an entry names nobody" },
    Undisclosed { field: "happenings/sold/transaction", why: "a sale in custody has none on TON" },
];

/// See [`crate::truth::TruthFn`].
pub(super) fn tell(outside: &Outside, world: &World, market: usize, query: &TruthQuery) -> Truth {
    let wanted = |slug: &str| query.collection.as_deref().is_none_or(|only| only == slug);
    let known = world.catalog.collections[..world.catalog.peopled].iter();
    let collections = known.filter(|known| wanted(known.slug)).map(|known| TruthCollection {
        slug: collection_slug(known.slug),
        title: tidy(&as_tonnel(known.title)),
        address: None,
    });
    let listed = world.shelves_of(market).flat_map(|shelf| world.shelf_gifts(shelf).0.iter().copied());
    let about = |gift: &u32| wanted(world.collection(*gift).slug);
    let mut lots: Vec<TruthLot> = listed.filter(about).filter_map(|gift| lot(world, gift)).collect();
    lots.sort_by(|a, b| a.lot.cmp(&b.lot));
    let withheld = outside.withheld(market);
    let history = world.history(market).from(0).filter(|_| !query.without_happenings);
    let sold = history.filter(|(_, happening)| happening.kind == Kind::Sold && about(&happening.gift));
    Truth {
        market: "tonnel".to_owned(),
        world: outside.identity.to_string(),
        steps: world.steps(),
        collections: collections.collect(),
        // The list of models has lost its rarities.
        attributes: Vec::new(),
        lots,
        offers: Vec::new(),
        happenings: sold.map(|(at, happening)| sale(world, at, happening, withheld.contains(&at))).collect(),
        undisclosed: UNDISCLOSED.to_vec(),
    }
}

fn lot_id(id: i64) -> LotId {
    LotId::parse(&id.to_string()).expect("a number is a lot id")
}

/// What the seller receives.
fn net(amount: i64, coin: Coin) -> Price {
    let currency = Currency::parse(coin.code()).expect("a coin has a code");
    Price { amount, currency, fee_basis: FeeBasis::SellerReceives }
}

fn lot(world: &World, gift: u32) -> Option<TruthLot> {
    let (view, lot) = (world.view(gift), world.lot(gift)?);
    let attribute = |kind, value: Trait| Attribute {
        kind,
        name: tidy(&as_tonnel(value.name)),
        rarity: rarity(value.per_mille),
    };
    Some(TruthLot {
        lot: lot_id(number_of(&view)),
        gift: gift_id(view.collection.slug, view.gift.number),
        way: TruthWay::Fixed,
        // What the buyer pays, as the market documents it: the wire has the seller's part alone.
        price: Price { fee_basis: FeeBasis::BuyerPays, ..net(ask(lot.amount), lot.coin) },
        // The history tells sales alone.
        listed_at_us: None,
        details: LotDetails {
            attributes: vec![
                attribute(AttributeKind::Model, view.model()),
                attribute(AttributeKind::Symbol, view.symbol()),
                attribute(AttributeKind::Backdrop, view.backdrop()),
            ],
            custody: Some(Custody::Market),
            exportable_at_ms: Some(i64::from(export_s(&view)) * 1_000),
            ..LotDetails::default()
        },
    })
}

fn sale(world: &World, sequence: u64, happening: &Happening, withheld: bool) -> TruthHappening {
    let (_, amount) = told(happening.amount, happening.coin.decimals());
    let view = world.view(happening.gift);
    let (id, at_ms) = (ids::gift_id(happening.gift, happening.deposits), happening.at_us.div_euclid(1_000));
    TruthHappening {
        sequence,
        // No entry has an id: the gift and the moment make one.
        source_id: format!("{id}-{at_ms}"),
        at_us: at_ms * 1_000,
        lot: lot_id(id),
        gift: gift_id(view.collection.slug, view.gift.number),
        what: TruthWhat::Sold {
            price: net(amount, happening.coin),
            seller: None,
            buyer: None,
            transaction: None,
        },
        withheld,
    }
}
