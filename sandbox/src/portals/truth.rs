//! What Portals' wire discloses, in our words.

use domain::{Attribute, AttributeKind, Custody, LotDetails, LotId, OfferTarget, OfferTerms, Price};
use uuid::Uuid;

use super::{
    actions::word,
    ask, ids,
    nft::{picture, title},
};
use crate::{
    outside::Outside,
    truth::{
        Truth, TruthAttribute, TruthCollection, TruthHappening, TruthLot, TruthOffer, TruthQuery, TruthWay,
        TruthWhat, Undisclosed, collection_slug, gift_id, rarity, tidy,
    },
    world::{Happening, Kind, Offer, World},
};

const UNDISCLOSED: &[Undisclosed] = &[
    Undisclosed { field: "owner", why: "no seller on the wire since 2025" },
    Undisclosed { field: "address", why: "a gift in custody has none on TON" },
    Undisclosed { field: "collections/address", why: "collections have names and uuids only" },
    Undisclosed { field: "contract_type", why: "no word for it on the wire" },
    Undisclosed { field: "transferable_at_ms", why: "the end of the lock is the only date of a gift" },
    Undisclosed { field: "exportable_at_ms", why: "the end of the lock is the only date of a gift" },
    Undisclosed { field: "resellable_at_ms", why: "the end of the lock is the only date of a gift" },
    Undisclosed { field: "happenings/sold/seller", why: "a happening names nobody" },
    Undisclosed { field: "happenings/sold/buyer", why: "a happening names nobody" },
    Undisclosed { field: "happenings/sold/transaction", why: "a sale in custody has none on TON" },
    Undisclosed { field: "happenings/repriced/before", why: "the old price is null here" },
];

/// See [`crate::truth::TruthFn`].
pub(super) fn tell(outside: &Outside, world: &World, market: usize, query: &TruthQuery) -> Truth {
    let wanted = |slug: &str| query.collection.as_deref().is_none_or(|only| only == slug);
    let known = || ids::listed().map(|(_, known, _)| known).filter(|known| wanted(known.slug));
    let collections = known().map(|known| TruthCollection {
        slug: collection_slug(known.slug),
        title: tidy(&title(known)),
        address: None,
    });
    let attributes = known().flat_map(|known| {
        let lists = [
            (AttributeKind::Model, &known.models),
            (AttributeKind::Symbol, &known.symbols),
            (AttributeKind::Backdrop, &known.backdrops),
        ];
        lists.into_iter().flat_map(move |(kind, list)| {
            list.all().filter_map(move |value| {
                Some(TruthAttribute {
                    slug: collection_slug(known.slug),
                    kind,
                    name: tidy(value.name),
                    rarity: rarity(value.per_mille)?,
                })
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
        market: "portals".to_owned(),
        world: outside.identity.to_string(),
        steps: world.steps(),
        collections: collections.collect(),
        attributes: attributes.collect(),
        lots,
        offers: offers(world, market, &wanted),
        happenings: told
            .map(|(at, happening)| tell_happening(world, at, happening, withheld.contains(&at)))
            .collect(),
        undisclosed: UNDISCLOSED.to_vec(),
    }
}

fn offers(world: &World, market: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<TruthOffer> {
    let of = |offer: &Offer| &world.catalog.collections[offer.collection];
    let is_told = |offer: &&Offer| ids::collection(of(offer)).is_some() && wanted(of(offer).slug);
    let mut offers: Vec<TruthOffer> = world
        .offers_of(market)
        .filter(is_told)
        .map(|offer| {
            let terms = OfferTerms {
                maker: None,
                made_at_ms: Some(offer.made_us / 1_000),
                expires_at_ms: Some(offer.expires_us / 1_000),
                quantity: Some(offer.quantity),
                quantity_taken: Some(offer.taken),
            };
            TruthOffer {
                offer: lot_id(super::offers::id(world, offer)),
                target: OfferTarget::Collection { slug: collection_slug(of(offer).slug) },
                price: Price::nanoton(offer.amount),
                details: LotDetails { offer: Some(Box::new(terms)), ..LotDetails::default() },
            }
        })
        .collect();
    offers.sort_by(|a, b| a.offer.cmp(&b.offer));
    offers
}

fn lot_id(id: Uuid) -> LotId {
    LotId::parse(&id.to_string()).expect("a uuid is a lot id")
}

fn lot(world: &World, market: usize, gift: u32) -> Option<TruthLot> {
    let (view, lot) = (world.view(gift), world.lot(gift)?);
    let oldest_us = world.history(market).get(world.history(market).first()).map(|oldest| oldest.at_us);
    let attributes = [
        (AttributeKind::Model, view.model()),
        (AttributeKind::Symbol, view.symbol()),
        (AttributeKind::Backdrop, view.backdrop()),
    ];
    let attributes = attributes.map(|(kind, value)| Attribute {
        kind,
        name: tidy(value.name),
        rarity: rarity(value.per_mille),
    });
    Some(TruthLot {
        lot: lot_id(ids::nft(world, gift, view.gift.deposits)),
        gift: gift_id(view.collection.slug, view.gift.number),
        way: TruthWay::Fixed,
        price: Price::nanoton(ask(lot.amount)),
        listed_at_us: oldest_us.is_some_and(|oldest_us| oldest_us <= lot.listed_us).then_some(lot.listed_us),
        details: LotDetails {
            attributes: attributes.to_vec(),
            custody: Some(Custody::Market),
            image_url: Some(picture(&view)),
            unlocks_at_ms: view.dates().unlock_s.map(|second| i64::from(second) * 1_000),
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
    let id = ids::nft(world, happening.gift, happening.deposits);
    TruthHappening {
        sequence,
        // No id on the wire: the gift and the moment tell one from another.
        source_id: format!("{id}@{}", happening.at_us),
        at_us: happening.at_us,
        lot: lot_id(id),
        gift: gift_id(view.collection.slug, view.gift.number),
        what,
        withheld,
    }
}
