//! Which gift or name an item is: the address that its name and its collection give, held against its own.

use super::{ItemSaid, Trace};
use crate::address::Address;
use crate::cell::CellDigest;
use crate::contract::ITEM_CODES;
use crate::gift::{ItemIndex, TokenName, item_address};
use crate::hash::Hash256;

/// Where Telegram's items keep their metadata.
const GIFT_URI: &str = "https://nft.fragment.com/gift/";
const USERNAME_URI: &str = "https://nft.fragment.com/username/";

/// The collection of Telegram usernames. Source: `chain/fixtures/onchain/gift-address-vectors.json`, checked 2026-11-20.
const USERNAMES: Address = Address::new(
    0,
    *Hash256::from_literal("80d78a35f955a14b679faa887ff4cd5bfc0f43b4a4eea2a7e6927f3701b273c2").as_bytes(),
);

/// Code of a username's item: telemint func/nft-item.fc. Same source.
const USERNAME_CODE: CellDigest = CellDigest {
    hash: Hash256::from_literal("a7a2616a4d639a076c2f67e7cce0423fd2a1c2ee550ad651c1eda16ee13bcaca"),
    depth: 9,
};

/// What the extract calls an item, and whether its address follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemIdentity {
    /// The item.
    pub item: Address,
    /// Its collection, as the extract says.
    pub collection: Option<Address>,
    /// Token name, as in `lolpop-242675` for a gift and the bare name for a username.
    pub token_name: Option<String>,
    /// What came of the computation.
    pub finding: Identity,
}

/// Whether an item is what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Name and collection give exactly this address with a known code, and the collection is known to be Telegram's.
    Computed,
    /// They give this address; whether the collection is Telegram's is not known here.
    ComputedForCollection,
    /// They give another address with every code known, and the collection is known to use one of them.
    Refuted,
    /// No name, no collection, or no code known that gives this address.
    NotJudged,
}

/// Judges an item by what the extract says of it.
pub fn judge(trace: &Trace, item: &Address) -> ItemIdentity {
    let none = ItemIdentity { item: *item, collection: None, token_name: None, finding: Identity::NotJudged };
    let Some(said) = trace.extract.get(item).and_then(|interfaces| interfaces.item.as_ref()) else {
        return none;
    };
    let ItemSaid { collection, owner: _, content_uri } = said;
    let name = content_uri.as_deref().and_then(Name::of_uri);
    let finding = match (collection, &name) {
        (Some(collection), Some(name)) => name.judge(collection, item),
        _ => Identity::NotJudged,
    };
    ItemIdentity { collection: *collection, token_name: name.map(Name::into_text), finding, ..none }
}

enum Name {
    Gift(TokenName),
    Username(String),
}

impl Name {
    fn of_uri(uri: &str) -> Option<Self> {
        if let Some(gift) = uri.strip_prefix(GIFT_URI).and_then(|rest| rest.strip_suffix(".json")) {
            return Some(Self::Gift(gift.parse().ok()?));
        }
        let name = uri.strip_prefix(USERNAME_URI)?.strip_suffix(".json")?;
        let is_name = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        is_name.then(|| Self::Username(name.to_owned()))
    }

    fn judge(&self, collection: &Address, item: &Address) -> Identity {
        let (index, codes, is_known): (_, Vec<CellDigest>, _) = match self {
            Self::Gift(name) => (
                name.index(),
                ITEM_CODES.iter().map(crate::contract::ItemCode::digest).collect(),
                ITEM_CODES.iter().any(|code| code.is_proved_for(collection)),
            ),
            Self::Username(name) => {
                (ItemIndex::of_token_name(name), vec![USERNAME_CODE], *collection == USERNAMES)
            }
        };
        let fits = codes.into_iter().any(|code| item_address(collection, &index, code) == *item);
        match (fits, is_known) {
            (true, true) => Identity::Computed,
            (true, false) => Identity::ComputedForCollection,
            (false, true) => Identity::Refuted,
            (false, false) => Identity::NotJudged,
        }
    }

    fn into_text(self) -> String {
        match self {
            Self::Gift(name) => name.to_string(),
            Self::Username(name) => name,
        }
    }
}
