//! The executable `ribbon` as the tests run it. It stands in this package so that `cargo test` builds it with the tests,
//! which it does not do for the executables of other packages.

fn main() -> std::process::ExitCode {
    app::run(std::env::args_os())
}
