//! The one hash chain: a head over batches of lines. Whoever has the lines and the batch borders can recompute every head.

use sha2::{Digest, Sha256};

/// SHA-256 head of a chain.
pub type Head = [u8; 32];

/// The head before anything was sealed.
pub const GENESIS: Head = [0; 32];

/// Digest of a batch: SHA-256 over its lines, each followed by one line feed.
#[must_use]
pub fn digest<L: AsRef<str>>(lines: impl IntoIterator<Item = L>) -> Head {
    let mut hasher = Sha256::new();
    for line in lines {
        hasher.update(line.as_ref().as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().into()
}

/// The next head: SHA-256(previous head || digest).
#[must_use]
pub fn next(previous: &Head, digest: &Head) -> Head {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(digest);
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_depend_on_every_line_and_border() {
        let one = next(&GENESIS, &digest(["a", "b"]));
        let split = next(&next(&GENESIS, &digest(["a"])), &digest(["b"]));
        let joined = next(&GENESIS, &digest(["ab"]));
        assert_ne!(one, split);
        assert_ne!(one, joined);
        // printf 'a\nb\n' | sha256sum
        let expected = "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2";
        assert_eq!(hex::encode(digest(["a", "b"])), expected);
    }
}
