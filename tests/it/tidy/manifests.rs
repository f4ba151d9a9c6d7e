//! What the manifests say: who imports whom, who speaks to the outside, under which licenses.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{assert_none, licenses, root};

/// Who may import whom: the table of ARCHITECTURE.md, "The map". `*` is everything of ours.
const ARROWS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("chain", &["domain"]),
    ("pricing", &["domain"]),
    ("adapters", &["domain", "chain"]),
    ("store", &["domain", "pricing"]),
    ("indexer", &["domain", "chain", "pricing", "store"]),
    ("graphql", &["domain", "pricing", "store"]),
    ("pages", &["domain"]),
    ("sandbox", &["domain", "chain"]),
    ("app", &["adapters", "chain", "domain", "graphql", "indexer", "pages", "pricing", "sandbox", "store"]),
    ("tests", &["*"]),
    ("benches", &["*"]),
    ("fuzz", &["adapters", "chain", "domain"]),
];

/// Crates from outside that only some of ours may use: name, users, reason.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["store", "tests", "benches"], "SQL stands in `store` alone"),
    ("apalis", &["indexer"], "what runs jobs stands in one place"),
    (
        "apalis-postgres",
        &["store", "indexer"],
        "the queue's schema is set up where the others are, and run by its workers",
    ),
    (
        "reqwest",
        &["adapters", "app", "tests", "benches"],
        "only `adapters` speaks to outsiders; `app` calls the operator's webhook",
    ),
    (
        "tokio",
        &["adapters", "store", "indexer", "graphql", "pages", "sandbox", "app", "tests", "benches"],
        "the words and the pure rules run without a runtime",
    ),
    (
        "axum",
        &["graphql", "pages", "sandbox", "app", "tests", "benches"],
        "pure crates and workers serve nothing",
    ),
    ("async-graphql", &["graphql"], "GraphQL types stay at their edge"),
];

/// Crates that must not be in the product at all: name, reason.
const BANNED: &[(&str, &str)] = &[
    ("openssl", "TLS is rustls with ring: no C library to find at build time"),
    ("openssl-sys", "the same"),
    ("native-tls", "the same"),
    ("aws-lc-rs", "a second TLS provider, built by a C toolchain"),
    ("aws-lc-sys", "the same"),
    ("rust_decimal", "money is integers"),
    ("bigdecimal", "money is integers"),
];

/// Crates that name no license but carry its text: name, what the text is, and its SHA-256, so that another text is looked at anew.
const CLARIFIED: &[(&str, &str, &str)] =
    &[("apalis-postgres", "MIT", "99114ac3035694c75c55fc63d36a40c4e4e8f43d08cbddfc411b7e8e2e6c0073")];

/// Features that change what others mean: crate, feature, reason.
const BANNED_FEATURES: &[(&str, &str, &str)] =
    &[("serde_json", "arbitrary_precision", "it changes `Number` for the whole tree")];

struct Graph(Value);

impl Graph {
    /// The resolved graph for this platform; other platforms' crates are not on this machine, and need not be.
    fn read() -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let output = Command::new(cargo)
            .current_dir(root())
            .args([
                "metadata",
                "--offline",
                "--locked",
                "--format-version",
                "1",
                "--filter-platform",
                &platform,
            ])
            .output()
            .expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo metadata: {said}");
        Self(serde_json::from_slice(&output.stdout).expect("metadata is JSON"))
    }

    fn packages(&self) -> impl Iterator<Item = &Value> {
        self.0["packages"].as_array().expect("packages").iter()
    }

    fn ours(&self) -> impl Iterator<Item = &Value> {
        self.packages().filter(|package| package["source"].is_null())
    }

    /// Ids of everything that `package` is built from, itself included, without what only its tests need.
    fn product_of(&self, name: &str) -> BTreeSet<&str> {
        let nodes: BTreeMap<&str, &Value> = self.0["resolve"]["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .map(|node| (text(&node["id"]), node))
            .collect();
        let start = self.ours().find(|package| package["name"] == name).expect("a crate of ours");
        let (mut found, mut open) = (BTreeSet::new(), vec![text(&start["id"])]);
        while let Some(id) = open.pop() {
            if !found.insert(id) {
                continue;
            }
            for dependency in nodes[id]["deps"].as_array().expect("dependencies") {
                let kinds = dependency["dep_kinds"].as_array().expect("kinds");
                if kinds.iter().any(|kind| kind["kind"] != "dev") {
                    open.push(text(&dependency["pkg"]));
                }
            }
        }
        found
    }

    fn features_of(&self, id: &str) -> Vec<&str> {
        let nodes = self.0["resolve"]["nodes"].as_array().expect("nodes");
        let node = nodes.iter().find(|node| node["id"] == id).expect("a node");
        node["features"].as_array().expect("features").iter().map(text).collect()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Names of a package's dependencies; those of its tests count too, for a test that crosses a line blurs it.
fn dependencies(package: &Value) -> BTreeSet<&str> {
    package["dependencies"].as_array().expect("dependencies").iter().map(|one| text(&one["name"])).collect()
}

fn arrow_faults(name: &str, imports: &BTreeSet<&str>, ours: &BTreeSet<&str>) -> Vec<String> {
    let Some((_, allowed)) = ARROWS.iter().find(|(row, _)| *row == name) else {
        return vec![format!("{name} has no row in the table of arrows")];
    };
    imports
        .iter()
        .filter(|import| ours.contains(*import) && !allowed.contains(*import) && !allowed.contains(&"*"))
        .map(|import| format!("{name} must not import {import}"))
        .collect()
}

fn reserved_faults(name: &str, imports: &BTreeSet<&str>) -> Vec<String> {
    RESERVED
        .iter()
        .filter(|(import, users, _)| imports.contains(import) && !users.contains(&name))
        .map(|(import, _, reason)| format!("{name} must not use {import}: {reason}"))
        .collect()
}

#[test]
fn arrows_point_down() {
    let all: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    let breach = BTreeSet::from(["domain", "adapters", "serde"]);
    assert_eq!(arrow_faults("sandbox", &breach, &all), ["sandbox must not import adapters"]);
    assert_eq!(arrow_faults("helpers", &breach, &all), ["helpers has no row in the table of arrows"]);

    let graph = Graph::read();
    let ours: BTreeSet<&str> = graph.ours().map(|package| text(&package["name"])).collect();
    let faults: Vec<String> = graph
        .ours()
        .flat_map(|package| arrow_faults(text(&package["name"]), &dependencies(package), &ours))
        .collect();
    assert_none("Imports follow the table in ARCHITECTURE.md.", &faults);
}

#[test]
fn each_crate_is_the_folder_of_its_name() {
    let graph = Graph::read();
    let faults: Vec<String> = graph
        .ours()
        .filter(|package| {
            let expected = root().join(text(&package["name"])).join("Cargo.toml");
            expected.as_os_str() != text(&package["manifest_path"])
        })
        .map(|package| format!("{} lies at {}", text(&package["name"]), text(&package["manifest_path"])))
        .collect();
    assert_none("One folder at the root is one crate of the same name.", &faults);
}

#[test]
fn some_crates_are_for_some_of_us() {
    let breach = BTreeSet::from(["sqlx", "serde"]);
    assert_eq!(
        reserved_faults("graphql", &breach),
        ["graphql must not use sqlx: SQL stands in `store` alone"]
    );

    let graph = Graph::read();
    let faults: Vec<String> = graph
        .ours()
        .flat_map(|package| reserved_faults(text(&package["name"]), &dependencies(package)))
        .collect();
    assert_none("What reaches outside, or brings a runtime, has a place.", &faults);
}

#[test]
fn licenses_allow_what_we_do_and_nothing_banned_is_linked() {
    let graph = Graph::read();
    let product = graph.product_of("app");
    assert!(product.len() > 100, "the product is made of {} crates", product.len());
    let mut faults = Vec::new();
    for package in graph.packages().filter(|package| product.contains(text(&package["id"]))) {
        let name = text(&package["name"]);
        match package["license"].as_str() {
            Some(expression) if licenses::is_allowed(expression) => {}
            Some(expression) => faults.push(format!("{name}: the license {expression} is not on the list")),
            None if is_clarified(package) => {}
            None => faults.push(format!("{name}: no license is stated")),
        }
        if let Some((_, reason)) = BANNED.iter().find(|(banned, _)| *banned == name) {
            faults.push(format!("{name} is banned: {reason}"));
        }
        for (banned, feature, reason) in BANNED_FEATURES {
            if *banned == name && graph.features_of(text(&package["id"])).contains(feature) {
                faults.push(format!("{name} has the feature {feature}: {reason}"));
            }
        }
    }
    assert_none("The product is MIT OR Apache-2.0, and so may everything in it be used.", &faults);
}

/// Whether the package's license is a text that somebody has read.
fn is_clarified(package: &Value) -> bool {
    let name = text(&package["name"]);
    let Some((_, license, hash)) = CLARIFIED.iter().find(|(known, _, _)| *known == name) else {
        return false;
    };
    let folder = std::path::Path::new(text(&package["manifest_path"])).parent().expect("a folder");
    let file = package["license_file"].as_str().map(|file| folder.join(file));
    let read = file.and_then(|file| std::fs::read(file).ok()).unwrap_or_default();
    licenses::is_allowed(license) && hex::encode(Sha256::digest(&read)) == *hash
}

#[test]
fn the_graph_knows_features_and_leaves_tests_out() {
    let graph = Graph::read();
    let product = graph.product_of("app");
    let id = |name: &str| {
        graph.packages().find(|package| package["name"] == name).map(|package| text(&package["id"]))
    };
    assert!(product.contains(id("tokio").expect("tokio is there")));
    assert!(graph.features_of(id("serde_json").expect("serde_json is there")).contains(&"raw_value"));
    assert!(!product.contains(id("proptest").expect("proptest is there")), "only tests need it");
}
