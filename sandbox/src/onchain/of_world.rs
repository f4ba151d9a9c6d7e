//! The world's exported gifts as a chain. GetGems' own network of the sandbox names its codes, which no other network knows.

use std::{collections::HashMap, sync::LazyLock};

use chain::{
    Address, Hash256,
    contract::{GetgemsRole, ITEM_CODES, Network},
    gift::TokenName,
};
use domain::Custody;

use super::{Action, ChainAnswers, Happened, HeldBy, Item, OwnSale, SaleContract, logical_time};
use crate::{
    market::{Coin, Way},
    random::{Draw, For},
    world::{Happening, Kind, Lot, NOBODY, World, chain_address},
};

static NETWORK: LazyLock<&'static Network> =
    LazyLock::new(|| Network::named("sandbox").expect("the table of networks has the sandbox"));

/// The market whose shelf sells on chain: its place in order of registration, and its shelf.
pub(crate) fn seller(world: &World) -> Option<(usize, u8)> {
    let sells = |at: &usize| {
        let shelves = world.markets[*at].shelves.iter();
        let place =
            shelves.clone().position(|rule| rule.ways.iter().any(|(way, _, _)| *way == Way::Telemint));
        place.and_then(|place| Some((*at, world.shelves_of(*at).nth(place)?)))
    };
    (0..world.markets.len()).find_map(|at| sells(&at))
}

/// Telegram's own wallet, which holds what went back from the chain into an account.
pub(crate) fn telegram_wallet() -> Address {
    Address::new(0, *Hash256::of(b"ribbon sandbox telegram wallet").as_bytes())
}

/// Where the contract stands that sells a gift.
pub(crate) fn sale_contract(world: &World, gift: u32, sales: u8) -> Address {
    Address::new(0, Draw::of(world.seed, For::Lot, u64::from(gift), u64::from(sales)).bytes())
}

/// The world as a chain.
pub(crate) struct WorldChain<'w> {
    world: &'w World,
    market: usize,
    shelf: u8,
}

impl<'w> WorldChain<'w> {
    /// The chain of a world; `None` where no market sells on it.
    pub(crate) fn of(world: &'w World) -> Option<Self> {
        seller(world).map(|(market, shelf)| Self { world, market, shelf })
    }

    fn code(role: GetgemsRole) -> Hash256 {
        let code = NETWORK.getgems_codes.iter().find(|code| code.role == role);
        code.expect("the sandbox's network has the role").code_hash
    }

    /// What a lot asks in nanoton, 0 for another coin.
    fn price_of(lot: &Lot) -> i64 {
        if lot.coin == Coin::Ton { lot.amount } else { 0 }
    }

    /// An exported gift as an item.
    pub(crate) fn item_of(&self, gift: u32) -> Option<Item> {
        let view = self.world.view(gift);
        let collection = view.collection.address?;
        let address = chain_address(view.collection, view.gift.number)?;
        let name = TokenName::new(view.collection.slug, view.gift.number).ok()?;
        let code = ITEM_CODES.iter().find(|code| code.is_proved_for(&collection));
        let code = code.unwrap_or(&ITEM_CODES[usize::from(collection.account_id()[0] & 1)]);
        let is_here = view.custody() == Custody::Chain;
        let real_owner =
            if is_here { self.world.person(view.gift.owner).address() } else { telegram_wallet() };
        let held_by = self.world.lot(gift).filter(|lot| is_here && lot.way != Way::Telemint).map(|lot| {
            let kind = if lot.way == Way::Auction { HeldBy::Auction } else { HeldBy::Sale };
            (sale_contract(self.world, gift, view.gift.sales), kind)
        });
        let word = |text: &str| text.to_owned();
        Some(Item {
            address,
            index: name.index(),
            collection,
            code_hash: code.code_hash,
            token_name: name.to_string(),
            name: view.name(),
            traits: [
                ("Model", word(view.model().name)),
                ("Backdrop", word(view.backdrop().name)),
                ("Symbol", word(view.symbol().name)),
            ],
            owner: held_by.as_ref().map_or(real_owner, |(contract, _)| *contract),
            held_by,
            price_nanoton: held_by.and_then(|_| self.world.lot(gift)).map(Self::price_of),
            real_owner,
            lt: logical_time(i64::from(view.gift.held_since_s) * 1_000_000),
        })
    }

    fn sale_of(&self, gift: u32) -> Option<SaleContract> {
        let item = self.item_of(gift)?;
        let (address, kind) = item.held_by?;
        let lot = self.world.lot(gift)?;
        let role = if kind == HeldBy::Auction { GetgemsRole::Auction } else { GetgemsRole::FixedPriceSale };
        let price_nanoton = Self::price_of(lot);
        let part = |bps: u16| crate::getgems::part(price_nanoton, bps);
        Some(SaleContract {
            address,
            code_hash: Self::code(role),
            kind,
            market: NETWORK.getgems_addresses[0],
            item,
            price_nanoton,
            fee_nanoton: part(lot.fee_bps),
            royalty_nanoton: part(lot.royalty_bps),
            created_at_s: lot.listed_us.div_euclid(1_000_000),
        })
    }

    fn happened(&self, sequence: u64, happening: &Happening) -> Option<Happened> {
        if self.world.custody(happening.shelf) != Custody::Chain {
            return None;
        }
        let Happening { at_us, amount, gift, from, to, kind, way, coin, .. } = happening;
        let is_own = *way == Way::Telemint;
        let action = match (kind, way) {
            (Kind::Listed | Kind::Repriced, Way::Telemint) => Action::OwnStart,
            (Kind::Listed, _) => Action::PutOnSale,
            (Kind::Repriced, _) => Action::UpdateSale,
            (Kind::Cancelled, Way::Telemint) => Action::OwnCancel,
            (Kind::Cancelled, _) => Action::CancelSale,
            (Kind::Sold, Way::Telemint) => Action::OwnPurchase,
            (Kind::Sold, _) if *coin == Coin::Ton => Action::Purchase,
            (Kind::AuctionStarted, _) => Action::PutOnAuction,
            (Kind::AuctionCancelled, _) => Action::CancelAuction,
            (Kind::Exported, _) => Action::Mint,
            // What is paid for in another coin leaves the contract as any transfer does.
            (Kind::Sold | Kind::Transferred, _) => Action::Transfer,
        };
        let is_traded = !matches!(kind, Kind::Transferred | Kind::Exported);
        let contract = (is_traded && !is_own).then(|| sale_contract(self.world, *gift, 0));
        let person = |index: u32| (index != NOBODY).then(|| self.world.person(index).address());
        let real_from = person(*from);
        let hash = crate::getgems::happening_hash(self.world, self.market, sequence);
        Some(Happened {
            sequence,
            action,
            item: self.item_of(*gift)?,
            from: if *kind == Kind::Sold { contract.or(real_from) } else { real_from },
            real_from,
            to: person(*to),
            contract,
            price_nanoton: if *coin == Coin::Ton { *amount } else { 0 },
            lt: logical_time(*at_us),
            at_s: at_us.div_euclid(1_000_000),
            transaction: hash.parse().ok()?,
        })
    }
}

impl ChainAnswers for WorldChain<'_> {
    fn collections(&self) -> Vec<(Address, &'static str)> {
        let known = self.world.catalog.collections.iter();
        known.filter_map(|collection| Some((collection.address?, collection.slug))).collect()
    }

    fn items(&self, collection: &Address) -> Vec<Item> {
        let Some(at) = self.world.catalog.by_address(collection) else { return Vec::new() };
        let of = self.world.ranges[at].clone();
        let exported = self.world.exported().iter().filter(|gift| of.contains(gift));
        let mut items: Vec<Item> = exported.filter_map(|gift| self.item_of(*gift)).collect();
        items.sort_by_key(|item| *item.index.as_bytes());
        items
    }

    fn item(&self, address: &Address) -> Option<Item> {
        self.item_of(self.world.exported_at(address)?)
    }

    fn sales(&self, addresses: &[Address]) -> Vec<SaleContract> {
        let listed = self.world.shelf_gifts(self.shelf).0.iter().filter(|gift| {
            let is_own = self.world.lot(**gift).is_some_and(|lot| lot.way == Way::Telemint);
            !is_own
        });
        let by_address: HashMap<Address, u32> = listed
            .map(|gift| (sale_contract(self.world, *gift, self.world.gifts[*gift as usize].sales), *gift))
            .collect();
        addresses.iter().filter_map(|address| self.sale_of(*by_address.get(address)?)).collect()
    }

    fn own_sales(&self, addresses: &[Address]) -> Vec<OwnSale> {
        let found = addresses.iter().filter_map(|address| {
            let gift = self.world.exported_at(address)?;
            let lot = self.world.lot(gift).filter(|lot| lot.way == Way::Telemint);
            let price_nanoton = lot.map_or(0, |lot| lot.amount);
            let royalty_bps = lot.map_or(0, |lot| lot.royalty_bps);
            Some(OwnSale { item: self.item_of(gift)?, price_nanoton, royalty_bps })
        });
        found.collect()
    }

    fn since(&self, lt: u64) -> Box<dyn Iterator<Item = Happened> + '_> {
        let due = self.world.history(self.market).from(self.first_since(lt));
        Box::new(due.filter_map(|(at, happening)| self.happened(at, happening)))
    }

    fn until(&self, lt: u64) -> Box<dyn Iterator<Item = Happened> + '_> {
        let due = self.world.history(self.market).below(self.first_since(lt.saturating_add(1)));
        Box::new(due.filter_map(|(at, happening)| self.happened(at, happening)))
    }
}

impl WorldChain<'_> {
    /// Sequence number of the first happening from a logical time on; times rise with it.
    fn first_since(&self, lt: u64) -> u64 {
        let history = self.world.history(self.market);
        let (mut low, mut high) = (history.first(), history.end());
        while low < high {
            let middle = low + (high - low) / 2;
            let is_before = history.get(middle).is_some_and(|happening| logical_time(happening.at_us) < lt);
            if is_before { low = middle + 1 } else { high = middle }
        }
        low
    }
}
