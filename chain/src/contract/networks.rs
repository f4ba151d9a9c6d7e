//! Which codes are GetGems' on which network: data with its source, so that what one network calls genuine is nothing on another.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::address::Address;
use crate::hash::Hash256;

/// The table that ships with the crate.
const BUNDLED: &str = include_str!("../../data/contract-codes.json");

static NETWORKS: LazyLock<Vec<Network>> =
    LazyLock::new(|| parse(BUNDLED).expect("a test reads the bundled table"));

/// A network by the id that its blocks carry (`global_id`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct NetworkId(pub i32);

impl NetworkId {
    /// The main network. Source: github ton-blockchain/ton, `global_id` of the configuration, checked 2026-12-01.
    pub const MAINNET: Self = Self(-239);
    /// The public test network. Same source.
    pub const TESTNET: Self = Self(-3);
}

/// A network and what is known of GetGems on it.
#[derive(Debug, PartialEq, Eq)]
pub struct Network {
    /// Its name here: `mainnet`, `testnet`, `sandbox`.
    pub name: String,
    /// Its id.
    pub id: NetworkId,
    /// Where the facts come from.
    pub source: String,
    /// When they were last checked, `YYYY-MM-DD`.
    pub checked: String,
    /// Addresses of GetGems itself, which its sale contracts name as their market.
    pub getgems_addresses: Vec<Address>,
    /// Wallets of Telegram's own that take gifts back into accounts: what they hold is no longer on chain for anybody. None is published
    /// for the main network, so there a gift that went back looks like one that somebody holds.
    pub telegram_addresses: Vec<Address>,
    /// Its contracts.
    pub getgems_codes: Vec<GetgemsCode>,
}

/// A published GetGems contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetgemsCode {
    /// Hash of the code, the account's `code_hash`.
    pub code_hash: Hash256,
    /// What the contract is for.
    pub role: GetgemsRole,
    /// Version as GetGems names it, such as `v4r1`; empty where there is only one.
    pub version: String,
}

/// What a GetGems contract is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GetgemsRole {
    /// Holds a gift for sale at a fixed price.
    FixedPriceSale,
    /// Holds a gift in an auction.
    Auction,
    /// Holds a buyer's money for an offer.
    Offer,
    /// A plain item of GetGems' own collections. No gift.
    Item,
    /// A collection of GetGems' own. No gift collection.
    Collection,
}

impl Network {
    /// Every network of the table.
    pub fn all() -> &'static [Self] {
        &NETWORKS
    }

    /// A network by its id.
    pub fn find(id: NetworkId) -> Option<&'static Self> {
        Self::all().iter().find(|network| network.id == id)
    }

    /// A network by its name here.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|network| network.name == name)
    }

    /// The GetGems contract with this code hash; `None` for code that GetGems did not publish on this network.
    pub fn getgems_code(&self, code_hash: &Hash256) -> Option<&GetgemsCode> {
        self.getgems_codes.iter().find(|code| code.code_hash == *code_hash)
    }

    /// Whether this is a wallet of Telegram's own that takes gifts back.
    pub fn is_telegram(&self, address: &Address) -> bool {
        self.telegram_addresses.contains(address)
    }

    /// Whether this address is GetGems' own.
    pub fn is_getgems(&self, address: &Address) -> bool {
        self.getgems_addresses.contains(address)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "version")]
    _version: String,
    networks: Vec<NetworkRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkRow {
    name: String,
    id: NetworkId,
    source: String,
    checked: String,
    getgems_addresses: Vec<String>,
    #[serde(default)]
    telegram_addresses: Vec<String>,
    getgems_codes: Vec<CodeRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeRow {
    role: GetgemsRole,
    version: String,
    code_hash: String,
}

fn parse(text: &str) -> Result<Vec<Network>, String> {
    let File { _version, networks } = serde_json::from_str(text).map_err(|fault| fault.to_string())?;
    networks.into_iter().map(network).collect()
}

fn network(row: NetworkRow) -> Result<Network, String> {
    let NetworkRow { name, id, source, checked, getgems_addresses, telegram_addresses, getgems_codes } = row;
    let address = |text: String| text.parse().map_err(|fault| format!("{text}: {fault}"));
    let code = |CodeRow { role, version, code_hash }: CodeRow| {
        let hash = code_hash.parse().map_err(|fault| format!("{code_hash}: {fault}"))?;
        Ok(GetgemsCode { code_hash: hash, role, version })
    };
    Ok(Network {
        name,
        id,
        source,
        checked,
        getgems_addresses: getgems_addresses.into_iter().map(address).collect::<Result<_, String>>()?,
        telegram_addresses: telegram_addresses.into_iter().map(address).collect::<Result<_, String>>()?,
        getgems_codes: getgems_codes.into_iter().map(code).collect::<Result<_, String>>()?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_bundled_table_is_whole() {
        let networks = parse(BUNDLED).unwrap();
        let names: BTreeSet<_> = networks.iter().map(|network| network.name.clone()).collect();
        let ids: BTreeSet<_> = networks.iter().map(|network| network.id).collect();
        assert_eq!((names.len(), ids.len()), (networks.len(), networks.len()));
        assert_eq!(Network::named("mainnet").unwrap().id, NetworkId::MAINNET);
        assert_eq!(Network::named("testnet").unwrap().id, NetworkId::TESTNET);
        assert!(Network::named("sandbox").is_some_and(|network| Network::find(network.id) == Some(network)));
        for network in &networks {
            assert!(!network.source.is_empty() && network.checked.len() == 10, "{}", network.name);
            let hashes: BTreeSet<_> = network.getgems_codes.iter().map(|code| code.code_hash).collect();
            assert_eq!(hashes.len(), network.getgems_codes.len(), "{}", network.name);
        }
    }

    #[test]
    fn a_damaged_table_says_where() {
        for (text, told) in [
            ("{}", "version"),
            (r#"{"version":"","networks":[{"name":"a"}]}"#, "missing field"),
            (
                r#"{"version":"","networks":[{"name":"a","id":1,"source":"","checked":"","getgems_addresses":["x"],"getgems_codes":[]}]}"#,
                "x: ",
            ),
            (
                r#"{"version":"","networks":[{"name":"a","id":1,"source":"","checked":"","getgems_addresses":[],"getgems_codes":[{"role":"auction","version":"","code_hash":"ab"}]}]}"#,
                "ab: ",
            ),
        ] {
            let fault = parse(text).unwrap_err();
            assert!(fault.contains(told), "{fault}");
        }
    }
}
