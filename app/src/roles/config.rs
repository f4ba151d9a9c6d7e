//! `ribbon config`: the table of settings, and what holds here.

use crate::answer;
use crate::config::setting::Fallback;
use crate::config::{Concern, Values, document};
use crate::exit::Exit;

/// Prints the table for a terminal.
#[must_use]
pub fn table() -> Exit {
    answer::line(document::text().trim_end());
    Exit::Fine
}

/// Prints docs/CONFIGURATION.md.
#[must_use]
pub fn document() -> Exit {
    answer::line(document::markdown().trim_end());
    Exit::Fine
}

/// Prints what holds here and where each value comes from; of a secret only that it is set.
#[must_use]
pub fn effective(values: &Values) -> Exit {
    answer::line(effective_text(values).trim_end());
    Exit::Fine
}

fn effective_text(values: &Values) -> String {
    let mut out = String::new();
    for setting in Concern::ALL.into_iter().flat_map(Concern::settings) {
        let line = match (values.shown(&setting), values.get(&setting), setting.fallback) {
            (Some((text, origin)), _, _) => format!("{text}  ({origin})"),
            (None, Some(_), _) => "set, not shown".to_owned(),
            (None, None, Fallback::Value(text) | Fallback::Described(text)) => format!("not set: {text}"),
        };
        out.push_str(&format!("{} = {line}\n", setting.name));
    }
    out
}
