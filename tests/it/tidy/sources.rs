//! What no source file may hold, and what no folder may be called.

use std::sync::LazyLock;

use regex::Regex;

use super::{TextFile, assert_none, faults_by_line, folders, text_files};

/// Longest source file, in lines. Most are far shorter; a longer one has more than one subject.
const LINES_MAX: usize = 500;

/// Names that say nothing of what is inside, so that everything ends there.
const FOLDERS: [&str; 4] = ["common", "core", "shared", "utils"];

/// Crates in which an amount or a rate of rarity is computed.
const EXACT: [&str; 1] = ["domain"];

/// Crates that may hold SQL.
const SQL: [&str; 3] = ["store", "tests", "benches"];

static FLOAT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(f32|f64)\b|(^|[^.\w])\d+\.\d+\b"));
static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)"\s*(select\s+\S+.*\bfrom\b|insert\s+into\s|delete\s+from\s|update\s+\S+\s+set\s|create\s+table\s|with\s+\w+\s+as\s*\()"#,
    )
});
static DRIVER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bsqlx::|\buse sqlx\b"));
// The roots of a build machine, whatever is below them, and hosts that packages come from.
static MACHINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(^|[^a-z.])/(work|root|tmp)/[a-z]"));
static REGISTRY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"https?://[^ "]*(crates|npm|pypi|debian|ubuntu)[a-z]*\.[a-z]|"resolved":"#));
static IGNORED: LazyLock<Regex> = LazyLock::new(|| pattern(r"#\[ignore\s*\]|\b(it|test|describe)\.skip\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with("--") || line.starts_with('*')
}

fn matches<'a>(pattern: &'a Regex, what: &'a str) -> impl Fn(&str) -> Option<String> + 'a {
    move |line| {
        let found = pattern.find(line).filter(|_| !is_comment(line));
        found.map(|found| format!("{what}: {}", found.as_str().trim()))
    }
}

fn found(file: &TextFile, pattern: &Regex, what: &str) -> Vec<String> {
    faults_by_line(file, matches(pattern, what))
}

fn check(rule: &str, applies: impl Fn(&TextFile) -> bool, faults: impl Fn(&TextFile) -> Vec<String>) {
    let files = text_files();
    let mut chosen = files.iter().filter(|file| applies(file)).peekable();
    assert!(chosen.peek().is_some(), "the rule applies to some files: {rule}");
    assert_none(rule, &chosen.flat_map(faults).collect::<Vec<_>>());
}

/// The file with its texts emptied, for what they hold is data.
fn without_texts(file: &TextFile) -> TextFile {
    static TEXT: LazyLock<Regex> = LazyLock::new(|| pattern(r#""([^"\\\n]|\\.)*""#));
    sample(&file.path, &TEXT.replace_all(&file.text, "\"\""))
}

fn sample(path: &str, text: &str) -> TextFile {
    TextFile { path: path.to_owned(), text: text.to_owned() }
}

fn is_rust(file: &TextFile) -> bool {
    file.path.ends_with(".rs")
}

#[test]
fn folders_say_what_they_hold() {
    let faults: Vec<String> = folders()
        .into_iter()
        .filter(|path| FOLDERS.contains(&path.rsplit('/').next().unwrap_or_default()))
        .collect();
    assert_none("No folder is called common, core, shared or utils.", &faults);
}

#[test]
fn exact_crates_have_no_floating_point() {
    for breach in ["let price: f64 = 1;", "x as f32", "let half = 0.5;"] {
        assert_eq!(found(&sample("domain/src/x.rs", breach), &FLOAT, "float").len(), 1, "{breach}");
    }
    for fine in
        ["/// 0.5 of the coin", "let range = 0..10;", "a.0.1", "let f640 = 1;", r#"parse("0.5 \" 0.5")"#]
    {
        let text = without_texts(&sample("domain/src/x.rs", fine));
        assert_eq!(found(&text, &FLOAT, "float"), Vec::<String>::new(), "{fine}");
    }
    check(
        "Money and rarity are integers.",
        |file| is_rust(file) && EXACT.contains(&file.folder()) && file.path.contains("/src/"),
        |file| found(&without_texts(file), &FLOAT, "floating point"),
    );
}

#[test]
fn sql_stands_in_store_alone() {
    for breach in [r#"query("select slug from market.gifts")"#, r#"  "insert into market.x values (1)""#] {
        assert_eq!(found(&sample("graphql/src/x.rs", breach), &STATEMENT, "SQL").len(), 1, "{breach}");
    }
    for fine in [r#""select a market""#, r#"// "select 1 from x""#, r#""with care as a rule""#] {
        assert_eq!(
            found(&sample("graphql/src/x.rs", fine), &STATEMENT, "SQL"),
            Vec::<String>::new(),
            "{fine}"
        );
    }
    check(
        "SQL stands in `store` alone, and in tests and benches.",
        |file| is_rust(file) && !SQL.contains(&file.folder()),
        |file| [found(file, &STATEMENT, "SQL"), found(file, &DRIVER, "the driver")].concat(),
    );
}

#[test]
fn nothing_tells_of_a_machine_or_a_registry() {
    let machine = ["see /wo", "rk/main"].concat();
    let registry = ["https://registry.np", "mjs.org/vue"].concat();
    let lock = ["  \"reso", "lved\": \"x\""].concat();
    for (breach, pattern) in [(machine, &MACHINE), (registry, &REGISTRY), (lock, &REGISTRY)] {
        assert_eq!(found(&sample("README.md", &breach), pattern, "x").len(), 1, "{breach}");
    }
    check(
        "The repository is the same on every machine and with every package mirror.",
        |file| !file.is_foreign() && !file.path.ends_with(".lock") && !file.path.ends_with("tidy/sources.rs"),
        // Comments too: they are read.
        |file| {
            let told =
                |pattern: &Regex, line: &str| pattern.find(line).map(|found| found.as_str().to_owned());
            faults_by_line(file, |line| told(&MACHINE, line).or_else(|| told(&REGISTRY, line)))
        },
    );
}

#[test]
fn files_are_short() {
    check(
        "A source file has one subject, and at most 500 lines.",
        |file| {
            let source = [".rs", ".sql", ".ts", ".vue", ".mjs", ".css", "dev"];
            !file.is_foreign() && file.ends_with_any(&source)
        },
        |file| {
            let lines = file.text.lines().count();
            if lines > LINES_MAX { vec![format!("{}: {lines} lines", file.path)] } else { Vec::new() }
        },
    );
}

#[test]
fn a_module_is_a_file_of_its_name() {
    check("`foo.rs` stands beside `foo/`.", is_rust, |file| {
        if file.path.ends_with("/mod.rs") { vec![file.path.clone()] } else { Vec::new() }
    });
}

#[test]
fn a_test_that_does_not_run_says_why() {
    assert_eq!(found(&sample("x.rs", "    #[ignore]"), &IGNORED, "x").len(), 1);
    assert_eq!(found(&sample("x.rs", "#[ignore = \"needs a second machine\"]"), &IGNORED, "x").len(), 0);
    check(
        "An ignored test gives its reason.",
        |file| file.ends_with_any(&[".rs", ".ts", ".mjs"]) && !file.path.ends_with("tidy/sources.rs"),
        |file| found(file, &IGNORED, "no reason"),
    );
}
