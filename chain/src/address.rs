//! Standard TON addresses: a workchain and a 256-bit account id, in raw and friendly spelling.
//!
//! An [`Address`] may be synthetic; only a [`ChainAddress`] may be asked of a chain source.

mod friendly;

use std::fmt;
use std::str::FromStr;

pub use friendly::{FriendlyAddress, FriendlyFlags};

/// A standard address (`addr_std`): workchain and account id. Every spelling of one account is the same value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    workchain: i8,
    account_id: [u8; 32],
}

/// An [`Address`] that lives in a workchain which exists. Chain sources accept nothing else, so that a synthetic
/// address cannot reach them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainAddress(Address);

/// Where an address belongs, by its workchain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Workchain 0, where gifts, collections and wallets live.
    Basechain,
    /// Workchain -1.
    Masterchain,
    /// Workchain 7: a made-up address of a gift that GetGems holds off chain ([`crate::getgems`]). No such workchain
    /// exists, so it must never be asked of a chain source.
    GetgemsOffchain,
    /// A workchain that nobody has deployed and that no market is known to make up.
    Unknown,
}

/// Why an address must not be asked of a chain source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOnChain {
    /// The synthetic address of a gift in GetGems' custody.
    #[error("workchain 7 is no chain: this is GetGems' synthetic address of a gift held off chain")]
    GetgemsOffchain,
    /// A workchain that does not exist.
    #[error("workchain {workchain} does not exist")]
    UnknownWorkchain {
        /// The workchain of the address.
        workchain: i8,
    },
}

/// Why a text is no address. Ordered by precedence: the first fault found is the one named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text is empty.
    #[error("the address is empty")]
    Empty,
    /// The part before the colon of a raw address is no workchain.
    #[error("the workchain of a raw address is a decimal number from -128 to 127 without leading zeros")]
    Workchain,
    /// The text has the wrong length. A shortened copy of an address ends here.
    #[error("{form} has {expected} characters, found {characters}")]
    Length {
        /// What was being read.
        form: AddressForm,
        /// Length that this form requires, in characters.
        expected: usize,
        /// Length found, in characters.
        characters: usize,
    },
    /// A character that the form does not allow, or a mixture of both base64 alphabets.
    #[error("{form} does not allow {character:?} at position {position}")]
    Character {
        /// What was being read.
        form: AddressForm,
        /// The first character refused.
        character: char,
        /// Its position in characters, from 0, in that part.
        position: usize,
    },
    /// The last two bytes are not the CRC16 of the others: a mistyped or damaged address.
    #[error("the checksum of the address is {found:04x}, its content has {computed:04x}")]
    Checksum {
        /// CRC16 written in the address.
        found: u16,
        /// CRC16 of the 34 bytes before it.
        computed: u16,
    },
    /// The first byte is none of 0x11, 0x51, 0x91, 0xd1.
    #[error(
        "the first byte of a friendly address is 0x11 or 0x51, plus 0x80 for a test network, found 0x{tag:02x}"
    )]
    Tag {
        /// The byte found.
        tag: u8,
    },
}

/// The spelling that a text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressForm {
    /// The account id behind the colon of `0:<64 hexadecimal digits>`.
    RawAccountId,
    /// 48 characters of base64 or base64url.
    Friendly,
}

impl fmt::Display for AddressForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RawAccountId => "the account id of a raw address",
            Self::Friendly => "a friendly address",
        })
    }
}

impl Address {
    /// An address from its parts: workchain and 32-byte account id.
    pub const fn new(workchain: i8, account_id: [u8; 32]) -> Self {
        Self { workchain, account_id }
    }

    /// The workchain: 0 for the basechain, -1 for the masterchain.
    pub const fn workchain(&self) -> i8 {
        self.workchain
    }

    /// The account id: the hash of the account's first state.
    pub const fn account_id(&self) -> &[u8; 32] {
        &self.account_id
    }

    /// Where the address belongs.
    pub const fn place(&self) -> Place {
        match self.workchain {
            0 => Place::Basechain,
            -1 => Place::Masterchain,
            crate::getgems::OFFCHAIN_WORKCHAIN => Place::GetgemsOffchain,
            _ => Place::Unknown,
        }
    }

    /// The same address, proved to be in a workchain that exists.
    ///
    /// # Errors
    /// [`NotOnChain`] for a synthetic address and for a workchain that does not exist.
    pub const fn on_chain(&self) -> Result<ChainAddress, NotOnChain> {
        match self.place() {
            Place::Basechain | Place::Masterchain => Ok(ChainAddress(*self)),
            Place::GetgemsOffchain => Err(NotOnChain::GetgemsOffchain),
            Place::Unknown => Err(NotOnChain::UnknownWorkchain { workchain: self.workchain }),
        }
    }

    /// Reads `<workchain>:<64 hexadecimal digits>`, in either case.
    ///
    /// # Errors
    /// [`AddressError`] naming the part that is wrong.
    pub fn from_raw(text: &str) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (workchain, account_id) = text.split_once(':').ok_or(AddressError::Workchain)?;
        let workchain = parse_workchain(workchain).ok_or(AddressError::Workchain)?;
        let form = AddressForm::RawAccountId;
        let characters = account_id.chars().count();
        if characters != 64 {
            return Err(AddressError::Length { form, expected: 64, characters });
        }
        if let Some((position, character)) =
            account_id.chars().enumerate().find(|(_, character)| !character.is_ascii_hexdigit())
        {
            return Err(AddressError::Character { form, character, position });
        }
        let mut bytes = [0; 32];
        hex::decode_to_slice(account_id, &mut bytes).expect("64 hexadecimal digits were checked above");
        Ok(Self::new(workchain, bytes))
    }

    /// `<workchain>:<64 lower-case hexadecimal digits>`, also what [`fmt::Display`] writes.
    pub fn to_raw(&self) -> String {
        self.to_string()
    }

    /// The 48 characters of base64url that markets and wallets show, with the given flags.
    pub fn to_friendly(&self, flags: FriendlyFlags) -> String {
        FriendlyAddress { address: *self, flags }.to_base64url()
    }
}

/// A canonical decimal number that fits a workchain: one spelling per value.
fn parse_workchain(text: &str) -> Option<i8> {
    let value: i8 = text.parse().ok()?;
    (value.to_string() == text).then_some(value)
}

impl FromStr for Address {
    type Err = AddressError;

    /// Reads any spelling: raw when there is a colon, otherwise friendly. The flags of a friendly address are read and
    /// dropped; use [`FriendlyAddress`] where a test network's address must be told apart.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        if text.contains(':') { Self::from_raw(text) } else { Ok(text.parse::<FriendlyAddress>()?.address) }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.workchain, hex::encode(self.account_id))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl ChainAddress {
    /// The address itself.
    pub const fn address(&self) -> &Address {
        &self.0
    }
}

impl TryFrom<Address> for ChainAddress {
    type Error = NotOnChain;

    fn try_from(address: Address) -> Result<Self, NotOnChain> {
        address.on_chain()
    }
}

impl From<ChainAddress> for Address {
    fn from(address: ChainAddress) -> Self {
        address.0
    }
}

impl fmt::Display for ChainAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ChainAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainAddress({self})")
    }
}

#[cfg(test)]
mod tests;
