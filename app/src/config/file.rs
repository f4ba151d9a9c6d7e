//! Reads `ribbon.toml` into pairs of key and text. Tables only group: `[sandbox] gifts = 100` is `sandbox_gifts = 100`.

use std::io::Read as _;
use std::path::Path;

use toml::Value;

use super::fault::ConfigFault;

/// Largest file read, in bytes.
const FILE_BYTES_MAX: u64 = 1_000_000;
/// Deepest table read; no setting's name has more words.
const DEPTH_MAX: usize = 8;

/// One setting as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The key with its tables, joined by points, as a reader finds it.
    pub(super) path: String,
    /// The key with its tables, joined by underscores, in lower case, as settings are named.
    pub(super) key: String,
    /// The value as text; a list is joined by commas. `None` when it is of a type no setting has.
    pub(super) text: Option<String>,
}

/// Reads the file at `path`.
///
/// # Errors
/// [`ConfigFault::File`] when it cannot be read or is larger than 1 MB, [`ConfigFault::Toml`] when it is no TOML.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, ConfigFault> {
    let unreadable = |why: String| ConfigFault::File { path: path.to_owned(), why };
    let file = std::fs::File::open(path).map_err(|fault| unreadable(fault.to_string()))?;
    let mut text = String::new();
    let read = file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text);
    let bytes = read.map_err(|fault| unreadable(fault.to_string()))?;
    if bytes as u64 > FILE_BYTES_MAX {
        return Err(unreadable("it is larger than 1 MB".into()));
    }
    parse(&text).map_err(|why| ConfigFault::Toml { path: path.to_owned(), why })
}

/// Reads the text of a file.
///
/// # Errors
/// The TOML reader's own message, with line and column.
pub(super) fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let table: toml::Table = text.parse().map_err(|fault: toml::de::Error| place(text, &fault))?;
    let mut entries = Vec::new();
    gather(&mut Vec::new(), table, &mut entries);
    Ok(entries)
}

/// The reader's message without the excerpt of the file: the line may hold a secret.
fn place(text: &str, fault: &toml::de::Error) -> String {
    let line = fault.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", fault.message()),
        None => fault.message().to_owned(),
    }
}

fn gather(tables: &mut Vec<String>, table: toml::Table, entries: &mut Vec<Entry>) {
    for (name, value) in table {
        tables.push(name);
        match value {
            Value::Table(inner) if tables.len() < DEPTH_MAX => gather(tables, inner, entries),
            other => entries.push(Entry {
                path: tables.join("."),
                key: tables.join("_").to_ascii_lowercase().replace('-', "_"),
                text: scalar(&other),
            }),
        }
        tables.pop();
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(flag) => Some(if *flag { "on".into() } else { "off".into() }),
        Value::Array(list) => {
            let parts: Option<Vec<String>> =
                list.iter().map(|part| part.as_str().map(str::to_owned)).collect();
            parts.map(|parts| parts.join(","))
        }
        Value::Table(_) | Value::Datetime(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tables_only_group() {
        let text = "listen = '127.0.0.1:1'\nmarkets = ['getgems', 'mrkt']\nspeed = 1.5\n[sandbox]\ngifts = 100\n\
                    [graphql]\nintrospection = true\n[graphql.depth]\nmax = 9\n";
        let mut found: Vec<String> = parse(text)
            .unwrap()
            .into_iter()
            .map(|entry| format!("{} {} {}", entry.path, entry.key, entry.text.unwrap()))
            .collect();
        found.sort();
        assert_eq!(
            found,
            [
                "graphql.depth.max graphql_depth_max 9",
                "graphql.introspection graphql_introspection on",
                "listen listen 127.0.0.1:1",
                "markets markets getgems,mrkt",
                "sandbox.gifts sandbox_gifts 100",
                "speed speed 1.5",
            ]
        );
    }

    #[test]
    fn a_broken_file_names_the_line_and_never_the_text() {
        let fault = parse("listen = 'a'\ndatabase_url = postgres://user:hunter2@host/db\n").unwrap_err();
        assert!(fault.starts_with("line 2: "), "{fault}");
        assert!(!fault.contains("hunter2"), "{fault}");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-z=\\[\\]{}.,'\"0-9\n -]{0,120}") { let _ = parse(&text); }
    }
}
