//! The table of settings for readers: as text for a terminal, and as Markdown for docs/CONFIGURATION.md.

use std::fmt::Write as _;

use super::concern::Concern;
use super::setting::{Fallback, Setting};

/// Width of the terminal text.
const WIDTH: usize = 100;
const INDENT: &str = "      ";

const INTRODUCTION: &str = "\
Every setting is an environment variable, a key in a TOML file, and a flag of the roles that use it. Flags win over the
environment, the environment over the file, the file over the defaults. The file is `ribbon.toml` in the working folder,
or the one that `RIBBON_CONFIG` names; its keys are the variables without `RIBBON_`, in lower case, and tables only group:
`[sandbox] gifts = 2000` is `sandbox_gifts = 2000`. A variable set to nothing counts as not set. Everything is checked at
the start: an unknown name, or a value that does not fit, stops `ribbon` with a message that says what is expected.
Secrets have no flag, because the list of processes would show them, and their values are never printed.
";

/// The table as text.
#[must_use]
pub fn text() -> String {
    let mut out = String::new();
    for concern in Concern::ALL {
        let _ = writeln!(out, "{}\n", concern.title().to_uppercase());
        for setting in concern.settings() {
            let secret = if setting.is_secret { "  (secret)" } else { "" };
            let _ = writeln!(out, "  {}{secret}", setting.name);
            wrap(&mut out, setting.meaning);
            wrap(&mut out, &format!("Expected: {}{}.", setting.kind.expected(), unit(&setting)));
            let fallback = setting.fallback_text();
            wrap(&mut out, &format!("Default: {fallback}"));
            let flag = setting.flag().map(|flag| format!(", --{flag}")).unwrap_or_default();
            let _ = writeln!(out, "{INDENT}File: {}{flag}\n", setting.key());
        }
    }
    out
}

/// The table as Markdown: the whole of docs/CONFIGURATION.md.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Configuration\n\n<!-- Written by `ribbon config --markdown`; change the table in app/src/config/, not this file. -->\n\n",
    );
    out.push_str(INTRODUCTION);
    for concern in Concern::ALL {
        let _ = writeln!(out, "\n## {}\n\n| variable | default | meaning |\n|---|---|---|", concern.title());
        for setting in concern.settings() {
            let default = match setting.fallback {
                Fallback::Value(text) => format!("`{text}`"),
                Fallback::Described(text) => text.to_owned(),
            };
            let secret = if setting.is_secret { " **Secret.**" } else { "" };
            let line = format!(
                "`{}` | {default} | {}{secret} Expected: {}{}.",
                setting.name,
                setting.meaning,
                setting.kind.expected(),
                unit(&setting),
            );
            // A bar inside a cell would end it.
            let cells: Vec<String> = line.splitn(3, " | ").map(|cell| cell.replace('|', "\\|")).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
    }
    out
}

fn unit(setting: &Setting) -> String {
    if setting.unit.is_empty() { String::new() } else { format!(" ({})", setting.unit) }
}

fn wrap(out: &mut String, text: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && INDENT.len() + line.len() + 1 + word.len() > WIDTH {
            let _ = writeln!(out, "{INDENT}{line}");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{INDENT}{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_told_whole() {
        let (text, markdown) = (text(), markdown());
        let mut names = std::collections::BTreeSet::new();
        for setting in Concern::ALL.into_iter().flat_map(Concern::settings) {
            assert!(names.insert(setting.name), "{} stands twice", setting.name);
            assert!(
                setting.name.starts_with("RIBBON_") || setting.name == "DATABASE_URL",
                "{}",
                setting.name
            );
            assert!(setting.meaning.ends_with('.'), "{}", setting.name);
            if let Fallback::Value(value) = setting.fallback {
                assert!(setting.parse(value).is_some(), "{}: its own default does not fit", setting.name);
                assert!(!setting.is_secret, "{}: a secret has no default", setting.name);
            }
            assert!(text.contains(setting.name) && markdown.contains(&format!("`{}`", setting.name)));
        }
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn the_document_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/CONFIGURATION.md");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == markdown(),
            "docs/CONFIGURATION.md is not what the table says; write it anew: \
             cargo run -- config --markdown > docs/CONFIGURATION.md"
        );
    }
}
