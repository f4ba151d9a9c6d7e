//! A gift's public page on t.me, `https://t.me/nft/<Name>-<number>`: owner, attributes with rarity, how many were issued. It exists for
//! every gift, wherever it lives. Pure; nothing asks for it yet.
//!
//! No whole page was recorded; the rows are those that six public parsers read (checked 2026-11-20).

use chain::FriendlyFlags;
use domain::{Attribute, AttributeKind, GiftId, Malformed, MarketId, Rarity};

use crate::{
    fragment::html::{Element, Markup},
    text::{cut, tidy},
    ton,
};

/// Most bytes of a page that are looked at; real ones have a few ten thousand.
const PAGE_BYTES_MAX: usize = 1_048_576;

/// Most characters of the line about who gave it.
const ORIGIN_CHARACTERS_MAX: usize = 300;

/// Who owns the gift, as the page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageOwner {
    /// Nobody is named: the owner hides.
    Hidden,
    /// An account.
    Account {
        /// The name shown, tidied.
        name: String,
        /// The name behind `https://t.me/`, where the page links to one.
        username: Option<String>,
    },
    /// A wallet on TON, friendly form: the gift is exported.
    Chain {
        /// Its address.
        address: String,
    },
}

/// What the page says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiftPage {
    /// The gift.
    pub gift: GiftId,
    /// The collection's title, as in `Plush Pepe`.
    pub title: String,
    /// Up to three attributes with their rarity, sorted by kind.
    pub attributes: Vec<Attribute>,
    /// Who owns it.
    pub owner: PageOwner,
    /// How many gifts of the collection carry a number already, and how many can at most.
    pub issued: Option<(u32, u32)>,
    /// The line about who gave it to whom and when, as text; not read further.
    pub origin: Option<String>,
}

/// Reads a page; `None` for one of no gift.
///
/// # Errors
/// [`Malformed`] for the page of another gift than the one asked for, and for a table whose rows cannot be read. The place is a selector.
pub fn read(body: &str, asked: &GiftId) -> Result<Option<GiftPage>, Malformed> {
    if body.len() > PAGE_BYTES_MAX {
        return Err(malformed("", "a page of at most 1 MiB", &format!("{} bytes", body.len())));
    }
    // Only the table has to be well formed: what surrounds it is a site's frame.
    let Some(table) = table(body) else { return Ok(None) };
    let told = title(body)?;
    let gift = GiftId::parse(&told).ok().filter(|gift| gift == asked);
    let gift = gift.ok_or_else(|| malformed("meta[og:title]", &format!("the name of {asked}"), &told))?;
    let title = told.rsplit_once(" #").and_then(|(title, _)| tidy(title)).unwrap_or_default();
    let markup = Markup::read(table, "").map_err(named)?;
    let mut page = GiftPage {
        gift,
        title,
        attributes: Vec::new(),
        owner: PageOwner::Hidden,
        issued: None,
        origin: None,
    };
    for row in markup.elements().filter(|element| element.is("tr")) {
        read_row(row, &mut page)?;
    }
    page.attributes.sort_by_key(|attribute| attribute.kind);
    Ok(Some(page))
}

fn table(body: &str) -> Option<&str> {
    let class = body.find("tgme_gift_table")?;
    let start = body[..class].rfind("<table")?;
    let end = body[start..].find("</table>")? + "</table>".len();
    Some(&body[start..start + end])
}

/// The head is read as far as its one line.
fn title(body: &str) -> Result<String, Malformed> {
    let at = "meta[og:title]";
    let missing = || malformed(at, "a title", "none");
    let start = body.find("property=\"og:title\"").ok_or_else(missing)?;
    let open = body[..start].rfind('<').ok_or_else(missing)?;
    let close = body[open..].find('>').ok_or_else(missing)?;
    let markup = Markup::read(&body[open..=open + close], "").map_err(named)?;
    let meta = markup.elements().next().and_then(|meta| meta.attribute("content"));
    meta.map(str::to_owned).ok_or_else(missing)
}

fn read_row(row: Element<'_>, page: &mut GiftPage) -> Result<(), Malformed> {
    let cell = row.inside().find(|element| element.is("td"));
    let Some(heading) = row.inside().find(|element| element.is("th")) else {
        page.origin =
            cell.map(|cell| cut(&cell.text(), ORIGIN_CHARACTERS_MAX)).filter(|text| !text.is_empty());
        return Ok(());
    };
    let word = heading.text();
    let at = format!("tr[{}]", cut(&word, 40));
    let cell = cell.ok_or_else(|| malformed(&at, "a cell", "none"))?;
    match (word.as_str(), AttributeKind::parse(&word)) {
        (_, Some(kind)) => {
            let mark = cell.inside().find(|element| element.is("mark")).map(Element::text);
            let whole = cell.text();
            let name =
                mark.as_deref().map_or(whole.as_str(), |mark| whole.strip_suffix(mark).unwrap_or(&whole));
            let name = tidy(name).ok_or_else(|| malformed(&at, "a name", &whole))?;
            let rarity = mark.map(|mark| rarity(&at, &mark)).transpose()?.flatten();
            page.attributes.push(Attribute { kind, name, rarity });
        }
        ("Owner", None) => page.owner = owner(&at, cell)?,
        ("Quantity", None) => page.issued = Some(quantity(&at, &cell.text())?),
        // A row that came later: the rest holds without it.
        _ => {}
    }
    Ok(())
}

fn rarity(at: &str, mark: &str) -> Result<Option<Rarity>, Malformed> {
    let percent = mark.strip_suffix('%').ok_or_else(|| malformed(at, "a percent", mark))?;
    Rarity::from_percent(percent.trim()).map_err(|_| malformed(at, "a percent", mark))
}

fn owner(at: &str, cell: Element<'_>) -> Result<PageOwner, Malformed> {
    if let Some(span) = cell.all("tgme_gift_owner_address").next() {
        let text = span.text();
        let address = ton::account(&text).ok_or_else(|| malformed(at, "an address of TON", &text))?;
        return Ok(PageOwner::Chain { address: address.to_friendly(FriendlyFlags::BOUNCEABLE) });
    }
    let link = cell.inside().find(|element| element.is("a")).and_then(|link| link.attribute("href"));
    let username = link.and_then(|link| link.strip_prefix("https://t.me/")).map(str::to_owned);
    match tidy(&cell.text()) {
        Some(name) => Ok(PageOwner::Account { name, username }),
        None => Ok(PageOwner::Hidden),
    }
}

/// `434 580/468 745 issued`, whatever spaces stand between the digits.
fn quantity(at: &str, text: &str) -> Result<(u32, u32), Malformed> {
    let digits = |part: &str| -> Option<u32> {
        let digits: String = part.chars().filter(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let read = text.split_once('/').and_then(|(issued, most)| Some((digits(issued)?, digits(most)?)));
    read.ok_or_else(|| malformed(at, "two counts", text))
}

fn named(fault: Malformed) -> Malformed {
    Malformed { market: source_id(), ..fault }
}

fn source_id() -> MarketId {
    MarketId::parse("telegram").expect("the id is lower-case letters")
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed { market: source_id(), path: path.into(), expected: expected.into(), found: cut(found, 60) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IN_AN_ACCOUNT: &str = include_str!("../fixtures/telegram/constructed/in-an-account.html");
    const ON_CHAIN: &str = include_str!("../fixtures/telegram/constructed/on-chain.html");
    const HIDDEN: &str = include_str!("../fixtures/telegram/constructed/hidden.html");

    fn gift(text: &str) -> GiftId {
        GiftId::parse(text).unwrap()
    }

    fn page(body: &str, of: &str) -> GiftPage {
        read(body, &gift(of)).unwrap().unwrap()
    }

    #[test]
    fn every_page_is_read_whole() {
        let page = page(IN_AN_ACCOUNT, "victorymedal-33886");
        assert_eq!((page.title.as_str(), page.issued), ("Victory Medal", Some((434_580, 468_745))));
        let attributes: Vec<_> = page.attributes.iter().map(|one| (one.name.as_str(), one.rarity)).collect();
        let per_mille = Rarity::per_mille;
        assert_eq!(
            attributes,
            [("Bronze", per_mille(125)), ("Shield", per_mille(4)), ("Steel Grey", per_mille(12))]
        );
        assert_eq!(page.origin.as_deref(), Some("Gifted by Another on 15 May 2025"));
        assert_eq!(self::page(HIDDEN, "bdaycandle-7").origin, None);
    }

    #[test]
    fn who_owns_it_is_told_in_three_ways() {
        let account = PageOwner::Account { name: "Some & Body".into(), username: Some("somebody".into()) };
        assert_eq!(page(IN_AN_ACCOUNT, "victorymedal-33886").owner, account);
        let PageOwner::Chain { address } = page(ON_CHAIN, "plushpepe-298").owner else { panic!() };
        assert!(address.starts_with("EQ"), "in the one spelling we keep: {address}");
        assert_eq!(page(HIDDEN, "bdaycandle-7").owner, PageOwner::Hidden);
    }

    #[test]
    fn no_table_is_no_gift() {
        let none = include_str!("../fixtures/telegram/constructed/no-such-gift.html");
        assert_eq!(read(none, &gift("plushpepe-298")), Ok(None));
        // The quoted head alone is no page either; its title is read all the same.
        let quoted = include_str!("../fixtures/telegram/quoted/tme-nft-page-head-snippet.html");
        assert_eq!(read(quoted, &gift("victorymedal-33886")), Ok(None));
        assert_eq!(title(quoted).as_deref(), Ok("Victory Medal #33886"));
    }

    #[test]
    fn only_the_table_has_to_be_well_formed() {
        let loose = HIDDEN.replace("</div></div>", "</div>");
        assert_eq!(page(&loose, "bdaycandle-7"), page(HIDDEN, "bdaycandle-7"));
        let broken = HIDDEN.replace("</mark></td></tr>", "</td></mark></tr>");
        assert!(read(&broken, &gift("bdaycandle-7")).is_err());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let change =
            |from: &str, to: &str| read(&HIDDEN.replace(from, to), &gift("bdaycandle-7")).unwrap_err().path;
        assert_eq!(change("3%", "few"), "tr[Model]");
        assert_eq!(change("/500", "of 500"), "tr[Quantity]");
        assert_eq!(read(HIDDEN, &gift("bdaycandle-8")).unwrap_err().path, "meta[og:title]");
        let other = ON_CHAIN.replace("UQC5p9zh", "UQC5p9zi");
        assert_eq!(read(&other, &gift("plushpepe-298")).unwrap_err().path, "tr[Owner]");
        assert_eq!(read(&"a".repeat(PAGE_BYTES_MAX + 1), &gift("plushpepe-298")).unwrap_err().path, "");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,120}", at in 0..2_000_usize, piece in "[<>/\"a-z ]{0,8}") {
            let _ = read(&text, &gift("plushpepe-298"));
            let mut body = ON_CHAIN.to_owned();
            let at = (at..body.len()).find(|at| body.is_char_boundary(*at)).unwrap_or(0);
            body.insert_str(at, &piece);
            let _ = read(&body, &gift("plushpepe-298"));
        }
    }
}
