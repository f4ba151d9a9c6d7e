//! The page of a single gift: its attributes with their rarity in percent, and its price where it is for sale. Our worker does not ask for
//! it; whoever has one can read it.

use domain::{
    Attribute, AttributeKind, GiftId, Malformed, Page, Rarity, Seen, Sighting, sighting::Passed,
};

use super::{Element, Markup, framed, grid, lot, malformed, price};
use crate::{json::Notes, text::tidy};

/// The class that begins with this says how the gift stands.
const STATUS: &str = "tm-section-header-status";

/// A gift's page.
pub(super) fn page(body: &[u8], asked: &GiftId) -> Result<Page, Malformed> {
    let (markup, title, notes) = framed(body)?;
    let told = title.as_deref().map(GiftId::parse);
    if !matches!(&told, Some(Ok(told)) if told == asked) {
        let expected = format!("the title of {asked}");
        return Err(malformed("/s/itemTitle", &expected, title.as_deref().unwrap_or("no such field")));
    }
    let mut page = Page::default();
    let attributes = attributes(&markup, &notes)?;
    for (attribute, path) in &attributes {
        let Attribute { kind, name, rarity } = attribute.clone();
        match rarity {
            Some(rarity) => page.sightings.push(Sighting {
                path: path.clone(),
                seen: Seen::Attribute { slug: asked.slug.clone(), kind, name, rarity },
            }),
            None => page.passed.push(Passed {
                path: path.clone(),
                why: format!("the {} `{name}` of {asked} has no rarity we can read", kind.as_str()),
            }),
        }
    }
    listing(&markup, asked, attributes.into_iter().map(|(attribute, _)| attribute).collect(), &mut page)?;
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// The three attributes, in the order of kinds, each with its place.
fn attributes(markup: &Markup, notes: &Notes) -> Result<Vec<(Attribute, String)>, Malformed> {
    let mut attributes: Vec<(Attribute, String)> = Vec::with_capacity(3);
    for (index, row) in markup.elements().filter(|element| element.is("tr")).enumerate() {
        let Some(rarity) = row.all("tm-rarity").next() else { continue };
        let place = format!("/h//tr[{index}]");
        let word = row.all("table-cell").next().map(Element::text).unwrap_or_default();
        let Some(kind) = AttributeKind::parse(&word) else {
            notes.count_word("/h//tr[*]//.table-cell", &word);
            continue;
        };
        let name = row.all("table-cell-value-link").next().map(Element::text).unwrap_or_default();
        let name = tidy(&name)
            .ok_or_else(|| malformed(&format!("{place}//.table-cell-value-link"), "a name", &name))?;
        let rarity = per_mille(&rarity.text(), &format!("{place}//.tm-rarity"))?;
        if attributes.iter().any(|(known, _)| known.kind == kind) {
            return Err(malformed(&place, &format!("one {}", kind.as_str()), "more"));
        }
        attributes.push((Attribute { kind, name, rarity }, place));
    }
    if attributes.len() != 3 {
        let found = attributes.len().to_string();
        return Err(malformed("/h//.tm-rarity", "a model, a symbol and a backdrop", &found));
    }
    attributes.sort_by_key(|(attribute, _)| attribute.kind);
    Ok(attributes)
}

/// `1.5%` is 15 per mille, as everywhere the nearest; 0 stands for a rarity that has a name instead.
fn per_mille(text: &str, path: &str) -> Result<Option<Rarity>, Malformed> {
    if let Some(tier) = Rarity::tier(text) {
        return Ok(Some(tier));
    }
    let percent = text.strip_suffix('%').map(str::trim_end);
    let rarity = percent.and_then(|percent| Rarity::from_percent(percent).ok());
    rarity.ok_or_else(|| malformed(path, "percent from 0 to 100, like 1.5%", text))
}

/// The listing, where the page says that the gift is for sale at a price.
fn listing(
    markup: &Markup,
    gift: &GiftId,
    attributes: Vec<Attribute>,
    page: &mut Page,
) -> Result<(), Malformed> {
    let path = format!("/h//.{STATUS}");
    let status = markup.elements().find(|element| element.classes().any(|class| class.starts_with(STATUS)));
    let status = status.map(Element::text).ok_or_else(|| malformed(&path, "a status", "none"))?;
    let why = match status.to_ascii_lowercase().as_str() {
        "for sale" => None,
        "on auction" => Some("auction: not followed yet"),
        "sold" => Some("is sold"),
        "not for sale" => Some("is not for sale"),
        _ => return Err(malformed(&path, "For sale, On auction, Sold or Not for sale", &status)),
    };
    if let Some(why) = why {
        page.passed.push(Passed { path, why: why.into() });
        return Ok(());
    }
    let place = "/h//.tm-section-bid-info";
    let info = markup.elements().find(|element| element.has_class("tm-section-bid-info"));
    let info = info.ok_or_else(|| malformed(place, "an element", "none"))?;
    let value = info.all("tm-value").next().ok_or_else(|| malformed(place, "a price", "none"))?;
    let price = price::price(value, &format!("{place}//.tm-value"))?;
    let details = domain::LotDetails { attributes, ..grid::details(gift, &price, None) };
    let seen = Seen::Open { lot: lot(gift), gift: gift.clone(), price, details };
    page.sightings.push(Sighting { path: place.into(), seen });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_per_mille() {
        for (text, want) in [
            ("1.5%", Some(Rarity::per_mille(15))),
            ("0.2 %", Some(Rarity::per_mille(2))),
            ("2%", Some(Rarity::per_mille(20))),
            ("Legendary", Some(Some(Rarity::Legendary))),
            ("0%", Some(None)),
            ("1.55%", Some(Rarity::per_mille(16))),
            ("15", None),
            ("101%", None),
            ("", None),
        ] {
            assert_eq!(per_mille(text, "").ok(), want, "{text}");
        }
    }
}
