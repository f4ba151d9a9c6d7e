//! toncenter's indexer as a source of recorded traces. Nothing is asked of it here; a file is read.

mod expected;
mod parse;
mod wire;

pub(crate) use parse::trace;

use domain::{Malformed, MarketId};

const ID: &str = "toncenter";

fn source_id() -> MarketId {
    MarketId::parse(ID).expect("the id is lower-case letters")
}

fn malformed(path: &str, expected: &str, found: &str) -> Malformed {
    Malformed {
        market: source_id(),
        path: path.into(),
        expected: expected.into(),
        found: crate::text::cut(found, 60),
    }
}
