//! Reading a market's answers without asking the market: no network, no credentials, no clock.

use domain::{Exchange, Malformed, MarketId, Page, RequestRecord, Seen, sighting::ScopeId};

/// A page of a scan, told from the request that it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanPage {
    /// The scope that is walked; `None` where the request names a collection that is not known by itself.
    pub scope: Option<ScopeId>,
    /// Where the page begins: the market's cursor; `None` for the scope's first page.
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

    /// What was probably asked when this body was the answer, told from its shape: for a file that somebody recorded without its
    /// request. `None` when the shape is none we know.
    fn guess(&self, body: &[u8]) -> Option<RequestRecord>;
}

/// The reader of a registered market.
#[must_use]
pub fn reader(market: &str) -> Option<&'static dyn Reader> {
    crate::registry::find(market).map(|registration| registration.reader)
}
