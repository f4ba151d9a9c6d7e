//! Words that are not used here: one thing has one name, in SQL, Rust, GraphQL, logs and pages; spelling is American.
//!
//! Markets name their own things, so crates that speak their formats are left out.

use std::sync::LazyLock;

use regex::Regex;

use super::{assert_none, faults_by_line, text_files};

/// What is not said, and what is said instead.
const WORDS: &[(&str, &str)] = &[
    (r"marketplaces?|venues?", "market"),
    (r"star[ _]gifts?", "gift"),
    (r"min[ _]price|minprice", "floor"),
    (r"last_id", "position, cursor"),
    (r"cash_?outs_total|txn", "entry, `Tx` or `TonTransaction`"),
    (r"colou?rise\w*|\w*colour\w*", "color"),
    (r"behaviour\w*", "behavior"),
    (r"neighbour\w*", "neighbor"),
    (r"(serial|normal|author|optim|organ|recogn|synchron|material)is(e|es|ed|ing|ation)\b", "... with z"),
    (r"licence\w*", "license"),
];

/// Crates that mirror foreign formats.
const FOREIGN: [&str; 2] = ["adapters", "sandbox"];

static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let compile = |text: &str| Regex::new(&format!(r"(?i)\b({text})\b")).expect("a pattern of ours");
    WORDS.iter().map(|(word, instead)| (compile(word), *instead)).collect()
});

fn fault(line: &str) -> Option<String> {
    PATTERNS.iter().find_map(|(pattern, instead)| {
        let found = pattern.find(line)?;
        Some(format!("\"{}\": say {instead}", found.as_str()))
    })
}

#[test]
fn words_are_those_of_the_list() {
    for breach in
        ["the cheapest marketplace", "let min_price = 1;", "serialise it", "the Colour of money", "Star gift"]
    {
        assert!(fault(breach).is_some(), "{breach}");
    }
    for fine in ["a market", "serialize it", "the floor", "starting gifts", "mistxn", "otherwise"] {
        assert_eq!(fault(fine), None, "{fine}");
    }
    let files = text_files();
    let read = [".rs", ".md", ".sql", ".graphql", ".ts", ".vue", ".mjs", ".css", ".html", ".toml"];
    let faults: Vec<String> = files
        .iter()
        .filter(|file| {
            !file.is_foreign() && file.ends_with_any(&read) && !file.path.ends_with("tidy/words.rs")
        })
        .filter(|file| !FOREIGN.contains(&file.folder()))
        .flat_map(|file| faults_by_line(file, fault))
        .collect();
    assert_none("The same thing has the same name everywhere.", &faults);
}
