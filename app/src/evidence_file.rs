//! The file that a page offers for download beside a number, and that `ribbon verify event` reads: an event with everything it
//! was made from. One JSON object, written and read here and nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::{EvidenceHash, LoggedEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use store::log::export::BatchSeal;

/// The format's name.
pub const FORMAT: &str = "ribbon-evidence-1";

/// Method of the request that a scan's manifest pretends to answer; its body lists the hashes of the scan's pages.
pub const MANIFEST_METHOD: &str = "SCAN";

/// Most earlier events that a file carries.
pub const EARLIER_MAX: i64 = 200;

/// The whole file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EvidenceFile {
    /// [`FORMAT`].
    pub format: String,
    /// The event's canonical line, as it stands in the log.
    pub event: Box<RawValue>,
    /// The batch that holds it, to find it again in an exported log.
    pub batch: Option<BatchSeal>,
    /// What the log said of the same gift before, oldest first: what was known when the event was made.
    pub earlier: Vec<LoggedEvent>,
    /// Whether `earlier` goes back to the gift's first event.
    pub earlier_is_whole: bool,
    /// Until when the evidence is kept, ISO 8601; `None` when it is kept no longer, or there never was any.
    pub kept_until: Option<String>,
    /// What the event refers to.
    pub evidence: Option<Kept>,
    /// The pages of the scan, in its order, where the evidence is a scan's manifest.
    pub pages: Vec<Kept>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// SHA-256 of the bytes.
    pub hash: EvidenceHash,
    /// The bytes; `None` when they are kept no longer.
    pub bytes_base64: Option<String>,
}

impl Kept {
    /// A piece whose bytes may be there.
    #[must_use]
    pub fn new(hash: EvidenceHash, bytes: Option<&[u8]>) -> Self {
        Self { hash, bytes_base64: bytes.map(|bytes| STANDARD.encode(bytes)) }
    }

    /// The bytes.
    ///
    /// # Errors
    /// A sentence, when the text is no base64.
    pub fn bytes(&self) -> Option<Result<Vec<u8>, String>> {
        let text = self.bytes_base64.as_ref()?;
        Some(
            STANDARD
                .decode(text)
                .map_err(|fault| format!("the bytes of {} are no base64: {fault}", self.hash)),
        )
    }
}

/// The hashes that a manifest lists; `None` when the body is no manifest.
#[must_use]
pub fn manifest_pages(body: &[u8]) -> Option<Vec<EvidenceHash>> {
    serde_json::from_slice(body).ok()
}
