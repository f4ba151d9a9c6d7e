//! Reading a market's answers without asking the market: no network, no credentials, no clock.

use domain::{Exchange, Malformed, MarketId, Page, RequestRecord, Seen, ports::Step, sighting::ScopeId};

/// A page of a scan, told from the request that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanPage {
    /// The scope that is walked; `None` where the request names a collection that is not known by itself.
    pub scope: Option<ScopeId>,
    /// Where the page begins, as the request says it; `None` for the scope's first page.
    pub cursor: Option<String>,
}

/// A market's pure reader. Evidence stays readable by it on any machine.
pub trait Reader: Send + Sync {
    /// Whose answers it reads.
    fn market(&self) -> MarketId;

    /// Reads an answer. The same exchange always gives the same page.
    ///
    /// # Errors
    /// [`Malformed`] when the request is none we send, a required field is missing or of another type, or the status is no success.
    fn read(&self, exchange: &Exchange) -> Result<Page, Malformed>;

    /// The scan scope that shows this lot while it is open, by what was seen of it; `None` for what is no lot.
    fn scope_of(&self, seen: &Seen) -> Option<ScopeId>;

    /// Which page of which scan this request asks for; `None` for one that a scan does not send, as when it leaves listings out.
    fn scan_page(&self, request: &RequestRecord) -> Option<ScanPage>;

    /// Where a scan stands after this page, which it asked for with `cursor`: the rule by which the worker walks, so that a reader can walk
    /// the same pages again. Most markets name the next page themselves.
    fn scan_step(&self, cursor: Option<&str>, page: &Page) -> Step {
        follow(cursor, page)
    }

    /// What the request for the page at such a cursor says of it, to be compared with [`ScanPage::cursor`].
    fn scan_place(&self, cursor: Option<&str>) -> Option<String> {
        cursor.map(str::to_owned)
    }

    /// What was probably asked when this body was the answer, told from its shape: for a file that somebody recorded without its
    /// request. `None` when the shape is none we know.
    fn guess(&self, body: &[u8]) -> Option<RequestRecord>;
}

/// The walk over pages that each name the next one.
pub(crate) fn follow(cursor: Option<&str>, page: &Page) -> Step {
    let next = page.cursor.clone().filter(|next| Some(next.as_str()) != cursor);
    next.map_or(Step::Done(None), Step::Continue)
}

/// The reader of a registered market.
#[must_use]
pub fn reader(market: &str) -> Option<&'static dyn Reader> {
    crate::registry::find(market).map(|registration| registration.reader)
}
