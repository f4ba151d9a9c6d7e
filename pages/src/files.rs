//! The static files inside the executable, listed by the build from `static/` and `explorer/dist/`.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

/// A file and how it is served.
#[derive(Debug)]
pub(crate) struct File {
    /// Path below `/static/`, or `explorer/...`.
    pub(crate) path: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: &'static [u8],
    tag: OnceLock<String>,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

impl File {
    const fn new(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Self {
        Self { path, content_type, bytes, tag: OnceLock::new() }
    }

    /// The entity tag: the content's hash, quoted.
    pub(crate) fn tag(&self) -> &str {
        self.tag.get_or_init(|| format!("\"{}\"", hex::encode(&Sha256::digest(self.bytes)[..16])))
    }
}

/// All files.
#[cfg(test)]
pub(crate) fn all() -> &'static [File] {
    &FILES
}

/// The file at a path.
pub(crate) fn find(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}
