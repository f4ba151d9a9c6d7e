//! Cursors: a place in a list or in the log, bound to what it is a place of, with a check sum.
//!
//! A cursor holds no secret and grants nothing, so the check sum only keeps a damaged or foreign one from being read as a place.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use store::read::{KeyKind, KeyPart};

use crate::{
    refusal::{Refusal, RefusalCode},
    scalar::{CURSOR_BYTES_MAX, Cursor},
};

const VERSION: u8 = 1;
const MARK: usize = 4;

/// What a cursor is a place of: another field, sort or filter gives another scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CursorScope([u8; MARK]);

impl CursorScope {
    /// The scope of a described list.
    pub(crate) fn of(description: &str) -> Self {
        Self(mark(&[b"ribbon cursor scope", description.as_bytes()]))
    }

    /// A cursor for a place.
    pub(crate) fn cursor(self, place: &impl Serialize) -> Cursor {
        let payload = serde_json::to_vec(place).unwrap_or_default();
        let mut bytes = vec![VERSION];
        bytes.extend(self.0);
        bytes.extend(self.check(&payload));
        bytes.extend(payload);
        Cursor(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The place of a cursor.
    ///
    /// # Errors
    /// A [`CursorFault`].
    pub(crate) fn place<T: DeserializeOwned>(self, cursor: &Cursor) -> Result<T, CursorFault> {
        if cursor.0.len() > CURSOR_BYTES_MAX {
            return Err(CursorFault::Damaged);
        }
        let bytes = URL_SAFE_NO_PAD.decode(&cursor.0).map_err(|_| CursorFault::Damaged)?;
        let (head, payload) = bytes.split_at_checked(1 + 2 * MARK).ok_or(CursorFault::Damaged)?;
        let (scope, check) = (&head[1..=MARK], &head[1 + MARK..]);
        let held = Self(scope.try_into().unwrap_or_default());
        if head[0] != VERSION || check != held.check(payload) {
            return Err(CursorFault::Damaged);
        }
        if held != self {
            return Err(CursorFault::Foreign);
        }
        serde_json::from_slice(payload).map_err(|_| CursorFault::Damaged)
    }

    fn check(self, payload: &[u8]) -> [u8; MARK] {
        mark(&[b"ribbon cursor", &self.0, payload])
    }
}

/// Why a cursor is no place here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CursorFault {
    /// Not one of ours, or changed on the way.
    #[error("the cursor is damaged: give it back as it came")]
    Damaged,
    /// A place of something else.
    #[error("the cursor belongs to another query, sort, filter or database")]
    Foreign,
}

impl From<CursorFault> for Refusal {
    fn from(fault: CursorFault) -> Self {
        Self::new(RefusalCode::BadCursor, fault.to_string())
    }
}

/// The place of a sorted list, with its parts' kinds compared.
///
/// # Errors
/// As [`CursorScope::place`].
pub(crate) fn keyset(
    scope: CursorScope,
    cursor: &Cursor,
    kinds: &[KeyKind],
) -> Result<Vec<KeyPart>, CursorFault> {
    let parts: Vec<KeyPart> = scope.place(cursor)?;
    let fits = parts.iter().map(KeyPart::kind).eq(kinds.iter().copied());
    fits.then_some(parts).ok_or(CursorFault::Damaged)
}

fn mark(parts: &[&[u8]]) -> [u8; MARK] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(0).to_be_bytes());
        hasher.update(part);
    }
    let digest = hasher.finalize();
    let mut mark = [0; MARK];
    mark.copy_from_slice(&digest[..MARK]);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts() -> impl Strategy<Value = Vec<KeyPart>> {
        let part = prop_oneof![any::<i64>().prop_map(KeyPart::Int), "\\PC{0,20}".prop_map(KeyPart::Text)];
        prop::collection::vec(part, 0..6)
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back(parts in parts()) {
            let scope = CursorScope::of("listings");
            let kinds: Vec<KeyKind> = parts.iter().map(KeyPart::kind).collect();
            prop_assert_eq!(keyset(scope, &scope.cursor(&parts), &kinds), Ok(parts));
        }

        #[test]
        fn a_foreign_cursor_is_refused(parts in parts()) {
            let cursor = CursorScope::of("listings by price").cursor(&parts);
            prop_assert_eq!(keyset(CursorScope::of("listings by number"), &cursor, &[]), Err(CursorFault::Foreign));
        }

        #[test]
        fn a_damaged_cursor_is_refused(parts in parts(), at in any::<prop::sample::Index>(), flip in 1..=255_u8) {
            let scope = CursorScope::of("listings");
            let mut bytes = URL_SAFE_NO_PAD.decode(scope.cursor(&parts).0).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            let place = scope.place::<Vec<KeyPart>>(&Cursor(URL_SAFE_NO_PAD.encode(bytes)));
            prop_assert_eq!(place, Err(CursorFault::Damaged));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,80}") {
            prop_assert!(CursorScope::of("x").place::<i64>(&Cursor(text)).is_err());
        }
    }

    #[test]
    fn kinds_are_compared() {
        let scope = CursorScope::of("listings");
        let cursor = scope.cursor(&vec![KeyPart::Int(5)]);
        assert!(keyset(scope, &cursor, &[KeyKind::Text]).is_err());
        assert!(keyset(scope, &cursor, &[KeyKind::Int, KeyKind::Int]).is_err());
    }
}
