//! Collections: which of the addresses that we know are what we take them for, by the contracts' own word.

use chain::collection::gift_collection_slug;
use domain::{Malformed, Page, Seen};

use super::{
    account, push,
    wire::{Collection, CollectionsPage},
};
use crate::{
    getgems::known,
    json::read_document,
    skip::{Skip, passed},
    ton,
    toncenter::source_id,
};

/// A page of collections.
pub(super) fn page(body: &[u8]) -> Result<Page, Malformed> {
    let (CollectionsPage { collections }, notes) = read_document::<CollectionsPage<'_>>(body, &source_id())?;
    let mut page = Page::default();
    for (place, collection) in collections.into_iter().enumerate() {
        let path = format!("/nft_collections/{place}");
        let outcome = of_gifts(&path, collection);
        push(&mut page, path, outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// Only what a collection's contract says ties its address to a slug; see [`chain::collection`]. The title is the table's: the contract tells
/// none, and its metadata has a plural.
fn of_gifts(path: &str, collection: Collection<'_>) -> Result<Seen, Skip> {
    let Collection { address, content } = collection;
    let address = account(&format!("{path}/address"), &address)?;
    let uri = content.and_then(|content| content.uri).unwrap_or_default();
    let slug = gift_collection_slug(&uri).ok_or_else(|| passed("its metadata is no gift collection's"))?;
    let known = known::at(&address).ok_or_else(|| passed("a collection that was not asked for"))?;
    if known.slug.as_str() != slug {
        return Err(passed(format!("says that it is {slug}; we take it for {}", known.slug)));
    }
    let (slug, title) = (known.slug.clone(), known.title.clone());
    Ok(Seen::Collection { slug, title, address: Some(ton::friendly(&address)), image_url: None })
}
