//! Pages of entries, each a link to a gift with its price and its status: open listings, sales, and any gifts of a collection.
//!
//! Source of the classes: eight public clients, 2025 to 2026, and one quoted price cell; no whole page was ever published.

use domain::{
    AuctionTerms, CollectionSlug, Custody, GiftId, Happening, LotDetails, Malformed, Page, Price, Seen,
    time::{ms_from_us, us_from_iso},
};

use super::{
    Element, Markup, Notes, Skip, agreed, lot, malformed, one, passed, picture, price, push, scope, search,
};
use crate::{
    fragment::ask,
    http::Ask,
    text::{cut, tidy},
};

/// The class of an entry.
const ENTRY: &str = "tm-grid-item";

/// Classes that mean something to us where they stand inside an entry, and must not stand outside.
const PARTS: [&str; 4] = ["item-name", "item-num", VALUE, STATUS];
const VALUE: &str = "tm-grid-item-value";
const STATUS: &str = "tm-grid-item-status";

/// Classes inside an entry that are known and say nothing more.
const KNOWN: [&str; 21] = [
    "icon-before",
    "icon-gram",
    "icon-star",
    "icon-stars",
    "icon-ton",
    "item-name",
    "item-num",
    "thin-only",
    "tm-grid-item-content",
    "tm-grid-item-desc",
    "tm-grid-item-name",
    "tm-grid-item-photo",
    "tm-grid-item-status",
    "tm-grid-item-thumb",
    "tm-grid-item-value",
    "tm-grid-item-values",
    "tm-grid-thumb",
    "tm-status-avail",
    "tm-status-unavail",
    "tm-value",
    "wide-only",
];

/// How a gift stands on Fragment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    ForSale,
    OnAuction,
    Sold,
}

/// An entry, with the place where it stands.
struct Entry<'m> {
    element: Element<'m>,
    place: String,
}

/// A page of a collection's open listings, or of all where none is named.
pub(super) fn sale(body: &[u8], asked: Option<&CollectionSlug>, offset: u64) -> Result<Page, Malformed> {
    open(body, Status::ForSale, asked, offset)
}

/// A page of a collection's open auctions.
pub(super) fn auctions(body: &[u8], asked: &CollectionSlug, offset: u64) -> Result<Page, Malformed> {
    open(body, Status::OnAuction, Some(asked), offset)
}

fn open(
    body: &[u8],
    wanted: Status,
    asked: Option<&CollectionSlug>,
    offset: u64,
) -> Result<Page, Malformed> {
    let (markup, notes) = search(body)?;
    let entries = entries(&markup, &notes)?;
    let mut page = Page::default();
    for entry in &entries {
        push(&mut page, entry.place.clone(), entry.open(wanted, asked))?;
    }
    let told = next_offset(&markup, offset)?;
    page.cursor = told.map(|told| overlapping(told, offset, &entries, &page).to_string());
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// A page of sales of all collections.
pub(super) fn sold(body: &[u8], offset: u64) -> Result<Page, Malformed> {
    let (markup, notes) = search(body)?;
    let mut page = Page::default();
    for entry in entries(&markup, &notes)? {
        push(&mut page, entry.place.clone(), entry.sale())?;
    }
    page.cursor = next_offset(&markup, offset)?.map(|told| told.to_string());
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// The title of a collection, from the name of one of its gifts.
pub(super) fn probe(body: &[u8], asked: &CollectionSlug) -> Result<Page, Malformed> {
    let (markup, notes) = search(body)?;
    let mut page = Page::default();
    if let Some(entry) = entries(&markup, &notes)?.into_iter().next() {
        let (gift, title) = entry.identity()?;
        entry.check_collection(&gift, Some(asked))?;
        let seen = Seen::Collection { slug: gift.slug, title, address: None, image_url: None };
        push(&mut page, entry.place, Ok(seen))?;
    }
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// Every entry of the page. Without any the page has to say that there is none, and nothing of an entry stands outside of one.
fn entries<'m>(markup: &'m Markup, notes: &Notes) -> Result<Vec<Entry<'m>>, Malformed> {
    let is_entry = |element: &Element<'_>| element.is("a") && element.has_class(ENTRY);
    let found: Vec<Entry<'m>> = markup
        .elements()
        .filter(is_entry)
        .enumerate()
        .map(|(index, element)| Entry { element, place: format!("/html//a.{ENTRY}[{index}]") })
        .collect();
    let mut entries = found.iter().peekable();
    for element in markup.elements() {
        // Both go in document order, so the entry that may hold the element is the one begun last.
        while entries.peek().is_some_and(|entry| entry.element.is_before(element)) {
            entries.next();
        }
        let holder = entries.peek().filter(|entry| entry.element == element || entry.element.holds(element));
        match holder {
            None => check_stray(element)?,
            Some(entry) if entry.element == element => {}
            Some(_) => count_unknown(element, notes),
        }
    }
    if found.is_empty() && !says_nothing_found(markup) {
        let expected = format!("entries (`a.{ENTRY}`), or the words that nothing was found");
        return Err(malformed("/html", &expected, &markup.text()));
    }
    Ok(found)
}

/// Nothing at all, or words like "No gifts found". Source: what public clients take for it in a search for usernames; for gifts inferred.
fn says_nothing_found(markup: &Markup) -> bool {
    let text = markup.text().to_ascii_lowercase();
    text.is_empty() && markup.elements().next().is_none() || (text.starts_with("no ") && text.contains("found"))
}

/// An element outside all entries must be no part of one.
fn check_stray(element: Element<'_>) -> Result<(), Malformed> {
    if let Some(part) = PARTS.iter().find(|part| element.has_class(part)) {
        let path = format!("/html//.{part}");
        return Err(malformed(&path, &format!("it inside an entry (`a.{ENTRY}`)"), "it outside"));
    }
    match element.attribute("href").filter(|href| href.starts_with("/gift/")) {
        Some(href) => Err(malformed("/html//a", &format!("an entry (`a.{ENTRY}`) for each gift"), href)),
        None => Ok(()),
    }
}

fn count_unknown(element: Element<'_>, notes: &Notes) {
    for class in element.classes().filter(|class| !KNOWN.contains(class)) {
        notes.count(format!("/html//a.{ENTRY}[*]//.{}", cut(class, 40)));
    }
}

/// Where the page says that the next one begins; it has to lead on.
fn next_offset(markup: &Markup, asked: u64) -> Result<Option<u64>, Malformed> {
    const PATH: &str = "/html//*[data-next-offset]";
    let told = markup.elements().filter_map(|element| element.attribute("data-next-offset"));
    let offsets = told.filter(|text| !text.is_empty()).map(|text| {
        let is_digits = text.bytes().all(|b| b.is_ascii_digit());
        let offset = text.parse::<u64>().ok().filter(|offset| is_digits && *offset < 1 << 53);
        offset.ok_or_else(|| malformed(PATH, "an offset of digits", text))
    });
    match agreed(offsets, PATH)? {
        Some(told) if told <= asked => {
            Err(malformed(PATH, &format!("an offset behind {asked}"), &told.to_string()))
        }
        told => Ok(told),
    }
}

/// The offset from which the next page repeats the last listing of this one, so that a list that shifted is noticed. Only where the offset
/// counts entries: where it does not, it is a word of Fragment's own and taken as it is.
fn overlapping(told: u64, asked: u64, entries: &[Entry<'_>], page: &Page) -> u64 {
    let last = page.sightings.last().and_then(|sighting| row_of(&sighting.path)).filter(|row| *row > 0);
    match last {
        Some(row) if told - asked == entries.len() as u64 => asked + row,
        _ => told,
    }
}

/// The entry's place on its page, from 0, by its path.
pub(in crate::fragment) fn row_of(path: &str) -> Option<u64> {
    path.rsplit_once('[')?.1.strip_suffix(']')?.parse().ok()
}

impl Entry<'_> {
    fn at(&self, part: &str) -> String {
        format!("{}//{part}", self.place)
    }

    /// Which gift it is, by its link and by its name, which must say the same; and the title of its collection.
    fn identity(&self) -> Result<(GiftId, String), Malformed> {
        let path = format!("{}/@href", self.place);
        let href = self.element.attribute("href").ok_or_else(|| malformed(&path, "a link", "none"))?;
        let name = href.strip_prefix("/gift/").map(|name| name.split(['?', '#']).next().unwrap_or_default());
        let gift = name.and_then(ask::gift);
        let gift = gift.ok_or_else(|| malformed(&path, "a link like /gift/plushpepe-42", href))?;
        let (title, number) = (self.text("item-name")?, self.text("item-num")?);
        let title = tidy(&title).ok_or_else(|| malformed(&self.at(".item-name"), "a title", &title))?;
        match CollectionSlug::from_title(&title) {
            Ok(slug) if slug == gift.slug => {}
            _ => {
                return Err(malformed(&self.at(".item-name"), &format!("a title of {}", gift.slug), &title));
            }
        }
        if number.strip_prefix('#') != Some(gift.number.to_string().as_str()) {
            return Err(malformed(&self.at(".item-num"), &format!("#{}", gift.number), &number));
        }
        Ok((gift, title))
    }

    /// A search that was narrowed to a collection shows nothing else. If it did, Fragment would have understood something else, and what it
    /// left out would not be gone.
    fn check_collection(&self, gift: &GiftId, asked: Option<&CollectionSlug>) -> Result<(), Malformed> {
        match asked.filter(|asked| **asked != gift.slug) {
            Some(asked) => {
                let path = format!("{}/@href", self.place);
                Err(malformed(&path, &format!("a gift of {asked}"), &gift.to_string()))
            }
            None => Ok(()),
        }
    }

    fn text(&self, class: &str) -> Result<String, Malformed> {
        Ok(one(self.element, class, &self.place)?.text())
    }

    fn status(&self) -> Result<Status, Malformed> {
        let path = self.at(".tm-grid-item-status");
        let read = |element: Element<'_>| match element.text().to_ascii_lowercase().as_str() {
            "for sale" => Ok(Status::ForSale),
            "on auction" => Ok(Status::OnAuction),
            "sold" => Ok(Status::Sold),
            other => Err(malformed(&path, "For sale, On auction or Sold", other)),
        };
        let status = agreed(self.element.all(STATUS).map(read), &path)?;
        status.ok_or_else(|| malformed(&path, "a status", "none"))
    }

    fn price(&self) -> Result<Price, Malformed> {
        let path = self.at(".tm-grid-item-value");
        let prices = self.element.all(VALUE).map(|element| price::price(element, &path));
        agreed(prices, &path)?.ok_or_else(|| malformed(&path, "a price", "none"))
    }

    /// The time of the entry, microseconds since 1970: of a sale its own, of a listing when it ends.
    fn at_us(&self) -> Result<Option<i64>, Malformed> {
        let path = self.at("time/@datetime");
        let times = self.element.inside().filter(|element| element.is("time"));
        let read = |element: Element<'_>| {
            let text = element.attribute("datetime").unwrap_or_default();
            let at_us = us_from_iso(text).ok().flatten();
            at_us.ok_or_else(|| malformed(&path, "a time like 2026-06-01T12:00:00+00:00", text))
        };
        agreed(times.map(read), &path)
    }

    fn image(&self) -> Option<String> {
        let thumbs = self.element.all("tm-grid-thumb");
        thumbs.filter_map(|thumb| picture(thumb.attribute("src"))).next()
    }

    /// A listing or an auction. The price of an auction is its highest bid, or the least that the first must be: the list does not say which.
    fn open(&self, wanted: Status, asked: Option<&CollectionSlug>) -> Result<Seen, Skip> {
        let (gift, _) = self.identity()?;
        self.check_collection(&gift, asked)?;
        match self.status()? {
            status if status == wanted => {}
            Status::ForSale => return Err(passed("is for sale at a fixed price: it stands among those")),
            Status::OnAuction => return Err(passed("is in an auction: it stands among those")),
            Status::Sold => return Err(passed("is sold already")),
        }
        let price = self.price()?;
        let at_us = self.at_us()?;
        if price.amount == 0 {
            return Err(passed("a price of 0"));
        }
        let terms = || AuctionTerms { ends_at_ms: at_us.map(ms_from_us), ..AuctionTerms::default() };
        let auction = (wanted == Status::OnAuction).then(|| Box::new(terms()));
        let details = LotDetails { auction, ..details(&gift, &price, self.image()) };
        Ok(Seen::Open { lot: lot(&gift), gift, price, details })
    }

    fn sale(&self) -> Result<Seen, Skip> {
        let (gift, _) = self.identity()?;
        match self.status()? {
            Status::Sold => {}
            Status::ForSale => return Err(passed("is for sale, not sold")),
            Status::OnAuction => return Err(passed("is in an auction, not sold")),
        }
        let price = self.price()?;
        let at = self.at("time/@datetime");
        let at_us = self.at_us()?.ok_or_else(|| malformed(&at, "the time of the sale", "none"))?;
        // Fragment gives a sale no id. A gift is sold once in a second.
        let source_id = format!("sold:{gift}@{}", at_us.div_euclid(1_000_000));
        let (lot, scope) = (lot(&gift), scope(&gift.slug));
        let what = Happening::Sold { price, seller: None, buyer: None, transaction: None };
        Ok(Seen::Happened { source_id, at_us, lot, scope, gift, what, details: None })
    }
}

/// What is said of a listed gift besides its price. What is sold for TON is an item on TON: Fragment sells through its contract. Source: github
/// TelegramMessenger/telemint, 2025-06-11.
pub(super) fn details(gift: &GiftId, price: &Price, image_url: Option<String>) -> LotDetails {
    LotDetails {
        custody: (price.currency == domain::Currency::ton()).then_some(Custody::Chain),
        image_url,
        link_url: Some(format!("https://fragment.com/gift/{gift}")),
        ..LotDetails::default()
    }
}

/// What was probably searched for, by the first entry.
pub(super) fn guess(html: &str) -> Option<Ask> {
    let markup = Markup::read(html, "/html").ok()?;
    let entries = entries(&markup, &Notes::default()).ok()?;
    let first = entries.first()?;
    match first.status().ok()? {
        Status::Sold => Some(ask::sold(None)),
        Status::ForSale => Some(ask::sale(&first.identity().ok()?.0.slug, None)),
        Status::OnAuction => Some(ask::auction(&first.identity().ok()?.0.slug, None)),
    }
}
