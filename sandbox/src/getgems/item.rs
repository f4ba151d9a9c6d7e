//! A gift as GetGems shows it.

use std::sync::LazyLock;

use chain::{Address, getgems::OffchainGift};
use domain::Custody;

use super::wire::{
    Attribute, AuctionSale, Contract, FixedSale, ImageSizes, Item, RoyaltyPercent, Sale, Warning,
};
use crate::{
    catalog::Collection,
    market::Way,
    random::{Draw, For},
    serve::list::iso,
    world::{GiftView, Lot, World, auction_end_us, auction_most, chain_address, friendly},
};

/// GetGems' own wallet in two recorded gift trades.
static MARKETPLACE: LazyLock<String> =
    LazyLock::new(|| known("0:584ee61b2dff0837116d0fcb5078d93964bcbe9c05fd6a141b1bfca5d6a43e18"));
/// Fragment's fee wallet and royalty wallet in the recorded username auction.
pub(super) const FRAGMENT_FEE: &str = "EQC-56PXuMBvlVIDLDiApWp0twKtiyJPQr-xrBwzvXGQgPYM";
pub(super) const FRAGMENT_ROYALTY: &str = "EQBAjaOyi2wGWlk-EDkSabqqnF-MrrwMadnwqrurKpkla9nE";

fn known(raw: &str) -> String {
    friendly(&raw.parse().expect("a recorded address is an address"))
}

/// How GetGems calls the gift: its place on TON while it is exported, else a synthetic address.
pub(super) fn address(collection: &Collection, number: u32, custody: Custody) -> Address {
    if custody == Custody::Chain
        && let Some(address) = chain_address(collection, number)
    {
        return address;
    }
    let gift = OffchainGift::new(collection.slug, number).expect("the catalog's slugs are slugs");
    gift.address()
}

pub(super) fn collection_address(collection: &Collection) -> Option<String> {
    collection.address.as_ref().map(friendly)
}

/// GetGems' copy of a picture, by the shape of the recorded link.
pub(super) fn image(seed: u64, folder: &str, side: u32) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let number = folder.bytes().fold(0, |number, byte| crate::random::mix(number ^ u64::from(byte)));
    let mut draw = Draw::of(seed, For::Picture, number, 0);
    let file = format!("s3://getgems-s3/nft-content-cache/images/{folder}/{}.png", draw.hex(16));
    let path = URL_SAFE_NO_PAD.encode(file);
    let signature = Draw::of(seed, For::Picture, number, u64::from(side)).base64url(43);
    format!("https://i.getgems.io/{signature}/rs:fill:{side}:{side}:1/g:ce/{path}")
}

pub(super) fn image_sizes(seed: u64, folder: &str) -> ImageSizes {
    ImageSizes { small: image(seed, folder, 96), large: image(seed, folder, 352) }
}

/// Name, picture, attributes, owner and sale of a gift that GetGems can see.
pub(super) fn item(view: &GiftView<'_>) -> Item {
    let custody = view.custody();
    let own = friendly(&address(view.collection, view.gift.number, custody));
    let owner = view.world.person(view.gift.owner).friendly();
    let lot = view.world.lot(view.index);
    let (model, backdrop, symbol) = (view.model(), view.backdrop(), view.symbol());
    let seed = view.world.seed;
    let picture = format!("{}-{}", view.collection.slug, view.gift.number);
    let holder = match lot {
        Some(lot) if custody == Custody::Chain && !lot.way.is_telemint(view.gift.number) => {
            sale_contract(view)
        }
        _ => owner.clone(),
    };
    let trait_of = |trait_type, value: &str| Attribute { trait_type, value: as_telegram(value) };
    Item {
        kind: if custody == Custody::Chain { "CollectionItem" } else { "OffchainNft" },
        collection_address: collection_address(view.collection),
        owner_address: holder,
        actual_owner_address: owner,
        name: view.name(),
        description: format!(
            "An exclusive {} with the appearance {} on a {} background with {} icons.",
            view.collection.title,
            as_telegram(model.name),
            as_telegram(backdrop.name),
            as_telegram(symbol.name)
        ),
        image: image(seed, &picture, 500),
        image_sizes: image_sizes(seed, &picture),
        attributes: vec![
            trait_of("Model", model.name),
            trait_of("Backdrop", backdrop.name),
            trait_of("Symbol", symbol.name),
        ],
        sale: lot.map(|lot| sale(view, lot, &own)),
        warning: warning(view, lot),
        address: own,
    }
}

/// Names come from Telegram, which writes apostrophes as U+2019; the recorded attribute lists have them in ASCII.
pub(super) fn as_telegram(name: &str) -> String {
    name.replace('\'', "\u{2019}")
}

fn sale_contract(view: &GiftView<'_>) -> String {
    friendly(&crate::onchain::sale_contract(view.world, view.index, view.gift.sales))
}

fn warning(view: &GiftView<'_>, lot: Option<&Lot>) -> Option<Warning> {
    let telemint = lot.is_some_and(|lot| lot.way == Way::Telemint);
    let hit = telemint && view.gift.number % 50 == 7;
    hit.then_some(Warning { kind: "NftBanFromFragment", reason: "This NFT is restricted on Fragment" })
}

/// A part of an amount in basis points.
pub(crate) fn part(amount: i64, bps: u16) -> i64 {
    amount / 10_000 * i64::from(bps) + amount % 10_000 * i64::from(bps) / 10_000
}

/// The wire's word for how a lot is sold, and the contract that sells it.
pub(super) fn contract_type(custody: Custody, way: Way, number: u32) -> &'static str {
    match (custody, way.is_telemint(number)) {
        (Custody::Chain, true) => "telemint",
        (Custody::Chain, false) => "sale-contract",
        _ => "offchain",
    }
}

fn sale(view: &GiftView<'_>, lot: &Lot, own: &str) -> Sale {
    let custody = view.custody();
    let contract_type = contract_type(custody, lot.way, view.gift.number);
    let contract_address = match contract_type {
        "telemint" => Some(own.to_owned()),
        "sale-contract" => Some(sale_contract(view)),
        _ => None,
    };
    let telemint = lot.way == Way::Telemint;
    let fee_address = if telemint { FRAGMENT_FEE.to_owned() } else { MARKETPLACE.clone() };
    let mut draw =
        Draw::of(view.world.seed, For::Lot, u64::from(view.index), u64::from(lot.version) << 8 | 1);
    let currency = lot.coin.code();
    if lot.way == Way::Auction {
        let contract = Contract { contract_type, contract_address };
        return Sale::Auction(auction(view.world, lot, &mut draw, Some(contract)));
    }
    Sale::Fixed(FixedSale {
        kind: "FixPriceSale",
        full_price: lot.amount.to_string(),
        currency,
        marketplace_fee: part(lot.amount, lot.fee_bps).to_string(),
        marketplace_fee_address: fee_address,
        royalty_address: FRAGMENT_ROYALTY.to_owned(),
        royalty_amount: part(lot.amount, lot.royalty_bps).to_string(),
        version: version(&mut draw, lot.amount, currency),
        contract_type,
        contract_address,
    })
}

/// As in the recorded `1b0132132afa3000,s:0:TON,m:c2de3029a60a7dd1`.
pub(super) fn version(draw: &mut Draw, price: i64, currency: &str) -> String {
    let (head, tail) = (draw.hex(16), draw.hex(16));
    format!("{head},s:{price}:{currency},m:{tail}")
}

/// An auction.
pub(super) fn auction(world: &World, lot: &Lot, draw: &mut Draw, contract: Option<Contract>) -> AuctionSale {
    let finish_us = auction_end_us(world, lot);
    let most = auction_most(world, lot).map(|most| most.to_string());
    let (last_bid_amount, last_bid_address, last_bid_at) = match &lot.bid {
        Some(bid) => {
            let bidder = world.person(bid.bidder).friendly();
            (Some(bid.amount.to_string()), Some(bidder), Some(iso(bid.at_us, 3)))
        }
        None => (None, None, None),
    };
    AuctionSale {
        kind: "Auction",
        currency: lot.coin.code(),
        min_bid: lot.amount.to_string(),
        max_bid: most,
        finish_at: iso(finish_us, 3),
        last_bid_amount,
        last_bid_address,
        last_bid_at,
        marketplace_fee: "0".to_owned(),
        marketplace_fee_address: FRAGMENT_FEE.to_owned(),
        royalty_address: FRAGMENT_ROYALTY.to_owned(),
        royalty_percent: RoyaltyPercent { base: 100, factor: 0 },
        version: version(draw, 0, lot.coin.code()),
        contract,
    }
}
