//! Migrations never change once they are applied somewhere, and say why they are.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use sha2::{Digest as _, Sha256};

use super::{assert_none, root, text_files};

const CHECKSUMS: &str = "migrations/SHA256SUMS";

static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^migrations/\d{14}_[a-z]+(_[a-z0-9]+)+\.sql$").expect("a pattern of ours"));

/// `name: what is wrong` for files that are not as they were written down; both by name to checksum.
fn faults(written: &BTreeMap<String, String>, present: &BTreeMap<String, String>) -> Vec<String> {
    let add = "(cd migrations && sha256sum NAME >> SHA256SUMS)";
    let mut faults = Vec::new();
    for (name, checksum) in present {
        match written.get(name) {
            Some(expected) if expected == checksum => {}
            Some(_) => faults
                .push(format!("{name} was changed; a database that has it refuses. Add a new one instead")),
            None => faults.push(format!("{name} is new: write it down with {add}")),
        }
    }
    let gone = written.keys().filter(|name| !present.contains_key(*name));
    faults.extend(gone.map(|name| format!("{name} is gone; a database that has it refuses")));
    faults
}

#[test]
fn applied_migrations_never_change() {
    let table = |rows: &[(&str, &str)]| -> BTreeMap<String, String> {
        rows.iter().map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned())).collect()
    };
    let found = faults(
        &table(&[("a", "1"), ("b", "2"), ("gone", "3")]),
        &table(&[("a", "1"), ("b", "X"), ("new", "4")]),
    );
    let starts: Vec<&str> = found.iter().map(|fault| fault.split(';').next().unwrap_or_default()).collect();
    assert!(
        matches!(starts.as_slice(), ["b was changed", new, "gone is gone"] if new.starts_with("new is new")),
        "{found:?}"
    );

    let text = std::fs::read_to_string(root().join(CHECKSUMS)).expect("the checksums are committed");
    let written = text
        .lines()
        .map(|line| line.split_once("  ").expect("a line of sha256sum"))
        .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
        .collect();
    let present = text_files()
        .iter()
        .filter(|file| file.folder() == "migrations" && file.path.ends_with(".sql"))
        .map(|file| (file.path["migrations/".len()..].to_owned(), hex::encode(Sha256::digest(&file.text))))
        .collect();
    assert_none("A migration that was applied never changes.", &faults(&written, &present));
}

#[test]
fn a_migration_is_dated_named_and_explained() {
    assert!(NAME.is_match("migrations/20261121120000_create_log.sql"));
    assert!(!NAME.is_match("migrations/001_Log.sql"));
    let mut faults = Vec::new();
    for file in
        text_files().iter().filter(|file| file.path.ends_with(".sql") && file.folder() == "migrations")
    {
        if !NAME.is_match(&file.path) {
            faults.push(format!("{}: expected YYYYMMDDHHMMSS_verb_noun.sql", file.path));
        }
        if !file.text.starts_with("-- ") {
            faults.push(format!("{}: begins with no comment that says why, and how to go back", file.path));
        }
    }
    assert_none("A migration is dated, named by what it does, and explained.", &faults);
}
