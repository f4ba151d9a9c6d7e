//! Faults on demand: which can be ordered, in which mixes, and which one the next request gets. Owns the rule that the
//! n-th request to an endpoint under an order meets the same fault on every run.

mod desk;
pub(crate) mod drift;
mod mix;
pub(crate) mod offsets;
pub(crate) mod pages;
pub(crate) mod poison;

pub(crate) use desk::{Chosen, FaultDesk};
pub use desk::{FaultCount, FaultOrder, FaultOrderFault};
pub use mix::{MIXES, Mix};

use serde::Serialize;

/// What can go wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// 429 with a Retry-After header.
    RetryAfter,
    /// 429 without one.
    TooMany,
    /// A page of HTML with status 200 instead of JSON.
    Html,
    /// A page of HTML with status 503, as a gateway writes it.
    GatewayHtml,
    /// 403.
    Forbidden,
    /// 500, 502 or 504 in turn.
    ServerError,
    /// The connection is reset before the answer.
    Reset,
    /// The connection is reset in the middle of the body.
    Truncated,
    /// The body ends in the middle, the connection does not.
    CutJson,
    /// The body comes in pieces, slowly.
    Slow,
    /// Fields that nobody knew appear.
    FieldAdded,
    /// A field that no client can do without has another name.
    FieldRenamed,
    /// A field that no client can do without is gone.
    FieldMissing,
    /// A field that no client can do without has another type.
    FieldRetyped,
    /// Some items of the page stand on it twice.
    ItemsDuplicated,
    /// The items of the page stand in reverse order.
    ItemsReordered,
    /// Some items of the page are not on it.
    ItemsMissing,
    /// The page's cursor leads to the same page again.
    PageRepeated,
    /// The next page comes before this one.
    PagesSwapped,
    /// This page is left out, the next one comes instead.
    PageMissing,
    /// The page says that it is the last one. Pages of open listings only.
    CursorLost,
    /// The prices are plausible and wrong, each a tenth too high.
    Poisoned,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::RetryAfter,
        Self::TooMany,
        Self::Html,
        Self::GatewayHtml,
        Self::Forbidden,
        Self::ServerError,
        Self::Reset,
        Self::Truncated,
        Self::CutJson,
        Self::Slow,
        Self::FieldAdded,
        Self::FieldRenamed,
        Self::FieldMissing,
        Self::FieldRetyped,
        Self::ItemsDuplicated,
        Self::ItemsReordered,
        Self::ItemsMissing,
        Self::PageRepeated,
        Self::PagesSwapped,
        Self::PageMissing,
        Self::CursorLost,
        Self::Poisoned,
    ];

    /// The word in control requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RetryAfter => "retry-after",
            Self::TooMany => "too-many",
            Self::Html => "html",
            Self::GatewayHtml => "gateway-html",
            Self::Forbidden => "forbidden",
            Self::ServerError => "server-error",
            Self::Reset => "reset",
            Self::Truncated => "truncated",
            Self::CutJson => "cut-json",
            Self::Slow => "slow",
            Self::FieldAdded => "field-added",
            Self::FieldRenamed => "field-renamed",
            Self::FieldMissing => "field-missing",
            Self::FieldRetyped => "field-retyped",
            Self::ItemsDuplicated => "items-duplicated",
            Self::ItemsReordered => "items-reordered",
            Self::ItemsMissing => "items-missing",
            Self::PageRepeated => "page-repeated",
            Self::PagesSwapped => "pages-swapped",
            Self::PageMissing => "page-missing",
            Self::CursorLost => "cursor-lost",
            Self::Poisoned => "poisoned",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// Whether it is made by the handler that builds a page, and not around it.
    pub(crate) fn is_of_pages(self) -> bool {
        matches!(
            self,
            Self::ItemsDuplicated
                | Self::ItemsReordered
                | Self::ItemsMissing
                | Self::PageRepeated
                | Self::PagesSwapped
                | Self::PageMissing
                | Self::CursorLost
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_its_own_name() {
        for fault in Fault::ALL {
            assert_eq!(Fault::parse(fault.name()), Some(fault));
        }
        assert_eq!(Fault::parse("none"), None);
    }
}
