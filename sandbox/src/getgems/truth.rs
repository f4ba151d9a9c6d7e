//! What GetGems' wire discloses, in our words.

use domain::{
    Attribute, AttributeKind, AuctionTerms, Currency, Custody, FeeBasis, LotDetails, LotId, MarketId,
    OfferTarget, OfferTerms, Price, sighting::ToldFee,
};

use super::{
    history::{address_then, hash},
    item::{address, as_telegram, collection_address, contract_type, image, part},
};
use crate::{
    market::{Coin, Way},
    outside::Outside,
    truth::{
        Truth, TruthCollection, TruthHappening, TruthLot, TruthOffer, TruthQuery, TruthWay, TruthWhat,
        Undisclosed, collection_slug, gift_id, tidy,
    },
    world::{Happening, Kind, Lot, Offer, World, auction_end_us, auction_most, friendly},
};

const UNDISCLOSED: &[Undisclosed] = &[
    Undisclosed { field: "attributes/rarity", why: "the schema's types have no rarity" },
    Undisclosed { field: "transferable_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "exportable_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "resellable_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "unlocks_at_ms", why: "no dates of the gift on the wire" },
    Undisclosed { field: "address", why: "a gift in GetGems' custody has a synthetic address, none on TON" },
    Undisclosed { field: "happenings/details", why: "history names the gift, not its attributes" },
    Undisclosed { field: "happenings/transaction", why: "an off-chain hash names no transaction on TON" },
    Undisclosed { field: "happenings/exported/owner", why: "a mint names nobody" },
];

/// See [`crate::truth::TruthFn`].
pub(super) fn tell(outside: &Outside, world: &World, market: usize, query: &TruthQuery) -> Truth {
    let wanted = |slug: &str| query.collection.as_deref().is_none_or(|only| only == slug);
    let collections = world.catalog.collections.iter().filter(|known| known.address.is_some());
    let collections = collections
        .filter(|known| wanted(known.slug))
        .map(|known| TruthCollection {
            slug: collection_slug(known.slug),
            // The list has a plural; the title is what each gift's name begins with.
            title: tidy(known.title),
            address: collection_address(known),
        })
        .collect();
    let shelves = world.shelves_of(market);
    let listed = shelves.flat_map(|shelf| world.shelf_gifts(shelf).0.iter().copied());
    let about = |gift: &u32| wanted(world.collection(*gift).slug);
    let mut lots: Vec<TruthLot> = listed.filter(about).filter_map(|gift| lot(world, market, gift)).collect();
    lots.sort_by(|a, b| a.lot.cmp(&b.lot));
    let withheld = outside.withheld(market);
    let happenings = if query.without_happenings {
        Vec::new()
    } else {
        let all = world.history(market).from(0).filter(|(_, happening)| about(&happening.gift));
        all.map(|(at, happening)| TruthHappening {
            withheld: withheld.contains(&at),
            ..tell_happening(world, market, at, happening)
        })
        .collect()
    };
    Truth {
        market: "getgems".to_owned(),
        world: outside.identity.to_string(),
        steps: world.steps(),
        collections,
        attributes: Vec::new(),
        lots,
        offers: offers(world, market, &wanted),
        happenings,
        undisclosed: UNDISCLOSED.to_vec(),
    }
}

fn offers(world: &World, market: usize, wanted: &dyn Fn(&str) -> bool) -> Vec<TruthOffer> {
    let slug = |offer: &Offer| world.catalog.collections[offer.collection].slug;
    let on_chain = |offer: &&Offer| world.catalog.collections[offer.collection].address.is_some();
    let standing = world.offers_of(market).filter(on_chain).filter(|offer| wanted(slug(offer)));
    let mut offers: Vec<TruthOffer> = standing
        .map(|offer| {
            let (fee, royalty) = super::offers::fees(offer);
            let told_fee =
                ToldFee { for_amount: offer.amount, market_fee: Some(fee), royalty: Some(royalty) };
            let terms = OfferTerms {
                maker: None,
                made_at_ms: None,
                expires_at_ms: Some(offer.expires_us / 1_000),
                quantity: Some(offer.quantity),
                quantity_taken: Some(offer.taken),
            };
            TruthOffer {
                offer: LotId::parse(&super::offers::address(world, offer)).expect("an address is a lot id"),
                target: OfferTarget::Collection { slug: collection_slug(slug(offer)) },
                price: price(Coin::Ton, offer.amount),
                details: LotDetails {
                    told_fee: Some(told_fee),
                    offer: Some(Box::new(terms)),
                    ..LotDetails::default()
                },
            }
        })
        .collect();
    offers.sort_by(|a, b| a.offer.cmp(&b.offer));
    offers
}

/// The terms of an auction; none of what is none.
fn auction(world: &World, lot: &Lot) -> Option<Box<AuctionTerms>> {
    (lot.way == Way::Auction).then(|| {
        let bid = lot.bid.as_ref().map(|bid| domain::Bid {
            amount: bid.amount,
            bidder: Some(world.person(bid.bidder).friendly()),
            at_ms: Some(bid.at_us / 1_000),
        });
        Box::new(AuctionTerms {
            bid_min: Some(lot.amount),
            bid_max: auction_most(world, lot),
            has_bid: Some(bid.is_some()),
            last_bid: bid,
            ends_at_ms: Some(auction_end_us(world, lot) / 1_000),
            auction_id: None,
        })
    })
}

/// What the lot costs now: of an auction the highest bid, or the least that the first must be.
fn standing_amount(lot: &Lot) -> i64 {
    lot.bid.as_ref().map_or(lot.amount, |bid| bid.amount)
}

fn price(coin: Coin, amount: i64) -> Price {
    let currency = Currency::parse(coin.code()).unwrap_or_else(|_| Currency::ton());
    Price { amount, currency, fee_basis: FeeBasis::BuyerPays }
}

fn lot_id(address: &chain::Address) -> LotId {
    LotId::parse(&friendly(address)).expect("an address is a lot id")
}

fn lot(world: &World, market: usize, gift: u32) -> Option<TruthLot> {
    let view = world.view(gift);
    let lot = world.lot(gift)?;
    let custody = view.custody();
    let own = address(view.collection, view.gift.number, custody);
    let oldest_us = world.history(market).get(world.history(market).first()).map(|oldest| oldest.at_us);
    let disclosed = oldest_us.is_some_and(|oldest_us| oldest_us <= lot.listed_us);
    let attribute = |kind, name: &str| Attribute { kind, name: tidy(&as_telegram(name)), rarity: None };
    Some(TruthLot {
        lot: lot_id(&own),
        gift: gift_id(view.collection.slug, view.gift.number),
        way: match lot.way {
            Way::Fixed => TruthWay::Fixed,
            Way::Auction => TruthWay::Auction,
            Way::Telemint => TruthWay::Elsewhere,
        },
        price: price(lot.coin, standing_amount(lot)),
        listed_at_us: disclosed.then_some(lot.listed_us / 1_000 * 1_000),
        details: LotDetails {
            attributes: vec![
                attribute(AttributeKind::Model, view.model().name),
                attribute(AttributeKind::Symbol, view.symbol().name),
                attribute(AttributeKind::Backdrop, view.backdrop().name),
            ],
            custody: Some(custody),
            owner: Some(world.person(view.gift.owner).friendly()),
            address: (custody == Custody::Chain).then(|| friendly(&own)),
            told_fee: told_fee(lot),
            contract_type: Some(contract_type(custody, lot.way, view.gift.number).to_owned()),
            of_market: (contract_type(custody, lot.way, view.gift.number) == "telemint")
                .then(|| MarketId::parse("fragment").expect("a market's id")),
            image_url: Some(image(
                world.seed,
                &format!("{}-{}", view.collection.slug, view.gift.number),
                500,
            )),
            auction: auction(world, lot),
            ..LotDetails::default()
        },
    })
}

fn told_fee(lot: &Lot) -> Option<ToldFee> {
    // Of an auction the wire says that neither is taken.
    let bps = |bps: u16| if lot.way == Way::Auction { 0 } else { bps };
    let amount = standing_amount(lot);
    Some(ToldFee {
        for_amount: amount,
        market_fee: Some(part(amount, bps(lot.fee_bps))),
        royalty: Some(part(amount, bps(lot.royalty_bps))),
    })
}

fn tell_happening(world: &World, market: usize, sequence: u64, happening: &Happening) -> TruthHappening {
    let person = |index: u32| Some(world.person(index).friendly());
    let price = price(happening.coin, happening.amount);
    let id = hash(world, market, sequence);
    let chain = world.custody(happening.shelf) == Custody::Chain;
    let what = match happening.kind {
        Kind::Listed => TruthWhat::Listed { price },
        Kind::Repriced => TruthWhat::Repriced { price },
        Kind::Cancelled => TruthWhat::Cancelled,
        Kind::Sold => TruthWhat::Sold {
            price,
            seller: person(happening.from),
            buyer: person(happening.to),
            transaction: chain.then(|| id.clone()),
        },
        Kind::AuctionStarted => TruthWhat::AuctionStarted,
        Kind::AuctionCancelled => TruthWhat::AuctionCancelled,
        Kind::Transferred => {
            TruthWhat::Transferred { from: person(happening.from), to: person(happening.to) }
        }
        Kind::Exported => TruthWhat::Exported,
    };
    let view = world.view(happening.gift);
    TruthHappening {
        sequence,
        source_id: id,
        at_us: happening.at_us / 1_000 * 1_000,
        lot: lot_id(&address_then(world, happening)),
        gift: gift_id(view.collection.slug, view.gift.number),
        what,
        withheld: false,
    }
}
