//! The synthetic addresses that GetGems gives to gifts it holds off chain.
//!
//! They carry a valid checksum and a workchain that does not exist. Layout of the account id: 24 fixed bytes, CRC-32 of
//! the slug without its highest bit, the number; both big-endian. Derived from four recorded addresses
//! (`fixtures/getgems/offchain-gift-addresses.json`), checked 2026-11-20; GetGems does not document it. Different
//! slugs may share a hash (31 bits), so such an address can refute a gift's name and support it, never prove it.

use crate::address::Address;
use crate::gift::{TokenName, TokenNameError};

/// Workchain of the synthetic addresses. It does not exist.
pub const OFFCHAIN_WORKCHAIN: i8 = 7;

/// The first 24 bytes of every such account id; in base64url they spell `_tg_gift_` and underscores.
pub const OFFCHAIN_PREFIX: [u8; 24] = {
    let mut prefix = [0xff; 24];
    let marked = [0xff, 0xb6, 0x0f, 0xe0, 0x89, 0xfb, 0x7f];
    let mut i = 0;
    while i < marked.len() {
        prefix[i] = marked[i];
        i += 1;
    }
    prefix
};

/// What a synthetic address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OffchainGift {
    /// CRC-32 of the slug without its highest bit, below 2^31.
    pub slug_hash: u32,
    /// The gift's number, from 1.
    pub number: u32,
}

/// Why an address is not the synthetic address of a gift, or not of the gift expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OffchainError {
    /// Slug or number is no gift's name.
    #[error(transparent)]
    TokenName(#[from] TokenNameError),
    /// An ordinary address.
    #[error("a synthetic address is in workchain 7, this one is in {workchain}")]
    Workchain {
        /// Workchain of the address.
        workchain: i8,
    },
    /// Workchain 7 with an account id of another layout: GetGems has changed it, or another kind of thing is meant.
    #[error("workchain 7, but not the layout of a gift that GetGems holds off chain")]
    Layout,
    /// The address names another collection.
    #[error("the address has slug hash {found:08x}, the slug has {expected:08x}")]
    Slug {
        /// Hash of the slug expected.
        expected: u32,
        /// Hash in the address.
        found: u32,
    },
    /// The address names another gift of the collection.
    #[error("the address has number {found}, expected {expected}")]
    Number {
        /// Number expected.
        expected: u32,
        /// Number in the address.
        found: u32,
    },
}

impl OffchainGift {
    /// What the synthetic address of gift `number` of `slug` says.
    ///
    /// # Errors
    /// [`OffchainError::TokenName`] when slug and number are no gift's name.
    pub fn new(slug: &str, number: u32) -> Result<Self, OffchainError> {
        let name = TokenName::new(slug, number)?;
        Ok(Self { slug_hash: crc32fast::hash(name.slug().as_bytes()) & 0x7fff_ffff, number: name.number() })
    }

    /// Reads a synthetic address.
    ///
    /// # Errors
    /// [`OffchainError::Workchain`] for an ordinary address, [`OffchainError::Layout`] for another layout.
    pub fn from_address(address: &Address) -> Result<Self, OffchainError> {
        if address.workchain() != OFFCHAIN_WORKCHAIN {
            return Err(OffchainError::Workchain { workchain: address.workchain() });
        }
        let rest = address.account_id().strip_prefix(&OFFCHAIN_PREFIX).ok_or(OffchainError::Layout)?;
        let &[a, b, c, d, e, f, g, h] = rest else { return Err(OffchainError::Layout) };
        let gift =
            Self { slug_hash: u32::from_be_bytes([a, b, c, d]), number: u32::from_be_bytes([e, f, g, h]) };
        if gift.slug_hash >> 31 == 0 && gift.number > 0 { Ok(gift) } else { Err(OffchainError::Layout) }
    }

    /// The synthetic address. It must never be asked of a chain source, and [`Address::on_chain`] refuses it.
    pub fn address(&self) -> Address {
        let mut account_id = [0; 32];
        account_id[..24].copy_from_slice(&OFFCHAIN_PREFIX);
        account_id[24..28].copy_from_slice(&self.slug_hash.to_be_bytes());
        account_id[28..].copy_from_slice(&self.number.to_be_bytes());
        Address::new(OFFCHAIN_WORKCHAIN, account_id)
    }
}

/// Checks that `address` is the synthetic address of gift `number` of `slug`.
///
/// # Errors
/// [`OffchainError`] naming what differs.
pub fn check_offchain_address(address: &Address, slug: &str, number: u32) -> Result<(), OffchainError> {
    let expected = OffchainGift::new(slug, number)?;
    let found = OffchainGift::from_address(address)?;
    if found.slug_hash != expected.slug_hash {
        return Err(OffchainError::Slug { expected: expected.slug_hash, found: found.slug_hash });
    }
    if found.number != expected.number {
        return Err(OffchainError::Number { expected: expected.number, found: found.number });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOY_BEAR: &str = "EQf_tg_gift_______________________8V9WjCAACqIPY6";

    #[test]
    fn differences_are_named() {
        let address: Address = TOY_BEAR.parse().unwrap();
        let check = |slug, number| check_offchain_address(&address, slug, number);
        assert_eq!(check("toybear", 43_552), Ok(()));
        assert_eq!(check("toybear", 43_553), Err(OffchainError::Number { expected: 43_553, found: 43_552 }));
        assert!(matches!(check("lolpop", 43_552), Err(OffchainError::Slug { found: 0x15f5_68c2, .. })));
        assert_eq!(check("toybear", 0), Err(TokenNameError::Number.into()));

        let id = *address.account_id();
        let on_chain = Address::new(0, id);
        let refused = check_offchain_address(&on_chain, "toybear", 43_552);
        assert_eq!(refused, Err(OffchainError::Workchain { workchain: 0 }));
        for (at, value) in [(0, 0xfe), (23, 0xfe), (24, 0x95)] {
            let mut id = id;
            id[at] = value;
            let refused = OffchainGift::from_address(&Address::new(7, id));
            assert_eq!(refused, Err(OffchainError::Layout), "byte {at}");
        }
        assert_eq!(OffchainGift::from_address(&Address::new(7, [0; 32])), Err(OffchainError::Layout));
    }

    proptest! {
        #[test]
        fn round_trips(slug in "[a-z0-9]{1,20}", number in 1..=u32::MAX) {
            let gift = OffchainGift::new(&slug, number).unwrap();
            prop_assert_eq!(OffchainGift::from_address(&gift.address()), Ok(gift));
            prop_assert_eq!(check_offchain_address(&gift.address(), &slug, number), Ok(()));
            prop_assert!(gift.address().on_chain().is_err());
        }

        #[test]
        fn any_address_is_read_or_refused(workchain: i8, prefixed: bool, id: [u8; 32]) {
            let mut id = id;
            if prefixed {
                id[..24].copy_from_slice(&OFFCHAIN_PREFIX);
            }
            let address = Address::new(workchain, id);
            if let Ok(gift) = OffchainGift::from_address(&address) {
                prop_assert_eq!(gift.address(), address);
            }
        }
    }
}
