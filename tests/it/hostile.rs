//! Every place where foreign bytes come in holds for its fixtures and for inputs that are almost right: the bounded form of `fuzz/`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use harness::long;
use sha2::{Digest as _, Sha256};

/// Damaged inputs of each surface for one seed.
const INPUTS: u64 = 4_000;

#[test]
fn the_corpus_holds() {
    for surface in fuzz::SURFACES {
        let corpus = (surface.corpus)();
        assert!(!corpus.is_empty(), "{}", surface.name);
        for entry in &corpus {
            hold(surface, entry, "as it is");
        }
    }
}

#[test]
fn damaged_inputs_hold() {
    let corpora: Vec<_> = fuzz::SURFACES.iter().map(|surface| (surface, (surface.corpus)())).collect();
    let mut seeds = long::seeds("hostile", 1);
    while let Some(seed) = seeds.next() {
        for (surface, corpus) in &corpora {
            for input in 0..INPUTS {
                let seed = seed * INPUTS + input;
                hold(surface, &fuzz::damaged(corpus, seed), &format!("damaged by seed {seed}"));
            }
        }
        seeds.done(seed);
    }
}

/// Damage is no noise: enough of it is still read, or the runs above would try nothing but the first refusal.
#[test]
fn many_damaged_pages_are_still_read() {
    let corpus = (fuzz::find("evidence").corpus)();
    let is_read = |bytes: &[u8]| {
        let exchange = domain::Exchange::from_evidence(bytes, 0, domain::Origin::Fetched).ok()?;
        adapters::reader(exchange.market.as_str())?.read(&exchange).ok()
    };
    let read = (0..300).filter(|seed| is_read(&fuzz::damaged(&corpus, *seed)).is_some()).count();
    assert!((15..300).contains(&read), "{read} of 300 were read");
}

/// The targets are no part of the workspace, so nothing else would notice one that is missing.
#[test]
fn every_surface_is_a_target_for_cargo_fuzz() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/targets");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("the manifest");
    for surface in fuzz::SURFACES {
        let name = surface.name;
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let target = std::fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).expect(name);
        assert!(target.contains(&format!("fuzz::find(\"{name}\").run")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), fuzz::SURFACES.len());
}

/// Runs a surface; what breaks it is kept in a file, so that it can be looked at.
fn hold(surface: &fuzz::Surface, input: &[u8], what: &str) {
    if catch_unwind(AssertUnwindSafe(|| (surface.run)(input))).is_err() {
        let name = hex::encode(&Sha256::digest(input)[..8]);
        let file = std::env::temp_dir().join(format!("ribbon-{}-{name}", surface.name));
        std::fs::write(&file, input).expect("the input can be kept");
        panic!("`{}` broke on an input {what}, kept in {}", surface.name, file.display());
    }
}
