//! What MRKT's wire discloses, in our words.

use domain::{Attribute, AttributeKind, Custody, LotDetails, LotId, Price, sighting::ToldFee};
use uuid::Uuid;

use super::{
    ask, catalog,
    feed::word,
    gift::{as_telegram, symbol_rarity, thumbnail},
    ids,
};
use crate::{
    outside::Outside,
    truth::{
        Truth, TruthAttribute, TruthCollection, TruthHappening, TruthLot, TruthQuery, TruthWay, TruthWhat,
        Undisclosed, collection_slug, gift_id, rarity, tidy,
    },
    world::{Happening, Kind, World},
};

const UNDISCLOSED: &[Undisclosed] = &[
    Undisclosed { field: "owner", why: "no seller on the wire" },
    Undisclosed { field: "address", why: "no address on the wire, and a gift in custody has none on TON" },
    Undisclosed { field: "collections/address", why: "collections have names only" },
    Undisclosed { field: "attributes/symbol/rarity", why: "null in three of ten records" },
    Undisclosed { field: "contract_type", why: "no word for it on the wire" },
    Undisclosed { field: "happenings/sold/seller", why: "an event names nobody" },
    Undisclosed { field: "happenings/sold/buyer", why: "an event names nobody" },
    Undisclosed { field: "happenings/sold/transaction", why: "a sale in custody has none on TON" },
    Undisclosed { field: "happenings/repriced/before", why: "change_price has no old price" },
];

/// Where the wire's keys of pictures lead.
const CDN: &str = "https://cdn.tgmrkt.io";

/// See [`crate::truth::TruthFn`].
pub(super) fn tell(outside: &Outside, world: &World, market: usize, query: &TruthQuery) -> Truth {
    let wanted = |slug: &str| query.collection.as_deref().is_none_or(|only| only == slug);
    let collections = catalog::titles().map(|title| TruthCollection {
        slug: collection_slug(title),
        title: tidy(title),
        address: None,
    });
    let known = world.catalog.collections[..world.catalog.peopled].iter();
    let attributes = known.filter(|known| wanted(known.slug)).flat_map(|known| {
        known.models.all().filter_map(|model| {
            Some(TruthAttribute {
                slug: collection_slug(known.slug),
                kind: AttributeKind::Model,
                name: tidy(model.name),
                rarity: rarity(model.per_mille)?,
            })
        })
    });
    let listed = world.shelves_of(market).flat_map(|shelf| world.shelf_gifts(shelf).0.iter().copied());
    let about = |gift: &u32| wanted(world.collection(*gift).slug);
    let mut lots: Vec<TruthLot> = listed.filter(about).filter_map(|gift| lot(world, market, gift)).collect();
    lots.sort_by(|a, b| a.lot.cmp(&b.lot));
    let withheld = outside.withheld(market);
    let history = world.history(market).from(0).filter(|_| !query.without_happenings);
    let told = history.filter(|(_, happening)| about(&happening.gift) && word(happening.kind).is_some());
    Truth {
        market: "mrkt".to_owned(),
        world: outside.identity.to_string(),
        steps: world.steps(),
        collections: collections.filter(|known| wanted(known.slug.as_str())).collect(),
        attributes: attributes.collect(),
        lots,
        offers: Vec::new(),
        happenings: told
            .map(|(at, happening)| tell_happening(world, at, happening, withheld.contains(&at)))
            .collect(),
        undisclosed: UNDISCLOSED.to_vec(),
    }
}

fn lot_id(id: Uuid) -> LotId {
    LotId::parse(&id.to_string()).expect("a uuid is a lot id")
}

fn lot(world: &World, market: usize, gift: u32) -> Option<TruthLot> {
    let (view, lot) = (world.view(gift), world.lot(gift)?);
    let oldest_us = world.history(market).get(world.history(market).first()).map(|oldest| oldest.at_us);
    let (model, symbol, backdrop) = (view.model(), view.symbol(), view.backdrop());
    let attribute = |kind, name: &str, per_mille: Option<u16>| Attribute {
        kind,
        name: tidy(&as_telegram(name)),
        rarity: per_mille.and_then(rarity),
    };
    let dates = view.dates();
    let ms = |second: Option<u32>| second.map(|second| i64::from(second) * 1_000);
    let price = ask(lot.amount);
    Some(TruthLot {
        lot: lot_id(ids::lot(world, gift, view.gift.deposits)),
        gift: gift_id(view.collection.slug, view.gift.number),
        way: TruthWay::Fixed,
        price: Price::nanoton(price),
        listed_at_us: oldest_us.is_some_and(|oldest_us| oldest_us <= lot.listed_us).then_some(lot.listed_us),
        details: LotDetails {
            attributes: vec![
                attribute(AttributeKind::Model, model.name, Some(model.per_mille)),
                attribute(AttributeKind::Symbol, symbol.name, symbol_rarity(&view, symbol)),
                attribute(AttributeKind::Backdrop, backdrop.name, Some(backdrop.per_mille)),
            ],
            custody: Some(Custody::Market),
            image_url: Some(format!("{CDN}/{}", thumbnail(&view))),
            told_fee: Some(ToldFee {
                for_amount: price,
                market_fee: Some(price - lot.amount),
                royalty: None,
            }),
            transferable_at_ms: ms(dates.transfer_s),
            exportable_at_ms: ms(dates.export_s),
            resellable_at_ms: ms(dates.resale_s),
            unlocks_at_ms: ms(dates.unlock_s),
            ..LotDetails::default()
        },
    })
}

fn tell_happening(world: &World, sequence: u64, happening: &Happening, withheld: bool) -> TruthHappening {
    let price = Price::nanoton(ask(happening.amount));
    let what = match happening.kind {
        Kind::Listed => TruthWhat::Listed { price },
        Kind::Repriced => TruthWhat::Repriced { price },
        Kind::Sold => TruthWhat::Sold { price, seller: None, buyer: None, transaction: None },
        _ => TruthWhat::Cancelled,
    };
    let view = world.view(happening.gift);
    TruthHappening {
        sequence,
        source_id: ids::event(world, sequence).to_string(),
        at_us: happening.at_us,
        lot: lot_id(ids::lot(world, happening.gift, happening.deposits)),
        gift: gift_id(view.collection.slug, view.gift.number),
        what,
        withheld,
    }
}
