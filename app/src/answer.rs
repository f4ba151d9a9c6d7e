//! Standard output: the answers of roles. Everything else (logs, progress, faults) goes to standard error.

use std::io::{ErrorKind, Write};

use crate::progress;

/// Writes a text and a line end. A reader that went away ends nothing: what follows is simply not read.
pub fn line(text: &str) {
    let written = progress::above(|| {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.write_all(b"\n")?;
        out.flush()
    });
    if let Err(fault) = written
        && fault.kind() != ErrorKind::BrokenPipe
    {
        tracing::error!(error = %fault, "Standard output cannot be written");
    }
}

/// Writes a value as indented JSON and a line end.
pub fn json(value: &impl serde::Serialize) {
    line(&serde_json::to_string_pretty(value).expect("an answer of ours is always JSON"));
}
