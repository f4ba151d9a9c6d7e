//! Builds anew when a migration is added: the macro that embeds them sees only the files that were there before.

#![allow(clippy::print_stdout, reason = "a build script speaks to cargo through standard output")]

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
