//! A listing that claims to stand on TON, and what a witness finds of it.

use serde::{Deserialize, Serialize};

use crate::{gift::GiftId, market::MarketId};

/// What is claimed of a listing on chain, as the source that shows it tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingClaim {
    /// The gift.
    pub gift: GiftId,
    /// Address of the gift's item, any form.
    pub item: String,
    /// By what it is sold.
    pub through: ClaimedSale,
    /// Who sells, where it is said: an address, any form.
    pub seller: Option<String>,
    /// The ask in nanoton, where it is said and in TON.
    pub price_nanoton: Option<i64>,
}

/// By what a gift on chain is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClaimedSale {
    /// A contract of GetGems that holds the item.
    GetgemsContract,
    /// The item's own contract (Telemint): a listing of Fragment, whoever shows it.
    OwnContract,
}

impl ClaimedSale {
    /// How the listing of a market is sold: Fragment's through the items' own contracts, others by their word for it.
    #[must_use]
    pub fn of_listing(market: &MarketId, contract_type: Option<&str>) -> Option<Self> {
        match (market.as_str(), contract_type) {
            ("fragment", _) => Some(Self::OwnContract),
            (_, word) => word.and_then(Self::of_contract_type),
        }
    }

    /// By the word that GetGems and the chain sources have for it (`LotDetails::contract_type`); `None` for what does not stand on chain.
    #[must_use]
    pub fn of_contract_type(word: &str) -> Option<Self> {
        match word {
            "telemint" => Some(Self::OwnContract),
            "sale-contract" => Some(Self::GetgemsContract),
            word if word.starts_with("getgems ") => Some(Self::GetgemsContract),
            _ => None,
        }
    }
}

/// What is compared, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimCheck {
    /// The item stands at the address, and is that gift.
    Item,
    /// The item is held by the contract that sells it.
    ItemOwner,
    /// The contract's code is known on this network.
    Code,
    /// The contract is for a sale at a fixed price.
    Role,
    /// The contract names the market's own address.
    Market,
    /// The contract sells that item.
    ItemSold,
    /// The contract pays that seller.
    Seller,
    /// It asks that price.
    Price,
    /// It is open.
    IsOpen,
}

/// What a witness finds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Every check holds.
    Verified {
        /// The contract that sells it, friendly form.
        contract: String,
        /// Its version, as in `v4r1` or `telemint`.
        code: String,
    },
    /// The chain says otherwise.
    Refuted {
        /// The first check that fails.
        check: ClaimCheck,
    },
    /// The source does not tell what is needed.
    Untold {
        /// The first check that nothing is told for.
        check: ClaimCheck,
    },
}

impl Verdict {
    /// Whether the listing may be shown as verified.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        matches!(self, Self::Verified { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_contracts_and_of_verdicts() {
        for (word, expected) in [
            ("telemint", Some(ClaimedSale::OwnContract)),
            ("sale-contract", Some(ClaimedSale::GetgemsContract)),
            ("getgems v4r1", Some(ClaimedSale::GetgemsContract)),
            ("offchain", None),
            ("getgems", None),
        ] {
            assert_eq!(ClaimedSale::of_contract_type(word), expected, "{word}");
        }
        let refuted = Verdict::Refuted { check: ClaimCheck::ItemOwner };
        let text = serde_json::to_string(&refuted).unwrap();
        assert_eq!(text, r#"{"verdict":"refuted","check":"item_owner"}"#);
        assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), refuted);
        assert!(!refuted.is_verified());
    }
}
