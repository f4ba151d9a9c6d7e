//! Items of a collection: who holds each, and where to ask whether it is for sale.

use chain::{Address, gift::ItemIndex};
use domain::{Custody, LotDetails, Malformed, Page, Seen};
use serde::{Deserialize, Serialize};

use super::{
    Networks, account, push, some_account,
    wire::{Item, ItemsPage},
};
use crate::{
    json::{Nullable, read_document},
    skip::{Skip, passed},
    ton,
    toncenter::{malformed, source_id},
};

/// What a page of items says to the walk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::toncenter) struct Shown {
    /// Index of the first and of the last item, 64 hexadecimal digits each; empty for a page without items.
    pub(in crate::toncenter) first: String,
    pub(in crate::toncenter) last: String,
    /// Whether the items stand by rising index.
    pub(in crate::toncenter) is_sorted: bool,
    /// Items on the page.
    pub(in crate::toncenter) count: usize,
    /// Sale contracts that hold items of the page.
    pub(in crate::toncenter) contracts: Vec<String>,
    /// Items that no known contract holds: they may be for sale through their own.
    pub(in crate::toncenter) items: Vec<String>,
}

/// A page of items.
pub(super) fn page(body: &[u8], collection: &Address, networks: Networks) -> Result<Page, Malformed> {
    let (ItemsPage { items }, notes) = read_document::<ItemsPage<'_>>(body, &source_id())?;
    let mut page = Page::default();
    let mut shown = Shown { is_sorted: true, count: items.len(), ..Shown::default() };
    for (place, item) in items.into_iter().enumerate() {
        let path = format!("/nft_items/{place}");
        let index = index(&path, &item)?;
        shown.is_sorted &= shown.last <= index;
        if shown.first.is_empty() {
            shown.first.clone_from(&index);
        }
        shown.last = index;
        let outcome = held(&path, item, collection, networks, &mut shown);
        push(&mut page, path, outcome)?;
    }
    page.cursor = serde_json::to_string(&shown).ok();
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn index(path: &str, item: &Item<'_>) -> Result<String, Malformed> {
    let index = ItemIndex::from_decimal(&item.index);
    let index =
        index.map_err(|fault| malformed(&format!("{path}/index"), &fault.to_string(), &item.index))?;
    Ok(index.to_hex())
}

fn held(
    path: &str,
    item: Item<'_>,
    asked: &Address,
    networks: Networks,
    shown: &mut Shown,
) -> Result<Seen, Skip> {
    let Item {
        address,
        index: _,
        collection: Nullable(of),
        owner: Nullable(owner),
        content,
        is_on_sale,
        sale,
        auction,
    } = item;
    let at = |name: &str| format!("{path}/{name}");
    let address = account(&at("address"), &address)?;
    let collection = some_account(&at("collection_address"), of.as_deref())?;
    if collection != Some(*asked) {
        return Err(passed("belongs to another collection than the one asked for"));
    }
    let gift = content.and_then(|content| content.uri).and_then(|uri| ton::gift_of_uri(&uri));
    let gift = gift.ok_or_else(|| passed("its metadata is no gift's"))?;
    if !ton::is_item_of(&gift, asked, &address) {
        return Err(passed(format!("says that it is {gift}, which stands at another address")));
    }
    if let (true, Some(contract)) = (is_on_sale, &sale) {
        shown.contracts.push(ton::friendly(&account(&at("sale_contract_address"), contract)?));
        return Err(passed("for sale: its contract is asked"));
    }
    if is_on_sale || auction.is_some() {
        return Err(passed("auction: not followed yet"));
    }
    shown.items.push(ton::friendly(&address));
    let owner = some_account(&at("owner_address"), owner.as_deref())?;
    // What Telegram's own wallet holds has gone back into an account; whose, the chain does not tell.
    let is_back = owner.as_ref().is_some_and(|owner| networks.is_telegram(owner));
    let owner = owner.filter(|_| !is_back);
    let details = LotDetails {
        custody: Some(if is_back { Custody::Account } else { Custody::Chain }),
        owner: owner.as_ref().map(ton::friendly),
        address: Some(ton::friendly(&address)),
        ..LotDetails::default()
    };
    Ok(Seen::Held { lot: ton::lot(&address), gift, details })
}
