//! One request and its answer, as kept for evidence: everything a stranger needs to read it again, and no secret.

use serde::{Deserialize, Serialize};

use crate::{evidence::EvidenceHash, market::MarketId};

/// Most bytes an answer's body may have, after decompression.
pub const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Most bytes of [`Exchange::evidence_bytes`]: the largest body and 64 KiB for the line that describes the request, whose target and body
/// we make ourselves from bounded parts.
pub const EVIDENCE_BYTES_MAX: usize = BODY_BYTES_MAX + 64 * 1024;

/// Where an answer came from. Rows are labelled by it, and the kinds never mix in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Fetched by us from the configured address.
    Fetched,
    /// Really recorded by somebody and published; read from `adapters/fixtures/*/recorded`.
    Recorded,
    /// Built by us from the documented shape; read from `adapters/fixtures/*/constructed`. Never called real.
    Constructed,
}

/// The request, without headers: they may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RequestRecord {
    /// HTTP method in capitals.
    pub method: String,
    /// Path and query below the source's base URL, as in `/v1/nfts/history/gifts?limit=100`.
    pub target: String,
    /// The request's body, where it has one. Requests that carry credentials are never recorded.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
}

/// A request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The source asked.
    pub market: MarketId,
    /// What was asked.
    pub request: RequestRecord,
    /// HTTP status of the answer.
    pub status: u16,
    /// The answer's body as it came (after content decoding).
    pub body: Vec<u8>,
    /// Microseconds since 1970 on the database's clock when the request was sent.
    pub started_at_us: i64,
    /// Microseconds since 1970 on the database's clock when the answer was whole.
    pub received_at_us: i64,
    /// Where it came from.
    pub origin: Origin,
}

#[derive(Serialize, Deserialize)]
struct EvidenceHead {
    market: MarketId,
    method: String,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    body: Option<String>,
    status: u16,
}

/// Why evidence bytes could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no evidence file: its first line is not the description of a request ({why})")]
pub struct EvidenceFault {
    /// The reader's own message.
    pub why: String,
}

impl Exchange {
    /// What is kept and hashed: one JSON line describing the request, then the body as it came. Times are not part of it, so
    /// the same answer to the same request is one piece of evidence.
    #[must_use]
    pub fn evidence_bytes(&self) -> Vec<u8> {
        let head = EvidenceHead {
            market: self.market.clone(),
            method: self.request.method.clone(),
            target: self.request.target.clone(),
            body: self.request.body.clone(),
            status: self.status,
        };
        let mut bytes = serde_json::to_vec(&head).unwrap_or_default();
        bytes.push(b'\n');
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// The content address.
    #[must_use]
    pub fn evidence_hash(&self) -> EvidenceHash {
        EvidenceHash::of(&self.evidence_bytes())
    }

    /// Reads evidence bytes back; times are the caller's, `origin` is what the caller knows.
    ///
    /// # Errors
    /// [`EvidenceFault`] when the first line is not an evidence head.
    pub fn from_evidence(bytes: &[u8], at_us: i64, origin: Origin) -> Result<Self, EvidenceFault> {
        let end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
        let (line, rest) = bytes.split_at(end);
        let head: EvidenceHead =
            serde_json::from_slice(line).map_err(|fault| EvidenceFault { why: fault.to_string() })?;
        let EvidenceHead { market, method, target, body, status } = head;
        Ok(Self {
            market,
            request: RequestRecord { method, target, body },
            status,
            body: rest.get(1..).unwrap_or_default().to_vec(),
            started_at_us: at_us,
            received_at_us: at_us,
            origin,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn evidence_reads_back(body in prop::collection::vec(any::<u8>(), 0..200), target in "/[a-z?&=]{0,20}", sent in prop::option::of("\\PC{0,20}")) {
            let exchange = Exchange {
                market: MarketId::parse("getgems").unwrap(),
                request: RequestRecord { method: "GET".into(), target, body: sent },
                status: 200, body, started_at_us: 5, received_at_us: 5, origin: Origin::Fetched,
            };
            prop_assert_eq!(Exchange::from_evidence(&exchange.evidence_bytes(), 5, Origin::Fetched), Ok(exchange));
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Exchange::from_evidence(&bytes, 0, Origin::Fetched);
        }
    }
}
