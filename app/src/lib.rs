#![doc = include_str!("../README.md")]

pub mod answer;
pub mod cli;
pub mod config;
pub mod database;
pub mod evidence_file;
pub mod exit;
pub mod logs;
pub mod parts;
pub mod progress;
pub mod roles;
pub mod up;
pub mod verify;
pub mod web;
pub mod webhook;

use std::ffi::OsString;
use std::process::ExitCode;

use cli::{Invocation, Job};
use config::logs::LogConfig;
use config::{Inputs, Values};
use exit::{Blame as _, Exit, Failure};

/// An answer of GraphQL is made of thousands of small pieces, and the system's allocator took a seventh of the time of a listing page.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the role that the arguments name, to its end. The program's name comes first.
///
/// Standard output carries the role's answer; everything else goes to standard error. The exit codes are those of
/// [`Exit`].
pub fn run<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let invocation = match cli::parse(args) {
        Ok(invocation) => invocation,
        Err(fault) => {
            // Help and version go to standard output and are no failure; `clap` knows which is which.
            let _ = fault.print();
            return if fault.use_stderr() { Exit::BadInput.into() } else { Exit::Fine.into() };
        }
    };
    match run_job(invocation) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            progress::say(&format!("ribbon: {failure}"));
            failure.exit.into()
        }
    }
}

fn run_job(invocation: Invocation) -> Result<Exit, Failure> {
    let Invocation { job, flags } = invocation;
    let inputs = Inputs::of_process(flags);
    if let Job::Config { markdown: true, .. } = job {
        // The document is the same whatever is set here.
        return Ok(roles::config::document());
    }
    let values = config::load(&inputs, job.concerns()).blame(Exit::BadInput)?;
    run_with(job, &values)
}

fn run_with(job: Job, values: &Values) -> Result<Exit, Failure> {
    match job {
        Job::Config { effective: true, .. } => return Ok(roles::config::effective(values)),
        Job::Config { .. } => return Ok(roles::config::table()),
        Job::Verify(job) => return Ok(verify::run(&job)),
        _ => {}
    }
    logs::start(&LogConfig::read(values));
    // Without it the first HTTP client would panic. An error says that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().blame(Exit::NotNow)?;
    runtime.block_on(async {
        match job {
            Job::Up => roles::up::run(values).await,
            Job::Index(job) => roles::index::run(values, job).await,
            Job::Serve => roles::serve::run(values).await,
            Job::Migrate => roles::migrate::run(values).await,
            Job::Sandbox => roles::sandbox::run(values).await,
            Job::InitData { user, market } => roles::sandbox::init_data(values, user, &market),
            Job::Check { json, offline } => {
                roles::check::run(values, roles::check::Asked { json, offline }).await
            }
            Job::ExportLog { after } => roles::export::log(values, after).await,
            Job::Jobs(job) => roles::jobs::run(values, &job).await,
            Job::Verify(_) | Job::Config { .. } => unreachable!("these were answered without a runtime"),
        }
    })
}
