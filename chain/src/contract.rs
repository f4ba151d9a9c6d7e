//! Contracts that matter to gifts, known by code hash, and the address that a contract's first state gives it.
//!
//! A get-method can lie about what a contract is; a code hash cannot. Whoever trusts a sale contract or an item looks
//! it up here first.

mod networks;

pub use networks::{GetgemsCode, GetgemsRole, Network, NetworkId};

use crate::address::Address;
use crate::cell::{CellDigest, representation};
use crate::hash::Hash256;

/// The address of a contract that starts with this code and data: hash of its state-init cell (no split depth, no
/// tick-tock, no libraries). The digests are enough, so the code itself need not be at hand.
pub fn address_of_state(workchain: i8, code: CellDigest, data: CellDigest) -> Address {
    // Five bits 00110: code and data are present; then the closing bit.
    let state_init = representation(2, 1, &[0b0011_0100], &[code, data]);
    Address::new(workchain, *state_init.as_bytes())
}

/// A code of Telegram's gift items, published as a library so that every item holds only a reference to it.
#[derive(Debug, PartialEq, Eq)]
pub struct ItemCode {
    /// Hash of the library cell: the `code_hash` of an item's account as indexers show it.
    pub code_hash: Hash256,
    /// Hash of the code that the library cell stands for.
    pub library_hash: Hash256,
    /// The published source it compiles from, and the compilers that give exactly this hash.
    pub contract: &'static str,
    /// Collections whose use of this code was proved by recomputing the real address of one of their items.
    pub collections_proved: &'static [ProvedCollection],
    /// Where the facts come from.
    pub source: &'static str,
    /// When they were last checked, `YYYY-MM-DD`.
    pub checked: &'static str,
}

/// A collection that is known to use an item code.
#[derive(Debug, PartialEq, Eq)]
pub struct ProvedCollection {
    /// The collection's slug.
    pub slug: &'static str,
    /// Its contract.
    pub address: Address,
    /// The item whose real address proved it, by token name; `None` when the source names the collection only.
    pub item: Option<&'static str>,
}

/// A proved collection of the basechain, by the 64 digits of its account id.
const fn proved(slug: &'static str, digits: &str, item: Option<&'static str>) -> ProvedCollection {
    ProvedCollection { slug, address: Address::new(0, *Hash256::from_literal(digits).as_bytes()), item }
}

/// Both codes that gift items are known to use. A collection uses one of them for all its items.
pub static ITEM_CODES: [ItemCode; 2] = [
    ItemCode {
        code_hash: Hash256::from_literal("30dcd7d5b6fcf5968c2791e1e31ad732f2672f2986e1d6970eb03cca22d23251"),
        library_hash: Hash256::from_literal(
            "91d9e2ac169fc785ce00de0a81af27622b9b7d1764415c775e7e50c03ce98aa2",
        ),
        contract: "telemint func/nft-item-no-dns-cheap.fc, FunC 0.4.0 to 0.4.6",
        collections_proved: &[
            proved(
                "plushpepe",
                "46fa0e9a864014196a5e7d66f1f83ffdb10f2859bbf2ea9baeabbf14d9ce0d50",
                Some("plushpepe-298"),
            ),
            proved("hexpot", "7a02d04f3ae4ed42697ca1203b5fc66a27942670e618aa8cfddac4185c6510af", None),
        ],
        source: "compiled from github TelegramMessenger/telemint, compared with real item addresses",
        checked: "2026-11-20",
    },
    ItemCode {
        code_hash: Hash256::from_literal("8b711e6809672c0335dc61d1da1dcc4059c973248af707bd586245085ea70b32"),
        library_hash: Hash256::from_literal(
            "2498bd63f3e9cc2c20c79abe58899a4816ea156855b8d4fcd47cda4bae9e911a",
        ),
        contract: "telemint func/nft-item-no-dns-cheap-delayed.fc, FunC 0.4.4 to 0.4.6",
        collections_proved: &[
            proved(
                "lolpop",
                "bace389df2f24d116a9c5e4d745e3b1d0cb44a6dc3d9cdb1eeb2e116e85a2439",
                Some("lolpop-242675"),
            ),
            proved(
                "nekohelmet",
                "5ac82636c19c2b54113135f2cbf2ff4ad261cd9ab4139ed665760a58891c01fd",
                Some("nekohelmet-5385"),
            ),
            proved(
                "poolfloat",
                "f5605a75d80184817e82dee89687be7511c4713d9a3a1ad0661f3898dbd8dc6d",
                Some("poolfloat-203698"),
            ),
            proved("victorymedal", "be65db28b8553ec4c6b9d3dc8ff24cca71e667195ee5490b24c6299ad4caf788", None),
        ],
        source: "compiled from github TelegramMessenger/telemint, compared with real item addresses",
        checked: "2026-11-20",
    },
];

impl ItemCode {
    /// Digest of the library cell, all that an address needs of the code.
    pub const fn digest(&self) -> CellDigest {
        CellDigest { hash: self.code_hash, depth: 0 }
    }

    /// Whether `collection` is proved to use this code.
    pub fn is_proved_for(&self, collection: &Address) -> bool {
        self.collections_proved.iter().any(|proved| proved.address == *collection)
    }

    /// The gift item code with this hash, as an indexer reports it for an account; `None` for any other contract.
    pub fn find(code_hash: &Hash256) -> Option<&'static Self> {
        ITEM_CODES.iter().find(|code| code.code_hash == *code_hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::Cell;

    #[test]
    fn a_code_hash_is_the_hash_of_its_library_cell() {
        for code in &ITEM_CODES {
            assert_eq!(Cell::library(code.library_hash).digest(), code.digest(), "{}", code.contract);
            assert_eq!(ItemCode::find(&code.code_hash), Some(code));
            assert_eq!(ItemCode::find(&code.library_hash), None);
        }
    }

    #[test]
    fn a_collection_is_proved_for_one_code_only() {
        let proved: Vec<_> = ITEM_CODES.iter().flat_map(|code| code.collections_proved).collect();
        for collection in &proved {
            assert_eq!(ITEM_CODES.iter().filter(|code| code.is_proved_for(&collection.address)).count(), 1);
            assert_eq!(proved.iter().filter(|other| other.slug == collection.slug).count(), 1);
        }
    }
}
