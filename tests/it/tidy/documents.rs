//! Documents: links lead somewhere, and a crate's README is its documentation.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::{TextFile, assert_none, root, text_files};

static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\]\(<?([^)\s>]+)").expect("a pattern of ours"));
static SOURCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?:src|href)="([^"]+)""#).expect("a pattern of ours"));

/// Targets of links and pictures, without those in fenced code.
fn links(text: &str) -> Vec<String> {
    // Every second part lies between fences.
    let prose: Vec<&str> = text.split("```").step_by(2).collect();
    let prose = prose.join("\n");
    let found = LINK.captures_iter(&prose).chain(SOURCE.captures_iter(&prose));
    found.map(|capture| capture[1].to_owned()).collect()
}

/// The anchors of a document's headings, made as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// `folder/../other` without the detour, as a link means it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

fn link_fault(file: &TextFile, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, fragment) =
        link.split_once('#').map_or((link, None), |(path, fragment)| (path, Some(fragment)));
    let here = root().join(&file.path);
    let target = if path.is_empty() { here } else { plain(&here.parent().unwrap_or(root()).join(path)) };
    if !target.exists() {
        return Some(format!("{}: {link} leads nowhere", file.path));
    }
    let fragment = fragment.filter(|_| target.extension().is_some_and(|ending| ending == "md"))?;
    let text = std::fs::read_to_string(&target).unwrap_or_default();
    let known = anchors(&text).contains(fragment);
    (!known).then(|| format!("{}: {link} names no heading", file.path))
}

#[test]
fn links_lead_somewhere() {
    let text =
        "# One & two\n[a](b.md#c), ![p](q.png \"title\")\n```\n[no](code)\n```\n<img src=\"docs/x.png\">";
    assert_eq!(links(text), ["b.md#c", "q.png", "docs/x.png"]);
    assert!(anchors(text).contains("one--two"));
    let readme = TextFile { path: "tests/README.md".to_owned(), text: String::new() };
    for (link, broken) in [
        ("../Cargo.toml", false),
        ("#tests", false),
        ("https://ton.org", false),
        ("absent.md", true),
        ("#absent", true),
    ] {
        assert_eq!(link_fault(&readme, link).is_some(), broken, "{link}");
    }

    let files = text_files();
    let documents = files.iter().filter(|file| file.path.ends_with(".md") && !file.is_foreign());
    let faults: Vec<String> = documents
        .flat_map(|file| {
            links(&file.text).into_iter().filter_map(|link| link_fault(file, &link)).collect::<Vec<_>>()
        })
        .collect();
    assert_none("A link in a document leads somewhere.", &faults);
}

#[test]
fn a_crates_readme_is_its_documentation() {
    let files = text_files();
    let libraries: Vec<&TextFile> = files.iter().filter(|file| file.path.ends_with("/src/lib.rs")).collect();
    assert!(libraries.len() > 5, "the crates were found");
    let faults: Vec<String> = libraries
        .into_iter()
        .filter(|file| !file.text.starts_with("#![doc = include_str!(\"../README.md\")]"))
        .map(|file| format!("{} does not begin with its README", file.path))
        .collect();
    assert_none("A crate's README is its documentation.", &faults);
}
