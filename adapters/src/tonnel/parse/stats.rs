//! The statistics of collections and models: the one list that names every collection. Floors and counts in it are not used, ours follow from
//! the listings.

use std::collections::BTreeMap;

use domain::{AttributeKind, CollectionSlug, Malformed, Page, Seen, Sighting};

use super::{malformed, value::name_and_rarity};
use crate::{
    json::{Notes, read_document},
    text::tidy,
    tonnel::{
        market_id,
        wire::{Names, Stats},
    },
};

/// Collections, each told once, and the models whose rarity stands in their name: keys are `Toy Bear_Wizard (1.5%)`, since 2026 also
/// `Toy Bear_Wizard`.
pub(super) fn page(body: &[u8]) -> Result<Page, Malformed> {
    let (names, notes) = names(body)?;
    let mut page = Page::default();
    let mut told = BTreeMap::new();
    for key in &names {
        let (title, model) = halves(key);
        let slug = match told.get(title) {
            Some(slug) => CollectionSlug::clone(slug),
            None => {
                let slug = slug(key, title)?;
                let name = tidy(title).ok_or_else(|| malformed(&path(key), "a title", title))?;
                told.insert(title, slug.clone());
                let seen =
                    Seen::Collection { slug: slug.clone(), title: name, address: None, image_url: None };
                page.sightings.push(Sighting { path: path(key), seen });
                slug
            }
        };
        let (name, rarity) = name_and_rarity(model);
        if let (Some(name), Some(rarity)) = (tidy(name), rarity) {
            let seen = Seen::Attribute { slug, kind: AttributeKind::Model, name, rarity };
            page.sightings.push(Sighting { path: path(key), seen });
        }
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// How Tonnel itself spells each collection: filters must name it so.
pub(in crate::tonnel) fn spellings(body: &[u8]) -> Result<BTreeMap<CollectionSlug, String>, Malformed> {
    let (names, _) = names(body)?;
    let mut spellings = BTreeMap::new();
    for key in &names {
        let (title, _) = halves(key);
        spellings.insert(slug(key, title)?, title.to_owned());
    }
    Ok(spellings)
}

fn names(body: &[u8]) -> Result<(Vec<crate::json::Text<'_>>, Notes), Malformed> {
    let (Stats { status, data: Names(names) }, notes) = read_document(body, &market_id())?;
    if status != "success" {
        return Err(malformed("/status", "`success`", &status));
    }
    Ok((names, notes))
}

/// No collection has an underscore in its name, so the first one parts it from the model.
fn halves(key: &str) -> (&str, &str) {
    key.split_once('_').unwrap_or((key, ""))
}

fn slug(key: &str, title: &str) -> Result<CollectionSlug, Malformed> {
    CollectionSlug::from_title(title)
        .map_err(|fault| malformed(&path(key), "a collection's name", &fault.to_string()))
}

/// The key's place in the answer.
fn path(key: &str) -> String {
    let key = crate::text::cut(key, 120);
    format!("/data/{}", key.replace('~', "~0").replace('/', "~1"))
}
