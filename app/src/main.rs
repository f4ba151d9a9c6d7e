//! The executable `ribbon`; all it does is in the library.

fn main() -> std::process::ExitCode {
    app::run(std::env::args_os())
}
