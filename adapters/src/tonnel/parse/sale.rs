//! Pages of the history of sales.

use domain::{Happening, LotDetails, Malformed, Page, Seen, time::us_from_iso};
use serde::{Deserialize, Serialize};

use super::{
    Skip, listing::link, malformed, passed, push, required,
    value::{asset, attributes, gift, lot, price},
};
use crate::{
    json::{Notes, read_document},
    text::cut,
    tonnel::{market_id, wire::Sale},
};

/// Numbers above are milliseconds since 1970, those below seconds: as seconds it is the year 5138.
const SECONDS_MAX: i64 = 100_000_000_000;

/// What a page covers, whatever its entries are: the walk goes on from its oldest. Its newest is of what is followed alone, because
/// the next walk begins there, and whoever reads the page refuses a sale whose time has not come, but not a bid. Written as the page's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::tonnel) struct Span {
    /// Time of the newest sale, milliseconds since 1970; `None` where no sale stands on the page.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::tonnel) newest_ms: Option<i64>,
    /// Time of the oldest entry.
    pub(in crate::tonnel) oldest_ms: i64,
    /// How many entries.
    pub(in crate::tonnel) entries: usize,
}

impl Span {
    /// The span of a page; `None` for one without entries.
    pub(in crate::tonnel) fn of(page: &Page) -> Option<Self> {
        serde_json::from_str(page.cursor.as_deref()?).ok()
    }

    fn text(self) -> String {
        serde_json::to_string(&self).expect("numbers are JSON")
    }
}

/// A page of sales and bids.
pub(super) fn page(body: &[u8]) -> Result<Page, Malformed> {
    let (sales, notes): (Vec<Sale<'_>>, Notes) = read_document(body, &market_id())?;
    let times = sales.iter().enumerate().map(|(index, sale)| time_us(&sale.timestamp.0, index));
    let times = times.collect::<Result<Vec<i64>, Malformed>>()?;
    let ms = |us: &i64| domain::time::ms_from_us(*us);
    let span = times.iter().min().map(|oldest| Span {
        newest_ms: None,
        oldest_ms: ms(oldest),
        entries: times.len(),
    });
    let mut page = Page::default();
    page.sightings.reserve(sales.len());
    for (index, (sale, at_us)) in sales.into_iter().zip(times).enumerate() {
        let outcome = happening(sale, at_us, index, &notes);
        push(&mut page, index, outcome)?;
    }
    let followed = page.sightings.iter().filter_map(|sighting| match &sighting.seen {
        Seen::Happened { at_us, .. } => Some(ms(at_us)),
        _ => None,
    });
    let newest_ms = followed.max();
    page.cursor = span.map(|span| Span { newest_ms, ..span }.text());
    page.unknown_fields = notes.into_unknown();
    Ok(page)
}

/// Microseconds since 1970. Dates are texts; numbers of seconds or milliseconds were seen by clients too.
fn time_us(text: &str, index: usize) -> Result<i64, Malformed> {
    let number = text.parse::<i64>().ok().filter(|number| *number > 0);
    let us = match number {
        Some(seconds) if seconds < SECONDS_MAX => seconds.checked_mul(1_000_000),
        Some(millis) => millis.checked_mul(1_000),
        None => us_from_iso(text).ok().flatten(),
    };
    let expected = "a time like 2026-08-13T11:38:06.927Z";
    us.ok_or_else(|| malformed(&format!("/{index}/timestamp"), expected, text))
}

fn happening(sale: Sale<'_>, at_us: i64, index: usize, notes: &Notes) -> Result<Seen, Skip> {
    let Sale {
        id,
        number,
        gift_name,
        name,
        model,
        symbol,
        backdrop,
        asset: code,
        price: amount,
        kind,
        timestamp: _,
    } = sale;
    match &*kind {
        // An internal one is paid between two balances that Tonnel holds: a sale like any other.
        "SALE" | "INTERNAL_SALE" => {}
        "BID" => return Err(passed("a bid in an auction: not followed yet")),
        other => {
            notes.count_word("/*/type", other);
            return Err(passed(format!("an entry of the kind `{}`: not followed", cut(other, 40))));
        }
    }
    if id < 0 {
        return Err(passed("a bundle of gifts: not followed yet"));
    }
    let field = if gift_name.is_none() && name.is_some() { "name" } else { "gift_name" };
    let title = required(gift_name.or(name), index, field)?;
    let gift = gift((&title, field), required(number, index, "gift_num")?, index)?;
    let (asset, currency) = asset(&code, "/*/asset", notes)?;
    let price = price(&amount, (asset, currency), index)?;
    let lot = lot(id, index)?;
    let details = LotDetails {
        attributes: attributes(model, symbol, backdrop),
        link_url: Some(link(&lot)),
        ..LotDetails::default()
    };
    Ok(Seen::Happened {
        // No entry has an id of its own. One gift cannot be sold twice in one moment, whatever kind of sale it is called.
        source_id: format!("sale:{lot}-{}", domain::time::ms_from_us(at_us)),
        at_us,
        lot,
        scope: asset.scope(&gift.slug),
        gift,
        what: Happening::Sold { price, seller: None, buyer: None, transaction: None },
        details: Some(details),
    })
}
