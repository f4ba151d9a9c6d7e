//! From a gift's file to our words. Pure.

use domain::{
    Attribute, AttributeKind, Exchange, GiftId, LotDetails, Malformed, RequestRecord, ports::MetadataPage,
};

use super::{asked, source_id, target, wire::Metadata};
use crate::{
    json::read_document,
    text::{cut, tidy},
};

/// Where pictures of gifts are.
const PICTURES: &str = "https://nft.fragment.com/";

/// Reads a gift's file.
///
/// # Errors
/// [`Malformed`] when it is no answer to our request, is of another gift, names no attribute that we know, or one kind twice.
pub(super) fn page(exchange: &Exchange) -> Result<MetadataPage, Malformed> {
    if !(200..300).contains(&exchange.status) {
        return Err(malformed("", "a status of success", &exchange.status.to_string()));
    }
    let Some(gift) = asked(&exchange.request.target) else {
        return Err(malformed("", "the answer to a request for a gift's metadata", &exchange.request.target));
    };
    let (Metadata { name, image, attributes: traits }, notes) =
        read_document::<Metadata<'_>>(&exchange.body, &source_id())?;
    if GiftId::parse(&name).as_ref() != Ok(&gift) {
        return Err(malformed("/name", &format!("the name of {gift}"), &name));
    }
    if !image.starts_with(PICTURES) {
        return Err(malformed("/image", "a picture on nft.fragment.com", &image));
    }
    let mut attributes: Vec<Attribute> = Vec::new();
    for (index, told) in traits.into_iter().enumerate() {
        let Some(kind) = AttributeKind::parse(&told.trait_type) else {
            notes.count_word("/attributes/*/trait_type", &told.trait_type);
            continue;
        };
        let name = tidy(&told.value)
            .ok_or_else(|| malformed(&format!("/attributes/{index}/value"), "a name", &told.value))?;
        if attributes.iter().any(|held| held.kind == kind) {
            let path = format!("/attributes/{index}/trait_type");
            return Err(malformed(&path, "each attribute once", &told.trait_type));
        }
        attributes.push(Attribute { kind, name, rarity: None });
    }
    if attributes.is_empty() {
        return Err(malformed("/attributes", "a model, a symbol or a backdrop", "none"));
    }
    attributes.sort_by_key(|attribute| attribute.kind);
    let details = LotDetails { attributes, image_url: Some(image.into_owned()), ..LotDetails::default() };
    Ok(MetadataPage { gift, path: String::new(), details, unknown_fields: notes.into_unknown() })
}

/// What was asked when this was the answer: the file names its gift.
pub(super) fn guess(body: &[u8]) -> Option<RequestRecord> {
    let (Metadata { name, .. }, _) = read_document::<Metadata<'_>>(body, &source_id()).ok()?;
    let gift = GiftId::parse(&name).ok()?;
    Some(RequestRecord { method: "GET".into(), target: target(&gift), body: None })
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: source_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}
