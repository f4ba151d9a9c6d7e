//! Rules about the repository itself, each with its reason. A rule that only good manners keep leaks.
//!
//! Every rule is a function from text to faults, tried on an example that breaks it, then applied to the repository.

mod documents;
mod licenses;
mod manifests;
mod migrations;
mod sources;
mod sql;
mod words;

use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours.
const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", ".ribbon"];

/// The repository's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository")
}

/// A text file of the repository.
struct TextFile {
    /// From the root, with slashes.
    path: String,
    text: String,
}

impl TextFile {
    /// The first folder, which is the crate's name.
    fn folder(&self) -> &str {
        self.path.split('/').next().unwrap_or_default()
    }

    fn ends_with_any(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }

    /// Whether it came from outside as it is.
    fn is_foreign(&self) -> bool {
        ["/fixtures/", "/generated/", "/vendor/"].iter().any(|folder| self.path.contains(folder))
    }
}

/// All text files, recordings and generated files included.
fn text_files() -> Vec<TextFile> {
    let mut files = Vec::new();
    walk(root(), &mut |path| {
        if path.is_file()
            && let Ok(text) = std::fs::read_to_string(path)
        {
            files.push(TextFile { path: from_root(path), text });
        }
    });
    assert!(files.len() > 100, "the repository was found: {} files", files.len());
    files
}

fn folders() -> Vec<String> {
    let mut folders = Vec::new();
    walk(root(), &mut |path| {
        if path.is_dir() {
            folders.push(from_root(path));
        }
    });
    folders
}

fn from_root(path: &Path) -> String {
    path.strip_prefix(root()).expect("it lies below the root").to_string_lossy().into_owned()
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    let entries = std::fs::read_dir(folder).expect("a folder of the repository can be read");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_symlink() || NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        visit(&path);
        if path.is_dir() {
            walk(&path, visit);
        }
    }
}

/// Fails with all faults at once.
fn assert_none(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}\n  {}\n", faults.join("\n  "));
}

/// `path:line: what` for every line of the text that `find` complains of.
fn faults_by_line(file: &TextFile, mut find: impl FnMut(&str) -> Option<String>) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines
        .filter_map(|(index, line)| find(line).map(|what| format!("{}:{}: {what}", file.path, index + 1)))
        .collect()
}
