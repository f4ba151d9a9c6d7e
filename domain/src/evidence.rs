//! Content addresses of what was seen.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// SHA-256 of the evidence bytes, see [`crate::exchange::Exchange::evidence_bytes`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EvidenceHash(pub [u8; 32]);

impl EvidenceHash {
    /// Hash of the bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl TryFrom<String> for EvidenceHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes)
            .map_err(|_| "an evidence hash is 64 hexadecimal digits".to_owned())?;
        Ok(Self(bytes))
    }
}

impl From<EvidenceHash> for String {
    fn from(hash: EvidenceHash) -> Self {
        hex::encode(hash.0)
    }
}

impl fmt::Display for EvidenceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for EvidenceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Where in which evidence an event was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// The evidence.
    pub hash: EvidenceHash,
    /// JSON pointer into the response body, as in `/response/items/3`; empty for the whole.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_hash_reads_its_own_text(bytes: [u8; 32], text in "\\PC{0,70}|[0-9a-fA-F]{64}") {
            let hash = EvidenceHash(bytes);
            prop_assert_eq!(EvidenceHash::try_from(hash.to_string()), Ok(hash));
            if let Ok(hash) = EvidenceHash::try_from(text.clone()) {
                prop_assert_eq!(hash.to_string(), text.to_ascii_lowercase());
            }
        }
    }
}
