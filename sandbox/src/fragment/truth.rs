//! What Fragment's wire discloses, in our words.

use domain::{AuctionTerms, Custody, GiftId, LotDetails, LotId, Price};

use super::{
    catalog,
    grid::{sales, stands},
    html::{Status, picture},
    seller,
};
use crate::{
    outside::Outside,
    truth::{
        Truth, TruthCollection, TruthHappening, TruthLot, TruthQuery, TruthWay, TruthWhat, Undisclosed,
        collection_slug, gift_id, tidy,
    },
    world::{Happening, World, auction_end_us},
};

const SECOND_US: i64 = 1_000_000;

const UNDISCLOSED: &[Undisclosed] = &[
    Undisclosed { field: "attributes", why: "an entry of a list shows the gift's name and picture" },
    Undisclosed { field: "owner", why: "a list names no seller" },
    Undisclosed { field: "address", why: "no address on the wire" },
    Undisclosed { field: "collections/address", why: "collections have slugs and names only" },
    Undisclosed { field: "contract_type", why: "no word for it on the wire" },
    Undisclosed { field: "transferable_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "exportable_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "resellable_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "unlocks_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "happenings/details", why: "a sale names the gift, not its attributes" },
    Undisclosed { field: "happenings/sold/seller", why: "a list names nobody" },
    Undisclosed { field: "happenings/sold/buyer", why: "a list names nobody" },
    Undisclosed { field: "happenings/sold/transaction", why: "a list names no transaction" },
];

/// See [`crate::truth::TruthFn`].
pub(super) fn tell(outside: &Outside, world: &World, market: usize, query: &TruthQuery) -> Truth {
    let wanted = |slug: &str| query.collection.as_deref().is_none_or(|only| only == slug);
    let about = |gift: &u32| wanted(world.collection(*gift).slug);
    let collections = catalog::collections(world).filter(|(_, known)| wanted(known.slug));
    let shelf = seller(world).map(|(_, shelf)| world.shelf_gifts(shelf).0).unwrap_or_default();
    let listed = shelf.iter().copied().filter(about).filter(|gift| stands(world, *gift).is_some());
    let mut lots: Vec<TruthLot> = listed.filter_map(|gift| lot(world, gift)).collect();
    lots.sort_by(|a, b| a.lot.cmp(&b.lot));
    let withheld = outside.withheld(market);
    let told = sales(world).filter(|(_, happening)| !query.without_happenings && about(&happening.gift));
    let mut happenings: Vec<TruthHappening> =
        told.map(|(at, happening)| sale(world, at, happening, withheld.contains(&at))).collect();
    happenings.reverse();
    Truth {
        market: "fragment".to_owned(),
        world: outside.identity.to_string(),
        steps: world.steps(),
        collections: collections
            .map(|(_, known)| TruthCollection {
                slug: collection_slug(known.slug),
                // The list has a plural; the title is what each gift's name begins with.
                title: tidy(known.title),
                address: None,
            })
            .collect(),
        attributes: Vec::new(),
        lots,
        offers: Vec::new(),
        happenings,
        undisclosed: UNDISCLOSED.to_vec(),
    }
}

fn named(world: &World, gift: u32) -> GiftId {
    let view = world.view(gift);
    gift_id(view.collection.slug, view.gift.number)
}

fn lot_id(gift: &GiftId) -> LotId {
    LotId::parse(&gift.to_string()).expect("a gift's name is a lot id")
}

fn lot(world: &World, index: u32) -> Option<TruthLot> {
    let (gift, lot) = (named(world, index), world.lot(index)?);
    let is_auction = stands(world, index) == Some(Status::OnAuction);
    Some(TruthLot {
        lot: lot_id(&gift),
        way: if is_auction { TruthWay::Auction } else { TruthWay::Fixed },
        price: Price::nanoton(lot.bid.as_ref().map_or(lot.amount, |bid| bid.amount)),
        // When it was put up stands nowhere: only when it ends.
        listed_at_us: None,
        details: LotDetails {
            custody: Some(Custody::Chain),
            image_url: Some(picture(gift.slug.as_str(), gift.number)),
            auction: is_auction.then(|| {
                let ends_at_ms = Some(auction_end_us(world, lot) / SECOND_US * 1_000);
                Box::new(AuctionTerms { ends_at_ms, ..AuctionTerms::default() })
            }),
            ..LotDetails::default()
        },
        gift,
    })
}

fn sale(world: &World, sequence: u64, happening: &Happening, withheld: bool) -> TruthHappening {
    let gift = named(world, happening.gift);
    let second = happening.at_us.div_euclid(SECOND_US);
    TruthHappening {
        sequence,
        // The wire gives a sale no id: gift and second are what tells it from others.
        source_id: format!("{gift}@{second}"),
        at_us: second * SECOND_US,
        lot: lot_id(&gift),
        gift,
        what: TruthWhat::Sold {
            price: Price::nanoton(happening.amount),
            seller: None,
            buyer: None,
            transaction: None,
        },
        withheld,
    }
}
