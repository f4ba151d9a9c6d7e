//! What toncenter's wire discloses, in our words.

use std::collections::HashMap;

use domain::{Custody, LotDetails, LotId, MarketId, Price, sighting::ToldFee};

use crate::{
    onchain::{Action, ChainAnswers as _, Happened, HeldBy, Item, WorldChain},
    outside::Outside,
    truth::{
        Truth, TruthCollection, TruthHappening, TruthLot, TruthQuery, TruthWay, TruthWhat, Undisclosed,
        collection_slug, gift_id, tidy,
    },
    world::{World, friendly},
};

const UNDISCLOSED: &[Undisclosed] = &[
    Undisclosed { field: "attributes", why: "the chain holds a link to the metadata, not the metadata" },
    Undisclosed { field: "transferable_at_ms", why: "no dates of the gift on chain" },
    Undisclosed { field: "exportable_at_ms", why: "no dates of the gift on chain" },
    Undisclosed { field: "resellable_at_ms", why: "no dates of the gift on chain" },
    Undisclosed { field: "unlocks_at_ms", why: "no dates of the gift on chain" },
    Undisclosed { field: "happenings/exported/owner", why: "a mint is told without its receiver" },
];

/// See [`crate::truth::TruthFn`].
pub(super) fn tell(outside: &Outside, world: &World, market: usize, query: &TruthQuery) -> Truth {
    let wanted = |slug: &str| query.collection.as_deref().is_none_or(|only| only == slug);
    let chain = WorldChain::of(world);
    let with_address = world.catalog.collections.iter().filter(|known| known.address.is_some());
    let collections = with_address.filter(|known| wanted(known.slug)).map(|known| TruthCollection {
        slug: collection_slug(known.slug),
        title: tidy(known.title),
        address: known.address.as_ref().map(friendly),
    });
    let (mut lots, mut happenings) = (Vec::new(), Vec::new());
    if let Some(chain) = &chain {
        let told: Vec<Happened> = chain.since(0).filter(|one| wanted(slug(&one.item))).collect();
        let starts: HashMap<&str, &Happened> = told
            .iter()
            .filter(|one| one.action == Action::OwnStart)
            .map(|one| (one.item.token_name.as_str(), one))
            .collect();
        for known in world.catalog.collections.iter().filter(|known| wanted(known.slug)) {
            let items = known.address.map(|address| chain.items(&address)).unwrap_or_default();
            lots.extend(items.iter().filter_map(|item| lot(chain, item, &starts)));
        }
        let withheld = outside.withheld(market);
        if !query.without_happenings {
            let all = told.iter().filter_map(happening);
            happenings =
                all.map(|one| TruthHappening { withheld: withheld.contains(&one.sequence), ..one }).collect();
        }
    }
    lots.sort_by(|a, b| a.lot.cmp(&b.lot));
    Truth {
        market: "toncenter".to_owned(),
        world: outside.identity.to_string(),
        steps: world.steps(),
        collections: collections.collect(),
        attributes: Vec::new(),
        lots,
        offers: Vec::new(),
        happenings,
        undisclosed: UNDISCLOSED.to_vec(),
    }
}

fn slug(item: &Item) -> &str {
    item.token_name.rsplit_once('-').map_or("", |(slug, _)| slug)
}

fn number(item: &Item) -> u32 {
    item.token_name.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
}

fn lot_id(text: &str) -> LotId {
    LotId::parse(text).expect("an address or a gift's name is a lot id")
}

fn market_id(id: &str) -> MarketId {
    MarketId::parse(id).expect("an id of the sandbox")
}

/// Microseconds behind the second follow from the logical time.
fn at_us(one: &Happened) -> i64 {
    one.at_s * 1_000_000 + i64::try_from(one.lt / 1_000 % 1_000_000).unwrap_or(0)
}

fn lot(chain: &WorldChain<'_>, item: &Item, starts: &HashMap<&str, &Happened>) -> Option<TruthLot> {
    let gift = gift_id(slug(item), number(item));
    let base = LotDetails {
        custody: Some(Custody::Chain),
        owner: Some(friendly(&item.real_owner)),
        address: Some(friendly(&item.address)),
        ..LotDetails::default()
    };
    if let Some((contract, kind)) = item.held_by {
        let sale = chain.sales(&[contract]).pop()?;
        // An auction, and what is sold for another coin, are passed over.
        if kind == HeldBy::Auction || sale.price_nanoton == 0 {
            return None;
        }
        let told_fee = ToldFee {
            for_amount: sale.price_nanoton,
            market_fee: Some(sale.fee_nanoton),
            royalty: Some(sale.royalty_nanoton),
        };
        return Some(TruthLot {
            lot: lot_id(&friendly(&item.address)),
            gift,
            way: TruthWay::Elsewhere,
            price: Price::nanoton(sale.price_nanoton),
            // When it was put up stands in an action without the contract's code, so it is not taken.
            listed_at_us: None,
            details: LotDetails {
                told_fee: Some(told_fee),
                contract_type: Some("getgems sandbox-1".to_owned()),
                of_market: Some(market_id("getgems")),
                ..base
            },
        });
    }
    let own = chain.own_sales(&[item.address]).pop().filter(|own| own.price_nanoton > 0)?;
    let royalty = i128::from(own.price_nanoton) * i128::from(own.royalty_bps) / 10_000;
    Some(TruthLot {
        lot: lot_id(&item.token_name),
        gift,
        way: TruthWay::Elsewhere,
        price: Price::nanoton(own.price_nanoton),
        listed_at_us: starts.get(item.token_name.as_str()).map(|one| at_us(one)),
        details: LotDetails {
            told_fee: Some(ToldFee {
                for_amount: own.price_nanoton,
                market_fee: None,
                royalty: i64::try_from(royalty).ok(),
            }),
            contract_type: Some("telemint".to_owned()),
            of_market: Some(market_id("fragment")),
            ..base
        },
    })
}

/// What is followed; see the adapter for what is not and why.
fn happening(one: &Happened) -> Option<TruthHappening> {
    let price = Price::nanoton(one.price_nanoton);
    let person = |address: Option<&chain::Address>| address.map(friendly);
    let sold = || TruthWhat::Sold {
        price: price.clone(),
        seller: person(one.real_from.as_ref()),
        buyer: person(one.to.as_ref()),
        transaction: Some(one.transaction.to_hex()),
    };
    let (what, is_own) = match one.action {
        Action::Mint => (TruthWhat::Exported, false),
        Action::Transfer => {
            (TruthWhat::Transferred { from: person(one.from.as_ref()), to: person(one.to.as_ref()) }, false)
        }
        Action::Purchase => (sold(), false),
        Action::OwnPurchase => (sold(), true),
        Action::CancelSale => (TruthWhat::Cancelled, false),
        Action::OwnStart => (TruthWhat::Listed { price: price.clone() }, true),
        Action::OwnCancel => (TruthWhat::Cancelled, true),
        Action::PutOnSale | Action::UpdateSale | Action::PutOnAuction | Action::CancelAuction => return None,
    };
    let lot = if is_own { one.item.token_name.clone() } else { friendly(&one.item.address) };
    Some(TruthHappening {
        sequence: one.sequence,
        source_id: one.transaction.to_hex(),
        at_us: at_us(one),
        lot: lot_id(&lot),
        gift: gift_id(slug(&one.item), number(&one.item)),
        what,
        withheld: false,
    })
}
