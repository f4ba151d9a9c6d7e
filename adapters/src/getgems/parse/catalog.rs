//! Collections and their attributes.

use domain::{AttributeKind, Malformed, Page, Seen};

use super::{Skip, canonical, check_success, malformed, passed, push};
use crate::{
    getgems::{
        known, market_id,
        walk::CatalogCursor,
        wire::{Attributes, AttributesPage, Collection, Collections, CollectionsPage, TraitFloors},
    },
    json::read_document,
    text::{cut, web_link},
};

/// A page of collections. Those whose slug nobody tells are named in the page's cursor, to be learned from one of their gifts.
pub(super) fn collections(body: &[u8]) -> Result<Page, Malformed> {
    let (CollectionsPage { success, response }, notes) = read_document(body, &market_id())?;
    check_success(success)?;
    let Collections { items, cursor } = response;
    let mut page = Page::default();
    let mut unknown = Vec::new();
    for (index, entry) in items.into_iter().enumerate() {
        let outcome = collection(entry, index, &mut unknown);
        push(&mut page, || format!("/response/items/{index}"), outcome)?;
    }
    page.cursor = CatalogCursor::new(super::cursor(cursor)?, unknown).into_text();
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn collection(entry: Collection<'_>, index: usize, unknown: &mut Vec<String>) -> Result<Seen, Skip> {
    let Collection { address, name, image } = entry;
    let at = || format!("/response/items/{index}/address");
    let (parsed, spelled) =
        canonical(&address).ok_or_else(|| malformed(&at(), "an address of TON", &address))?;
    let Some(known::Known { slug, title }) = known::at(&parsed) else {
        let name =
            name.0.as_deref().map_or_else(|| "without a name".into(), |name| format!("`{}`", cut(name, 60)));
        unknown.push(spelled);
        return Err(passed(format!(
            "the collection {name} is not known by its address; one of its gifts will tell its slug"
        )));
    };
    Ok(Seen::Collection {
        slug: slug.clone(),
        title: title.clone(),
        address: Some(spelled),
        image_url: web_link(image),
    })
}

/// Attributes of a collection. GetGems tells counts and floors, which are computed here from listings, and no rarity: there is
/// nothing to see.
pub(super) fn attributes(body: &[u8]) -> Result<Page, Malformed> {
    let (AttributesPage { success, response }, notes) = read_document(body, &market_id())?;
    check_success(success)?;
    let Attributes { attributes } = response;
    for TraitFloors { trait_type } in attributes {
        if AttributeKind::parse(&trait_type).is_none() {
            notes.count_word("/response/attributes/*/traitType", &trait_type);
        }
    }
    Ok(Page { unknown_fields: notes.into_unknown(), ..Page::default() })
}
