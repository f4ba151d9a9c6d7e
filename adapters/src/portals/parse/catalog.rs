//! Collections, and their attributes with rarity.

use std::collections::BTreeMap;

use domain::{AttributeKind, CollectionSlug, Malformed, Page, Rarity, Seen};

use super::{Skip, malformed, passed, push};
use crate::{
    json::{Notes, Nullable, read_document},
    portals::{
        ask, market_id,
        wire::{Asset, Assets, Collection, Collections, Filters},
    },
    text::{tidy, web_link},
};

/// What Portals calls a collection in requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::portals) struct Listed {
    /// The uuid, for searches.
    pub(in crate::portals) id: String,
    /// The short name, for attributes.
    pub(in crate::portals) short_name: String,
}

/// The collections. One that is in pre-market has no upgraded gifts and often an invented name.
pub(super) fn collections(body: &[u8], offset: u64) -> Result<Page, Malformed> {
    let (Collections { collections: Nullable(entries) }, notes) = read_document(body, &market_id())?;
    let entries = entries.unwrap_or_default();
    let next = ask::after_collections(offset, entries.len());
    let mut page = Page { cursor: next.map(|next| next.to_string()), ..Page::default() };
    for (index, entry) in entries.into_iter().enumerate() {
        let outcome = collection(entry, index);
        push(&mut page, || format!("/collections/{index}"), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn collection(entry: Collection<'_>, index: usize) -> Result<Seen, Skip> {
    let Collection { id: _, name, short_name: _, photo_url, is_premarket } = entry;
    let slug = slug(&name, index)?;
    if is_premarket == Some(true) {
        return Err(passed(format!("{slug} is in pre-market: its gifts are not upgraded yet")));
    }
    let at = || format!("/collections/{index}/name");
    let title = tidy(&name).ok_or_else(|| malformed(&at(), "a title", &name))?;
    Ok(Seen::Collection { slug, title, address: None, image_url: web_link(photo_url) })
}

fn slug(name: &str, index: usize) -> Result<CollectionSlug, Malformed> {
    let at = || format!("/collections/{index}/name");
    CollectionSlug::from_title(name)
        .map_err(|fault| malformed(&at(), "a collection's name", &fault.to_string()))
}

/// How requests name each collection that is listed.
pub(in crate::portals) fn listed(body: &[u8]) -> Result<BTreeMap<CollectionSlug, Listed>, Malformed> {
    let (Collections { collections: Nullable(entries) }, _) = read_document(body, &market_id())?;
    let mut listed = BTreeMap::new();
    for (index, entry) in entries.unwrap_or_default().into_iter().enumerate() {
        let Collection { id, name, short_name, photo_url: _, is_premarket } = entry;
        if is_premarket == Some(true) {
            continue;
        }
        let slug = slug(&name, index)?;
        let short_name = short_name.map_or_else(|| slug.to_string(), std::borrow::Cow::into_owned);
        listed.insert(slug, Listed { id: id.into_owned(), short_name });
    }
    Ok(listed)
}

/// Models, symbols and backdrops with rarity. Names are not unique inside a collection: each rarity is its own sighting.
pub(super) fn filters(body: &[u8]) -> Result<Page, Malformed> {
    let (Filters { collections }, notes): (_, Notes) = read_document(body, &market_id())?;
    let mut page = Page::default();
    for (short_name, assets) in collections.0 {
        let at = format!("/collections/{}", short_name.replace('~', "~0").replace('/', "~1"));
        let slug = CollectionSlug::from_title(&short_name)
            .map_err(|fault| malformed(&at, "a collection's short name", &fault.to_string()))?;
        let Assets { models, symbols, backdrops } = assets;
        for (kind, list, assets) in [
            (AttributeKind::Model, "models", models),
            (AttributeKind::Symbol, "symbols", symbols),
            (AttributeKind::Backdrop, "backdrops", backdrops),
        ] {
            for (index, asset) in assets.unwrap_or_default().into_iter().enumerate() {
                let path = || format!("{at}/{list}/{index}");
                let outcome = attribute(asset, &slug, kind, path);
                push(&mut page, path, outcome)?;
            }
        }
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn attribute(
    asset: Asset<'_>,
    slug: &CollectionSlug,
    kind: AttributeKind,
    path: impl Fn() -> String,
) -> Result<Seen, Skip> {
    let Asset { name: told, percent, tier } = asset;
    let name = tidy(&told).ok_or_else(|| malformed(&format!("{}/name", path()), "a name", &told))?;
    let rarity = percent.and_then(|number| Rarity::from_percent(number.0).ok().flatten());
    let rarity = rarity.or_else(|| tier.as_deref().and_then(Rarity::tier));
    let rarity = rarity.ok_or_else(|| passed(format!("`{name}` has no rarity we can read")))?;
    Ok(Seen::Attribute { slug: slug.clone(), kind, name, rarity })
}
