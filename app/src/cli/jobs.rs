//! `admin jobs`: what may be asked of the queue of discrete work.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use super::help;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobsJob {
    /// How many there are, and the dead letters.
    List {
        /// Of one kind.
        kind: Option<String>,
        /// Dead letters at most.
        limit: i64,
    },
    /// One job, whole.
    Show {
        /// Its id or key.
        job: String,
    },
    /// A dead letter runs again.
    Retry {
        /// Its id or key.
        job: String,
    },
    /// All dead letters run again.
    RetryAll {
        /// Of one kind.
        kind: Option<String>,
    },
    /// A job is added.
    Add {
        /// Which kind.
        kind: String,
        /// What it is about, where it is about something.
        about: Option<String>,
    },
}

/// The table of words.
pub(super) fn command(with_settings: impl Fn(Command) -> Command) -> Command {
    let job = || Arg::new("job").value_name("JOB").help("The job's id or key, as `list` shows them");
    let kind = || Arg::new("kind").long("kind").value_name("KIND").help("Of this kind alone");
    let word = |name: &'static str, about: &'static str| with_settings(Command::new(name).about(about));
    Command::new("jobs")
        .about("Look at discrete work, and run again what was given up")
        .long_about(help::JOBS)
        .after_help(help::JOBS_AFTER)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            word("list", "How many jobs there are, and the dead letters").arg(kind()).arg(
                Arg::new("limit")
                    .long("limit")
                    .value_name("COUNT")
                    .help("Dead letters at most [default: 50]")
                    .value_parser(value_parser!(i64).range(1..=10_000)),
            ),
        )
        .subcommand(
            word("show", "One job: payload, attempts, and what came of the last one")
                .arg(job().required(true)),
        )
        .subcommand(
            word("retry", "Run a dead letter again, or all of them")
                .arg(job().required_unless_present("all").conflicts_with("all"))
                .arg(Arg::new("all").long("all").help("Every dead letter").action(ArgAction::SetTrue))
                .arg(kind().requires("all")),
        )
        .subcommand(
            word("add", "Add a job: `rebuild`, or `metadata` with a gift")
                .arg(Arg::new("add_kind").value_name("KIND").help("Which kind").required(true))
                .arg(Arg::new("about").value_name("GIFT").help("The gift, as in plushpepe-298")),
        )
}

/// What was asked.
pub(super) fn read(matches: &ArgMatches) -> JobsJob {
    let (word, inner) = matches.subcommand().expect("clap requires a word");
    let text = |name: &str| inner.get_one::<String>(name).cloned();
    match word {
        "list" => JobsJob::List { kind: text("kind"), limit: inner.get_one("limit").copied().unwrap_or(50) },
        "show" => JobsJob::Show { job: text("job").unwrap_or_default() },
        "retry" if inner.get_flag("all") => JobsJob::RetryAll { kind: text("kind") },
        "retry" => JobsJob::Retry { job: text("job").unwrap_or_default() },
        _ => JobsJob::Add { kind: text("add_kind").unwrap_or_default(), about: text("about") },
    }
}
