//! The metadata of a gift on the static host: its attributes by name, without rarity, price or owner. The page is of one gift and says nothing
//! of a market, so nothing on it is a sighting; it is read whole, so that a change of its shape is seen.

use domain::{AttributeKind, GiftId, Malformed, Page, sighting::Passed};

use super::{malformed, picture};
use crate::{
    fragment::{
        market_id,
        wire::{Metadata, Trait},
    },
    json::read_document,
    text::tidy,
};

/// A gift's metadata. Each attribute is passed over with what it says.
pub(super) fn page(body: &[u8], asked: &GiftId) -> Result<Page, Malformed> {
    let (Metadata { name, image, attributes }, notes) = read_document(body, &market_id())?;
    if GiftId::parse(&name).as_ref() != Ok(asked) {
        return Err(malformed("/name", &format!("the name of {asked}"), &name));
    }
    if picture(Some(&image)).is_none() {
        return Err(malformed("/image", "a picture on nft.fragment.com", &image));
    }
    let mut page = Page::default();
    for (index, Trait { trait_type, value }) in attributes.into_iter().enumerate() {
        let Some(kind) = AttributeKind::parse(&trait_type) else {
            notes.count_word("/attributes/*/trait_type", &trait_type);
            continue;
        };
        let place = format!("/attributes/{index}");
        let name = tidy(&value).ok_or_else(|| malformed(&format!("{place}/value"), "a name", &value))?;
        let why = format!("{asked} has the {} `{name}`, without a rarity", kind.as_str());
        page.passed.push(Passed { path: place, why });
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}
