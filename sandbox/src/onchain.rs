//! What a chain answers, behind one small trait: items, the contracts that sell them, what happened. TonAPI and toncenter both speak from
//! it, so that neither knows where the state comes from; today that is the world, later it may be an executor of contracts.

mod of_world;

pub(crate) use of_world::{WorldChain, sale_contract, seller, telegram_wallet};

use chain::{Address, Hash256, gift::ItemIndex};

/// An item.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// Where it stands.
    pub(crate) address: Address,
    /// Its index in its collection's contract.
    pub(crate) index: ItemIndex,
    /// Its collection.
    pub(crate) collection: Address,
    /// Hash of its code.
    pub(crate) code_hash: Hash256,
    /// `<slug>-<number>`.
    pub(crate) token_name: String,
    /// As in `Plush Pepe #298`.
    pub(crate) name: String,
    /// Model, backdrop and symbol, by name.
    pub(crate) traits: [(&'static str, String); 3],
    /// Who holds it: a wallet, or the contract that sells it.
    pub(crate) owner: Address,
    /// The contract that holds it while it is for sale, and what kind that is.
    pub(crate) held_by: Option<(Address, HeldBy)>,
    /// What that contract asks in nanoton, 0 for another coin.
    pub(crate) price_nanoton: Option<i64>,
    /// Who owns it in truth.
    pub(crate) real_owner: Address,
    /// Logical time of its latest transaction.
    pub(crate) lt: u64,
}

/// What kind of contract holds an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeldBy {
    /// A sale at a fixed price.
    Sale,
    /// An auction.
    Auction,
}

/// A contract of GetGems that sells an item.
#[derive(Debug, Clone)]
pub(crate) struct SaleContract {
    /// Where it stands.
    pub(crate) address: Address,
    /// Hash of its code.
    pub(crate) code_hash: Hash256,
    /// Fixed price or auction.
    pub(crate) kind: HeldBy,
    /// The market that it names.
    pub(crate) market: Address,
    /// What it sells.
    pub(crate) item: Item,
    /// Its price with fees inside in nanoton, 0 for one that sells for another coin; for an auction the least bid.
    pub(crate) price_nanoton: i64,
    /// The market's part of the price in nanoton.
    pub(crate) fee_nanoton: i64,
    /// The royalty in nanoton.
    pub(crate) royalty_nanoton: i64,
    /// When it was made, seconds since 1970.
    pub(crate) created_at_s: i64,
}

/// A sale through the item's own contract; of an item that is not for sale, `price_nanoton` is 0.
#[derive(Debug, Clone)]
pub(crate) struct OwnSale {
    /// The item.
    pub(crate) item: Item,
    /// The first bid, which is the last.
    pub(crate) price_nanoton: i64,
    /// Royalty in basis points.
    pub(crate) royalty_bps: u16,
}

/// What kind of thing happened, in the words of toncenter's actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Mint,
    Transfer,
    Purchase,
    OwnPurchase,
    PutOnSale,
    UpdateSale,
    CancelSale,
    PutOnAuction,
    CancelAuction,
    OwnStart,
    OwnCancel,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) struct Happened {
    /// Its place in the history, from 0.
    pub(crate) sequence: u64,
    pub(crate) action: Action,
    pub(crate) item: Item,
    /// Who gave it: a wallet, or the contract that sold it.
    pub(crate) from: Option<Address>,
    /// Whose it was in truth.
    pub(crate) real_from: Option<Address>,
    /// Who got it.
    pub(crate) to: Option<Address>,
    /// Contract through which it was sold.
    pub(crate) contract: Option<Address>,
    /// Price in nanoton; 0 in another coin.
    pub(crate) price_nanoton: i64,
    /// Logical time.
    pub(crate) lt: u64,
    /// Seconds since 1970.
    pub(crate) at_s: i64,
    /// The transaction's hash.
    pub(crate) transaction: Hash256,
}

/// A chain's answers.
pub(crate) trait ChainAnswers {
    /// Collections of gifts: address and slug.
    fn collections(&self) -> Vec<(Address, &'static str)>;

    /// The items of a collection by rising index.
    fn items(&self, collection: &Address) -> Vec<Item>;

    /// The item at an address.
    fn item(&self, address: &Address) -> Option<Item>;

    /// The open sale contracts at these addresses.
    fn sales(&self, addresses: &[Address]) -> Vec<SaleContract>;

    /// The items at these addresses as their own contract tells them.
    fn own_sales(&self, addresses: &[Address]) -> Vec<OwnSale>;

    /// What happened from a logical time on, oldest first.
    fn since(&self, lt: u64) -> Box<dyn Iterator<Item = Happened> + '_>;

    /// What happened up to a logical time, newest first.
    fn until(&self, lt: u64) -> Box<dyn Iterator<Item = Happened> + '_>;
}

/// Logical time on TON: about a million a block, about three thousand a millisecond. Only the order means anything.
pub(crate) fn logical_time(at_us: i64) -> u64 {
    u64::try_from(30_000_000_000_000 + (at_us / 1_000 - 1_500_000_000_000) * 3_000).unwrap_or(0)
}
