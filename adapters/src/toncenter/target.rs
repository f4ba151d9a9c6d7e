//! What a request was for, told from its target alone, so that evidence can be read on any machine.

use chain::Address;
use domain::RequestRecord;
use reqwest::Url;
use serde_json::Value;

use super::rest::scope;
use crate::{
    getgems::known,
    json::without_mark,
    reader::ScanPage,
    ton::{account, friendly},
};

/// Items asked for on a page. The most that toncenter gives is 1,000; each of them is asked about once more, and the addresses of 100 are
/// 6 kB of a request, which every gate lets pass.
pub(super) const ITEMS: usize = 100;

/// Actions asked for on a page, of at most 1,000.
pub(super) const ACTIONS: usize = 200;

/// Collections asked for at once.
pub(super) const COLLECTIONS: usize = 40;

/// Kinds of action that tell of gifts, auctions left out. Source: toncenter/ton-indexer ton-index-go/index/models/action_versioning.go,
/// commit eb9fbfa3, 2026-07-17.
const KINDS: [&str; 8] = [
    "nft_mint",
    "nft_transfer",
    "nft_purchase",
    "nft_put_on_sale",
    "nft_update_sale",
    "nft_cancel_sale",
    "teleitem_start_auction",
    "teleitem_cancel_auction",
];

/// The targets we send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Items of a collection.
    Items { collection: Address },
    /// Sale contracts, and items that may be sold through their own contract.
    Sales { asked: Vec<Address> },
    /// What happened to items of any collection.
    Actions,
    /// Collections.
    Collections,
}

/// One page of a collection's items, by the order of their index.
pub(super) fn items(collection: &str, offset: usize) -> String {
    let offset = if offset > 0 { format!("&offset={offset}") } else { String::new() };
    format!("/nft/items?collection_address={collection}&limit={ITEMS}{offset}")
}

/// One item, by its address.
pub(super) fn item(address: &Address) -> String {
    format!("/nft/items?address={}", friendly(address))
}

/// The sales at these addresses.
pub(super) fn sales(addresses: &[String]) -> String {
    let asked: Vec<String> = addresses.iter().map(|address| format!("address={address}")).collect();
    format!("/nft/sales?{}", asked.join("&"))
}

/// A page of actions from a logical time on, or up to one, and how many of that very time were seen.
pub(super) fn actions(is_forward: bool, lt: Option<u64>, skip: usize, limit: usize) -> String {
    let kinds: Vec<String> = KINDS.iter().map(|kind| format!("action_type={kind}")).collect();
    let (bound, sort) = if is_forward { ("start_lt", "asc") } else { ("end_lt", "desc") };
    let lt = lt.map(|lt| format!("&{bound}={lt}")).unwrap_or_default();
    let skip = if skip > 0 { format!("&offset={skip}") } else { String::new() };
    // Without the last, newer kinds come under older names.
    format!("/actions?{}{lt}&limit={limit}{skip}&sort={sort}&supported_action_types=latest", kinds.join("&"))
}

/// The collections of the table that this page of it asks for; `None` behind the last.
pub(super) fn collections(page: usize) -> Option<String> {
    let asked: Vec<String> = known::all()
        .skip(page.saturating_mul(COLLECTIONS))
        .take(COLLECTIONS)
        .map(|(address, _)| format!("collection_address={}", friendly(address)))
        .collect();
    (!asked.is_empty()).then(|| format!("/nft/collections?{}&limit={COLLECTIONS}", asked.join("&")))
}

/// Reads a target; `None` for one that we never send.
pub(super) fn parse(target: &str) -> Option<Target> {
    let (path, _) = target.split_once('?')?;
    let pairs = pairs(target)?;
    let one = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    Some(match path {
        "/nft/items" => Target::Items { collection: account(one("collection_address")?)? },
        "/nft/sales" => {
            let asked = pairs.iter().filter(|(key, _)| key == "address").map(|(_, value)| account(value));
            Target::Sales { asked: asked.collect::<Option<_>>()? }
        }
        "/actions" => Target::Actions,
        "/nft/collections" => Target::Collections,
        _ => return None,
    })
}

fn pairs(target: &str) -> Option<Vec<(String, String)>> {
    let url = Url::parse("http://toncenter.invalid").ok()?.join(target).ok()?;
    Some(url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect())
}

/// The page of a scan that a target asks for.
pub(super) fn scan_page(target: &str) -> Option<ScanPage> {
    match parse(target)? {
        Target::Items { collection } => {
            let pairs = pairs(target)?;
            let is_ours = |(key, _): &(String, String)| {
                matches!(key.as_str(), "collection_address" | "limit" | "offset")
            };
            let offset = pairs.iter().find(|(key, _)| key == "offset").map(|(_, value)| value.clone());
            pairs.iter().all(is_ours).then(|| ScanPage {
                scope: known::at(&collection).map(|known| scope(&known.slug)),
                cursor: offset.filter(|offset| offset != "0").map(|offset| format!("items:{offset}")),
            })
        }
        Target::Sales { asked } => {
            let asked: Vec<String> = asked.iter().map(friendly).collect();
            Some(ScanPage { scope: None, cursor: Some(format!("sales:{}", asked.join(","))) })
        }
        Target::Actions | Target::Collections => None,
    }
}

/// What was probably asked, by the list that the answer has.
pub(super) fn guess(body: &[u8]) -> Option<RequestRecord> {
    let value: Value = serde_json::from_slice(without_mark(body)).ok()?;
    let list = |name: &str| value.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let target = if let Some(items) = list("nft_items") {
        items_target(&text(&items[0], "collection_address")?)?
    } else if let Some(found) = list("nft_sales") {
        let asked: Option<Vec<String>> = found
            .iter()
            .map(|sale| account(&text(sale, "address")?).map(|address| friendly(&address)))
            .collect();
        sales(&asked?)
    } else if list("actions").is_some() {
        actions(false, None, 0, ACTIONS)
    } else if list("nft_collections").is_some() {
        collections(0)?
    } else {
        return None;
    };
    Some(RequestRecord { method: "GET".into(), target, body: None })
}

fn items_target(collection: &str) -> Option<String> {
    account(collection).map(|collection| items(&friendly(&collection), 0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PEPE: &str = "EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS";

    #[test]
    fn our_own_targets_are_read() {
        let pepe = account(PEPE).unwrap();
        assert_eq!(parse(&items(PEPE, 99)), Some(Target::Items { collection: pepe }));
        assert_eq!(parse(&sales(&[PEPE.into()])), Some(Target::Sales { asked: vec![pepe] }));
        assert_eq!(parse(&actions(true, Some(5), 3, ACTIONS)), Some(Target::Actions));
        assert_eq!(parse(&collections(1).unwrap()), Some(Target::Collections));
        assert_eq!(collections(99), None);
        for other in
            ["/nft/items?limit=5", "/nft/items", "/nft/sales?address=x", "/nft/transfers?limit=1", ""]
        {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn pages_of_scans() {
        let of = |scope: Option<&str>, cursor: Option<&str>| {
            let scope = scope.map(|scope| domain::ScopeId(scope.into()));
            Some(ScanPage { scope, cursor: cursor.map(str::to_owned) })
        };
        assert_eq!(scan_page(&items(PEPE, 0)), of(Some("chain:plushpepe"), None));
        assert_eq!(scan_page(&items(PEPE, 99)), of(Some("chain:plushpepe"), Some("items:99")));
        let sales_of = format!("sales:{PEPE}");
        assert_eq!(scan_page(&sales(&[PEPE.into()])), of(None, Some(&sales_of)));
        assert_eq!(scan_page(&format!("{}&index=5", items(PEPE, 0))), None);
        assert_eq!(scan_page(&actions(true, None, 0, 1)), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_target_or_none(text in "\\PC{0,60}|/nft/(items|sales|collections)\\?\\PC{0,40}") {
            let _ = (parse(&text), scan_page(&text), guess(text.as_bytes()));
        }
    }
}
