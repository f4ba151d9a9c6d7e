//! The collections, as the site's filter lists them: by slug, with a name in the plural.

use std::collections::BTreeSet;

use domain::{CollectionSlug, Malformed, Page, Seen};

use super::{Element, Markup, Skip, framed, malformed, passed, push};
use crate::{
    fragment::{known, walk::CatalogCursor},
    text::cut,
};

/// Entries of the filter. The list stands twice, for wide and for narrow screens; an entry is one by its slug.
const ENTRIES: [&str; 2] = ["tm-main-filters-item", "tm-popup-filters-item"];

/// Collections of one page; there are about 120.
const COLLECTIONS_MAX: usize = 5_000;

/// Whether the page has the filter.
pub(super) fn is_list(markup: &Markup) -> bool {
    entries(markup).next().is_some()
}

fn entries(markup: &Markup) -> impl Iterator<Item = (&'static str, Element<'_>)> {
    let of = |class: &'static str| {
        let is_entry = move |element: &Element<'_>| element.is("a") && element.has_class(class);
        markup.elements().filter(is_entry).map(move |element| (class, element))
    };
    let [wide, narrow] = ENTRIES;
    of(wide).chain(of(narrow)).filter(|(_, element)| element.attribute("data-value").is_some_and(|value| !value.is_empty()))
}

/// The page with all collections. Those whose title nobody knows are named in the page's cursor, to be learned from one of their gifts.
pub(super) fn collections(body: &[u8]) -> Result<Page, Malformed> {
    let (markup, _, notes) = framed(body)?;
    let mut page = Page::default();
    let mut unknown = Vec::new();
    let mut seen: BTreeSet<CollectionSlug> = BTreeSet::new();
    let mut counts = [0_usize; 2];
    for (class, element) in entries(&markup) {
        let count = &mut counts[usize::from(class != ENTRIES[0])];
        let place = format!("/h//a.{class}[{count}]");
        *count += 1;
        let slug = slug(element, &place)?;
        if !seen.insert(slug.clone()) {
            continue;
        }
        if seen.len() > COLLECTIONS_MAX {
            return Err(malformed("/h", &format!("at most {COLLECTIONS_MAX} collections"), "more"));
        }
        push(&mut page, place, collection(&slug, element, &mut unknown))?;
    }
    if seen.is_empty() {
        return Err(malformed("/h", "the filter of collections (`a.tm-main-filters-item`)", &markup.text()));
    }
    page.cursor = CatalogCursor::new(unknown).into_text();
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// The slug, in the entry's value and in its link.
fn slug(element: Element<'_>, place: &str) -> Result<CollectionSlug, Malformed> {
    let value = element.attribute("data-value").unwrap_or_default();
    let slug = CollectionSlug::from_title(value).ok().filter(|slug| slug.as_str() == value);
    let slug = slug.ok_or_else(|| malformed(&format!("{place}/@data-value"), "a collection's slug", value))?;
    let href = element.attribute("href").unwrap_or_default();
    let path = href.split(['?', '#']).next().unwrap_or_default();
    if path.strip_prefix("/gifts/") == Some(value) {
        Ok(slug)
    } else {
        Err(malformed(&format!("{place}/@href"), &format!("/gifts/{value}"), href))
    }
}

fn collection(slug: &CollectionSlug, element: Element<'_>, unknown: &mut Vec<String>) -> Result<Seen, Skip> {
    let Some(title) = known::title(slug) else {
        let name = element.all("tm-main-filters-name").next().map(Element::text).unwrap_or_default();
        unknown.push(slug.to_string());
        return Err(passed(format!(
            "the collection `{}` ({slug}) is not known by its slug; one of its gifts will tell its title",
            cut(&name, 60)
        )));
    };
    Ok(Seen::Collection { slug: slug.clone(), title: title.into(), address: None, image_url: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_so_many_collections_and_no_more() {
        let page = |count: usize| {
            let entry = |index: usize| {
                format!("<a class=\"tm-main-filters-item\" data-value=\"toy{index}\" href=\"/gifts/toy{index}\"></a>")
            };
            let html: String = (0..count).map(entry).collect();
            collections(&serde_json::to_vec(&serde_json::json!({ "h": html })).unwrap())
        };
        assert_eq!(page(COLLECTIONS_MAX).unwrap().passed.len(), COLLECTIONS_MAX);
        assert_eq!(page(COLLECTIONS_MAX + 1).unwrap_err().expected, "at most 5000 collections");
    }
}
