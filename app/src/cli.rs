//! The command line: roles, their arguments, and for every setting of a role a flag of the same name.

mod help;
mod jobs;
mod roles;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ArgMatches;

use crate::config::Concern;

pub use jobs::JobsJob;
pub use roles::command;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The role with its own arguments.
    pub job: Job,
    /// Settings given as flags: variable and text.
    pub flags: Vec<(String, String)>,
}

/// A role with its own arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Everything in one process.
    Up,
    /// The workers.
    Index(IndexJob),
    /// The HTTP server.
    Serve,
    /// The migrations.
    Migrate,
    /// The outside world on loopback.
    Sandbox,
    /// Prints signed initData of one of the sandbox's people.
    InitData {
        /// Their number, from 0.
        user: u32,
        /// The market whose bot signs.
        market: String,
    },
    /// Whether everything is as it should be.
    Check {
        /// Findings as JSON.
        json: bool,
        /// Nothing outside this machine is asked.
        offline: bool,
    },
    /// The reader's own check.
    Verify(VerifyJob),
    /// The log as lines.
    ExportLog {
        /// Position after which it begins.
        after: i64,
    },
    /// The queue of discrete work.
    Jobs(JobsJob),
    /// The table of settings.
    Config {
        /// As the document.
        markdown: bool,
        /// The values that hold here.
        effective: bool,
    },
}

/// What `index` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexJob {
    /// Works until it is told to stop.
    Forever,
    /// Ends when the picture is complete.
    Once,
    /// Fills the database from the fixtures and ends.
    FromFixtures,
    /// Makes state and projections anew from the log and ends.
    Rebuild,
}

/// What `verify` checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyJob {
    /// A gift's identity on chain.
    Gift {
        /// As given.
        gift: String,
        /// The collection's address, as given.
        collection: String,
    },
    /// A recorded response.
    Page {
        /// The market's id, as given.
        market: String,
        /// The file.
        file: Input,
        /// The request that it answers, as `METHOD TARGET`; without it the market's reader goes by the page alone.
        request: Option<String>,
        /// The request's body.
        request_body: Option<String>,
    },
    /// A recorded trace.
    Trace {
        /// The file.
        file: Input,
        /// Name of the network whose known codes count, as given.
        network: String,
    },
    /// An event by its evidence file.
    Event {
        /// The file.
        file: Input,
    },
    /// An exported log.
    Log {
        /// The file.
        file: Input,
    },
}

/// A file, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// `-`.
    Standard,
    /// A path.
    File(PathBuf),
}

impl Input {
    /// What was given, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Standard => "standard input".into(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

impl Job {
    /// The settings that this role reads.
    #[must_use]
    pub fn concerns(&self) -> &'static [Concern] {
        roles::concerns(match self {
            Self::Up => "up",
            Self::Index(_) => "index",
            Self::Serve => "serve",
            Self::Migrate => "migrate",
            Self::Sandbox | Self::InitData { .. } => "sandbox",
            Self::Check { .. } => "check",
            Self::Verify(_) => "verify",
            Self::ExportLog { .. } => "export",
            Self::Jobs(_) => "admin",
            Self::Config { .. } => "config",
        })
    }
}

/// Reads the arguments, the program's name first.
///
/// # Errors
/// What `clap` says; help and version are "errors" too, with their own kinds.
pub fn parse<I, T>(args: I) -> Result<Invocation, clap::Error>
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let matches = command().try_get_matches_from(args)?;
    let (role, inner) = matches.subcommand().expect("clap requires a role");
    let mut flags = Vec::new();
    gather_flags(role, inner, &mut flags);
    Ok(Invocation { job: job(role, inner), flags })
}

/// Flags may stand behind the role or behind its last word.
fn gather_flags(role: &str, matches: &ArgMatches, flags: &mut Vec<(String, String)>) {
    for setting in roles::concerns(role).iter().flat_map(|concern| concern.settings()) {
        let text = matches.try_get_one::<String>(setting.name).ok().flatten();
        if let Some(text) = text {
            flags.push((setting.name.to_owned(), text.clone()));
        }
    }
    if let Some((_, inner)) = matches.subcommand() {
        gather_flags(role, inner, flags);
    }
}

fn job(role: &str, matches: &ArgMatches) -> Job {
    let text = |matches: &ArgMatches, name: &str| matches.get_one::<String>(name).cloned();
    match role {
        "up" => Job::Up,
        "index" => Job::Index(match () {
            () if matches.get_flag("once") => IndexJob::Once,
            () if matches.get_flag("from-fixtures") => IndexJob::FromFixtures,
            () if matches.get_flag("rebuild") => IndexJob::Rebuild,
            () => IndexJob::Forever,
        }),
        "serve" => Job::Serve,
        "migrate" => Job::Migrate,
        "sandbox" => match matches.subcommand().and_then(|(_, telegram)| telegram.subcommand()) {
            Some((_, inner)) => Job::InitData {
                user: inner.get_one::<u32>("user").copied().unwrap_or(0),
                market: text(inner, "market").unwrap_or_default(),
            },
            None => Job::Sandbox,
        },
        "check" => Job::Check { json: matches.get_flag("json"), offline: matches.get_flag("offline") },
        "export" => {
            let (_, inner) = matches.subcommand().expect("clap requires what to export");
            Job::ExportLog { after: inner.get_one::<i64>("after").copied().unwrap_or(0) }
        }
        "admin" => {
            let (_, inner) = matches.subcommand().expect("clap requires what to look after");
            Job::Jobs(jobs::read(inner))
        }
        "config" => {
            Job::Config { markdown: matches.get_flag("markdown"), effective: matches.get_flag("effective") }
        }
        "verify" => {
            let (what, inner) = matches.subcommand().expect("clap requires what to verify");
            let given = |name: &str| text(inner, name).unwrap_or_default();
            let file = || match given("file").as_str() {
                "-" => Input::Standard,
                path => Input::File(path.into()),
            };
            Job::Verify(match what {
                "gift" => VerifyJob::Gift { gift: given("gift"), collection: given("collection") },
                "page" => VerifyJob::Page {
                    market: given("market"),
                    file: file(),
                    request: text(inner, "request"),
                    request_body: text(inner, "request-body"),
                },
                "trace" => VerifyJob::Trace { file: file(), network: given("network") },
                "event" => VerifyJob::Event { file: file() },
                _ => VerifyJob::Log { file: file() },
            })
        }
        other => unreachable!("clap knows no role {other}"),
    }
}

#[cfg(test)]
mod tests;
