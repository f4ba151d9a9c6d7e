//! Pieces of Fragment's markup. Owns how a gift, an amount and a time are spelled in it.

use crate::serve::list::{decimal, iso};

/// Text between tags or in quotes, escaped as the quoted `Durov&#39;s Caps` is.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Telegram writes U+2019; the quoted line has it in ASCII.
            '\'' | '\u{2019}' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// An amount of TON: a comma before every three digits, a point before up to nine.
pub(super) fn ton(amount: i64) -> String {
    let text = decimal(amount, 9);
    let (whole, rest) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let whole = grouped(whole);
    rest.map_or(whole.clone(), |rest| format!("{whole}.{rest}"))
}

/// Digits with a comma before every three.
pub(super) fn grouped(digits: &str) -> String {
    let head = digits.len() % 3;
    let mut groups: Vec<&str> = if head > 0 { vec![&digits[..head]] } else { Vec::new() };
    groups.extend((head..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
    groups.join(",")
}

/// The quoted price cell.
pub(super) fn price_cell(amount: i64) -> String {
    format!("<div class=\"tm-grid-item-value tm-value icon-before icon-ton\">{}</div>", ton(amount))
}

/// The quoted entry of the filter of collections.
pub(super) fn filter_item(slug: &str, plural: &str, count: usize) -> String {
    let (plural, count) = (escape(plural), grouped(&count.to_string()));
    format!(
        "<a href=\"/gifts/{slug}\" class=\"tm-main-filters-item js-filter-item js-choose-collection-item\" data-keywords=\"{plural}\" data-value=\"{slug}\"><div class=\"tm-main-filters-photo\"></div><div class=\"tm-main-filters-name\">{plural}</div><div class=\"tm-main-filters-count\">{count}</div></a>\n"
    )
}

/// The same collection in the list for narrow screens, which repeats the wide one.
pub(super) fn popup_item(slug: &str, plural: &str) -> String {
    let plural = escape(plural);
    format!(
        "<a href=\"/gifts/{slug}\" class=\"tm-popup-filters-item icon-after\" data-value=\"{slug}\">\n<div class=\"tm-popup-filters-name\">{plural}</div></a>\n"
    )
}

/// A time in whole seconds with its zone, as the quoted `2026-06-01T12:00:00+00:00`.
pub(super) fn time(at_us: i64) -> String {
    let stamp = iso(at_us, 0).replace('Z', "+00:00");
    let day = &stamp[..10];
    format!("<time datetime=\"{stamp}\" data-relative=\"short-text\">{day}</time>")
}

/// How a gift stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    ForSale,
    OnAuction,
    Sold,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::ForSale => "For sale",
            Self::OnAuction => "On auction",
            Self::Sold => "Sold",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::ForSale | Self::OnAuction => "tm-status-avail",
            Self::Sold => "tm-status-unavail",
        }
    }
}

/// One entry of a grid.
pub(super) struct Entry<'a> {
    pub(super) slug: &'a str,
    pub(super) title: &'a str,
    pub(super) number: u32,
    pub(super) amount: i64,
    pub(super) status: Status,
    /// The end of a listing, or the moment of a sale.
    pub(super) at_us: i64,
}

impl Entry<'_> {
    pub(super) fn markup(&self) -> String {
        let Self { slug, title, number, amount, status, at_us } = self;
        let (title, value, time) = (escape(title), price_cell(*amount), time(*at_us));
        let (word, class, picture) = (status.word(), status.class(), picture(slug, *number));
        format!(
            "<a href=\"/gift/{slug}-{number}\" class=\"tm-grid-item\">\n\
             <div class=\"tm-grid-item-photo\"><img class=\"tm-grid-thumb\" src=\"{picture}\" alt=\"\"></div>\n\
             <div class=\"tm-grid-item-content\"><div class=\"tm-grid-item-name\"><span class=\"item-name\">{title}</span><span class=\"item-num\">&nbsp;#{number}</span></div>\n\
             <div class=\"tm-grid-item-status thin-only {class}\">{word}</div>\n\
             <div class=\"tm-grid-item-values\">{value}</div>\n\
             <div class=\"tm-grid-item-desc\">{time}</div>\n\
             <div class=\"tm-grid-item-status wide-only {class}\">{word}</div></div></a>\n"
        )
    }
}

/// The picture of a gift on the static host.
pub(super) fn picture(slug: &str, number: u32) -> String {
    format!("https://nft.fragment.com/gift/{slug}-{number}.medium.jpg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_names_are_spelled_as_quoted() {
        for (amount, text) in [
            (7_000_000_000_000, "7,000"),
            (12_345_678_901, "12.345678901"),
            (999_000_000_000, "999"),
            (9_007_199_254_740_993, "9,007,199.254740993"),
            (1, "0.000000001"),
        ] {
            assert_eq!(ton(amount), text);
        }
        assert_eq!(escape("Durov\u{2019}s <Cap>"), "Durov&#39;s &lt;Cap&gt;");
        let us = domain::time::us_from_iso("2026-06-01T12:00:00.7Z").unwrap().unwrap();
        assert!(time(us).starts_with("<time datetime=\"2026-06-01T12:00:00+00:00\""));
    }
}
