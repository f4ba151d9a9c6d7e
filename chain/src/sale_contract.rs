//! Whether a GetGems sale contract counts: its code is on the network's list, and its data agree with what is said of the listing.
//!
//! Get-methods alone prove nothing, for any code can answer them. Source of the rule: github getgems-io/nft-contracts
//! `packages/contracts` (what its authors tell integrators to check), 2026-03-23, checked 2026-12-01.

mod data;

pub use data::{SaleDataError, data_method, parse_data};

use crate::address::Address;
use crate::contract::{GetgemsCode, GetgemsRole, Network};
use crate::hash::Hash256;

/// What a chain source says of the contract.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ContractSeen {
    /// Hash of its code.
    pub code_hash: Option<Hash256>,
    /// Whether it has sold, or was canceled.
    pub is_complete: Option<bool>,
    /// The market's address that it names.
    pub market: Option<Address>,
    /// The item that it sells.
    pub item: Option<Address>,
    /// Whom it pays.
    pub seller: Option<Address>,
    /// Its price with fees inside, or the last bid, nanoton.
    pub price_nanoton: Option<u64>,
}

/// What is said, by a market or by messages, and must agree with the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Fixed-price sale or auction.
    pub role: GetgemsRole,
    /// Open, or sold.
    pub state: ClaimedState,
    /// The item.
    pub item: Address,
    /// Who sells, where it is said.
    pub seller: Option<Address>,
    /// Prices that agree, both included, nanoton, where one is said.
    pub price_nanoton: Option<(u64, u64)>,
}

/// What is said of a sale's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimedState {
    /// Open: the contract owns the item, whose owner is this as the item itself says.
    Open {
        /// The contract's address.
        contract: Address,
        /// The item's owner; `None` when nobody has asked it.
        item_owner: Option<Address>,
    },
    /// Sold. The contract may have been asked before or after.
    Sold,
}

/// Whether the contract counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its code is GetGems' and everything said agrees.
    Verified(GetgemsCode),
    /// Nobody told its code, so nothing it says counts.
    CodeNotTold,
    /// Its code is not on this network's list.
    CodeUnknown,
    /// Its code is GetGems', but for something else.
    OtherRole(GetgemsCode),
    /// This was not told and is needed.
    NotTold(ContractField),
    /// This is another than said.
    Disagrees(ContractField),
}

/// What a claim and a contract may disagree on, in the order in which they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractField {
    /// The market's own address is not GetGems'.
    Market,
    /// The item.
    Item,
    /// The seller.
    Seller,
    /// The price.
    Price,
    /// Open or complete.
    IsComplete,
    /// The item's owner, which must be the contract while it is open.
    ItemOwner,
}

/// Judges a contract. Everything needed must be told, and agree.
pub fn judge(network: &Network, seen: &ContractSeen, claim: &Claim) -> Standing {
    let Some(code_hash) = seen.code_hash else { return Standing::CodeNotTold };
    let Some(code) = network.getgems_code(&code_hash) else { return Standing::CodeUnknown };
    if code.role != claim.role {
        return Standing::OtherRole(code.clone());
    }
    let agrees = |told: Option<bool>, field| match told {
        Some(true) => Ok(()),
        Some(false) => Err(Standing::Disagrees(field)),
        None => Err(Standing::NotTold(field)),
    };
    let compared = [
        (seen.market.map(|market| network.is_getgems(&market)), ContractField::Market),
        (seen.item.map(|item| item == claim.item), ContractField::Item),
        (
            claim.seller.map_or(Some(true), |said| seen.seller.map(|seller| seller == said)),
            ContractField::Seller,
        ),
        (
            claim.price_nanoton.map_or(Some(true), |(low, high)| {
                seen.price_nanoton.map(|price| (low..=high).contains(&price))
            }),
            ContractField::Price,
        ),
    ];
    let open = match claim.state {
        ClaimedState::Sold => Vec::new(),
        ClaimedState::Open { contract, item_owner } => vec![
            (seen.is_complete.map(|is_complete| !is_complete), ContractField::IsComplete),
            (item_owner.map(|owner| owner == contract), ContractField::ItemOwner),
        ],
    };
    let verdict = compared.into_iter().chain(open).try_for_each(|(told, field)| agrees(told, field));
    match verdict {
        Ok(()) => Standing::Verified(code.clone()),
        Err(standing) => standing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::NetworkId;

    fn address(byte: u8) -> Address {
        Address::new(0, [byte; 32])
    }

    fn network(name: &str) -> &'static Network {
        Network::named(name).unwrap()
    }

    fn code(network: &Network, role: GetgemsRole) -> Hash256 {
        network.getgems_codes.iter().find(|code| code.role == role).unwrap().code_hash
    }

    /// An open listing that agrees in everything, on its network.
    fn listing(network: &Network) -> (ContractSeen, Claim) {
        let seen = ContractSeen {
            code_hash: Some(code(network, GetgemsRole::FixedPriceSale)),
            is_complete: Some(false),
            market: network.getgems_addresses.first().copied(),
            item: Some(address(1)),
            seller: Some(address(2)),
            price_nanoton: Some(1_350_000_000),
        };
        let claim = Claim {
            role: GetgemsRole::FixedPriceSale,
            state: ClaimedState::Open { contract: address(3), item_owner: Some(address(3)) },
            item: address(1),
            seller: Some(address(2)),
            price_nanoton: Some((1_350_000_000, 1_350_000_000)),
        };
        (seen, claim)
    }

    #[test]
    fn a_contract_counts_where_its_code_is_known_and_nowhere_else() {
        for home in ["mainnet", "sandbox"] {
            let (seen, claim) = listing(network(home));
            for other in Network::all() {
                let standing = judge(other, &seen, &claim);
                match other.name == home {
                    true => assert!(matches!(standing, Standing::Verified(_)), "{home}: {standing:?}"),
                    false => assert_eq!(standing, Standing::CodeUnknown, "{home} on {}", other.name),
                }
            }
        }
    }

    #[test]
    fn every_disagreement_is_named() {
        use ContractField::{IsComplete, Item, ItemOwner, Market, Price, Seller};
        let mainnet = Network::find(NetworkId::MAINNET).unwrap();
        let (good, claim) = listing(mainnet);
        let (contract, nobody) = (address(3), None);
        let open = |item_owner| Claim { state: ClaimedState::Open { contract, item_owner }, ..claim };
        let auction = code(mainnet, GetgemsRole::Auction);
        for (seen, claim, expected) in [
            (ContractSeen { code_hash: None, ..good }, claim, Standing::CodeNotTold),
            (ContractSeen { code_hash: Some(Hash256::of(b"x")), ..good }, claim, Standing::CodeUnknown),
            (
                ContractSeen { code_hash: Some(auction), ..good },
                claim,
                Standing::OtherRole(mainnet.getgems_code(&auction).unwrap().clone()),
            ),
            (ContractSeen { market: Some(address(9)), ..good }, claim, Standing::Disagrees(Market)),
            (ContractSeen { market: nobody, ..good }, claim, Standing::NotTold(Market)),
            (ContractSeen { item: Some(address(9)), ..good }, claim, Standing::Disagrees(Item)),
            (ContractSeen { seller: Some(address(9)), ..good }, claim, Standing::Disagrees(Seller)),
            (ContractSeen { price_nanoton: Some(1), ..good }, claim, Standing::Disagrees(Price)),
            (ContractSeen { price_nanoton: None, ..good }, claim, Standing::NotTold(Price)),
            (ContractSeen { is_complete: Some(true), ..good }, claim, Standing::Disagrees(IsComplete)),
            (good, open(Some(address(9))), Standing::Disagrees(ItemOwner)),
            (good, open(nobody), Standing::NotTold(ItemOwner)),
        ] {
            assert_eq!(judge(mainnet, &seen, &claim), expected);
        }
        let sold = Claim { state: ClaimedState::Sold, seller: None, price_nanoton: None, ..claim };
        let after = ContractSeen { is_complete: Some(true), seller: None, price_nanoton: None, ..good };
        assert!(matches!(judge(mainnet, &after, &sold), Standing::Verified(_)));
    }
}
