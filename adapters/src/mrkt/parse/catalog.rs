//! Collections, and models with their rarity: bare lists.

use std::collections::BTreeMap;

use domain::{AttributeKind, CollectionSlug, Malformed, Page, Seen};

use super::{Skip, malformed, passed, picture, push, rarity};
use crate::{
    json::{Notes, Nullable, read_document},
    mrkt::{
        market_id,
        wire::{Collection, Model},
    },
    text::{cut, tidy},
};

/// The collections. A base gift that cannot be upgraded yet stands here under its type id.
pub(super) fn collections(body: &[u8]) -> Result<Page, Malformed> {
    let (entries, notes): (Vec<Collection<'_>>, Notes) = read_document(body, &market_id())?;
    let mut page = Page::default();
    for (index, entry) in entries.into_iter().enumerate() {
        let outcome = collection(entry, index);
        push(&mut page, || format!("/{index}"), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn collection(entry: Collection<'_>, index: usize) -> Result<Seen, Skip> {
    let Collection { name, title, picture_key } = entry;
    if is_type_id(&name) {
        let title = title.as_deref().unwrap_or("a base gift");
        return Err(passed(format!("`{}` cannot be upgraded yet: its name is its type id", cut(title, 60))));
    }
    let slug = slug(&name, index, "name")?;
    let title = tidy(title.as_deref().unwrap_or(&name));
    let title = title.ok_or_else(|| malformed(&format!("/{index}/title"), "a title", "nothing readable"))?;
    Ok(Seen::Collection { slug, title, address: None, image_url: picture(picture_key) })
}

fn is_type_id(name: &str) -> bool {
    name.len() >= 10 && name.bytes().all(|b| b.is_ascii_digit())
}

fn slug(name: &str, index: usize, field: &str) -> Result<CollectionSlug, Malformed> {
    CollectionSlug::from_title(name)
        .map_err(|fault| malformed(&format!("/{index}/{field}"), "a collection's name", &fault.to_string()))
}

/// How MRKT itself spells each collection: requests must name it so, typographic apostrophe included.
pub(in crate::mrkt) fn spellings(body: &[u8]) -> Result<BTreeMap<CollectionSlug, String>, Malformed> {
    let (entries, _): (Vec<Collection<'_>>, Notes) = read_document(body, &market_id())?;
    let mut spellings = BTreeMap::new();
    for (index, Collection { name, title: _, picture_key: _ }) in entries.into_iter().enumerate() {
        if !is_type_id(&name) {
            spellings.insert(slug(&name, index, "name")?, name.into_owned());
        }
    }
    Ok(spellings)
}

/// Models with rarity. Names are not unique inside a collection: each rarity is its own sighting.
pub(super) fn models(body: &[u8]) -> Result<Page, Malformed> {
    let (entries, notes): (Vec<Model<'_>>, Notes) = read_document(body, &market_id())?;
    let mut page = Page::default();
    for (index, entry) in entries.into_iter().enumerate() {
        let outcome = model(entry, index);
        push(&mut page, || format!("/{index}"), outcome)?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

fn model(entry: Model<'_>, index: usize) -> Result<Seen, Skip> {
    let Model { collection_name, model_name, per_mille: Nullable(per_mille), tier } = entry;
    if is_type_id(&collection_name) {
        return Err(passed("is of a base gift that cannot be upgraded yet"));
    }
    let slug = slug(&collection_name, index, "collectionName")?;
    let name = tidy(&model_name);
    let name = name.ok_or_else(|| malformed(&format!("/{index}/modelName"), "a name", &model_name))?;
    let rarity = rarity(per_mille, tier.as_deref())
        .ok_or_else(|| passed(format!("`{name}` has no rarity we can read")))?;
    Ok(Seen::Attribute { slug, kind: AttributeKind::Model, name, rarity })
}
