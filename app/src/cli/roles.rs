//! The table of roles for `clap`, with the settings that each reads.

use clap::{Arg, ArgAction, Command, value_parser};

use super::{help, jobs};
use crate::config::setting::Kind;
use crate::config::{Concern, document};

/// The settings that a role reads, by its name on the command line.
pub(super) fn concerns(role: &str) -> &'static [Concern] {
    match role {
        "up" => &[
            Concern::File,
            Concern::Folder,
            Concern::Storage,
            Concern::Evidence,
            Concern::Http,
            Concern::Graphql,
            Concern::Speed,
            Concern::Markets,
            Concern::Rates,
            Concern::BuiltIn,
            Concern::Sandbox,
            Concern::Notices,
            Concern::Log,
        ],
        "index" => &[
            Concern::File,
            Concern::Folder,
            Concern::Storage,
            Concern::Evidence,
            Concern::Speed,
            Concern::Markets,
            Concern::Rates,
            Concern::Health,
            Concern::Notices,
            Concern::Log,
        ],
        "serve" => {
            &[Concern::File, Concern::Folder, Concern::Storage, Concern::Http, Concern::Graphql, Concern::Log]
        }
        "check" => &Concern::ALL,
        "config" => &Concern::ALL,
        "migrate" | "export" | "admin" => &[Concern::File, Concern::Folder, Concern::Storage, Concern::Log],
        "sandbox" => &[Concern::File, Concern::Folder, Concern::Sandbox, Concern::Speed, Concern::Log],
        _ => &[],
    }
}

/// The whole command line.
#[must_use]
pub fn command() -> Command {
    Command::new("ribbon")
        .about("One place to see and price Telegram gifts")
        .long_about(help::RIBBON)
        .after_help(format!("{}\n\n{}", help::RIBBON_AFTER, help::EXIT_CODES))
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand_value_name("ROLE")
        .subcommand_help_heading("Roles")
        .max_term_width(110)
        .subcommand(role("up", "Start everything in one process", help::UP, help::UP_AFTER))
        .subcommand(index())
        .subcommand(role("serve", "Serve pages and GraphQL", help::SERVE, help::SERVE_AFTER))
        .subcommand(role("migrate", "Bring the database to this version", help::MIGRATE, help::MIGRATE_AFTER))
        .subcommand(sandbox())
        .subcommand(
            role("check", "Check everything, and say how to mend it", help::CHECK, help::CHECK_AFTER)
                .arg(switch("json", "Print the findings as JSON"))
                .arg(switch("offline", "Ask nothing outside this machine")),
        )
        .subcommand(verify())
        .subcommand(export())
        .subcommand(admin())
        .subcommand(
            role("config", "List every setting", help::CONFIG, "")
                .after_long_help(format!("{}\n{}", document::text(), help::EXIT_CODES))
                .arg(switch("markdown", "Print the table as Markdown").conflicts_with("effective"))
                .arg(switch("effective", "Print the values that hold here and where each comes from")),
        )
}

fn role(name: &'static str, about: &'static str, long: &'static str, after: &'static str) -> Command {
    let command = Command::new(name).about(about).long_about(long);
    let command = command.after_help(format!("{after}\n\n{}", help::EXIT_CODES).trim_start().to_owned());
    with_settings(command, name)
}

/// A flag for every setting of the role that is no secret.
fn with_settings(mut command: Command, role: &str) -> Command {
    for concern in concerns(role) {
        for setting in concern.settings() {
            let Some(flag) = setting.flag() else { continue };
            let mut meaning = setting.meaning.to_owned();
            meaning.push_str(&format!(" [env: {}]", setting.name));
            meaning.push_str(&format!(" [default: {}]", setting.fallback_text()));
            let mut arg = Arg::new(setting.name)
                .long(flag)
                .value_name(setting.kind.placeholder())
                .help(meaning)
                .help_heading(concern.title())
                .action(ArgAction::Set);
            // In the sandbox's own role the prefix says nothing.
            if role == "sandbox"
                && let Some(short) = setting.key().strip_prefix("sandbox_")
            {
                arg = arg.visible_alias(short.to_owned());
            }
            if setting.kind == Kind::Switch {
                arg = arg.num_args(0..=1).require_equals(true).default_missing_value("on");
            }
            command = command.arg(arg);
        }
    }
    command
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

fn index() -> Command {
    role("index", "Gather the markets", help::INDEX, help::INDEX_AFTER)
        .arg(switch("once", "End when every open listing has been seen once"))
        .arg(
            switch("from-fixtures", "Fill an empty database from recorded and constructed pages, and end")
                .conflicts_with("once"),
        )
        .arg(
            switch("rebuild", "Make state and projections anew from the log, and end")
                .conflicts_with_all(["once", "from-fixtures"]),
        )
}

fn admin() -> Command {
    role("admin", "Look after what runs", help::ADMIN, "")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(jobs::command(|command| with_settings(command, "admin")))
}

fn sandbox() -> Command {
    let init_data = Command::new("init-data")
        .about("Signed initData of one of the sandbox's people")
        .long_about(help::INIT_DATA)
        .arg(
            Arg::new("user")
                .value_name("USER")
                .help("Number of the person, from 0")
                .required(true)
                .value_parser(value_parser!(u32)),
        )
        .arg(
            Arg::new("market")
                .long("market")
                .value_name("MARKET")
                .help("The market whose bot signs, as in mrkt [default: mrkt]")
                .default_value("mrkt")
                .hide_default_value(true),
        );
    role("sandbox", "Serve the outside world on loopback", help::SANDBOX, help::SANDBOX_AFTER).subcommand(
        Command::new("telegram")
            .about("What the sandbox's Telegram hands out, without a sandbox running")
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand(with_settings(init_data, "sandbox")),
    )
}

fn export() -> Command {
    role("export", "Write out the log", help::EXPORT, help::EXPORT_AFTER)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(with_settings(
            Command::new("log").about("The log as lines, events and batches in order").arg(
                Arg::new("after")
                    .long("after")
                    .value_name("POSITION")
                    .help("Leave out the batches up to this position [default: 0]")
                    .value_parser(value_parser!(i64).range(0..)),
            ),
            "export",
        ))
}

fn verify() -> Command {
    let positional = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).value_name(value).help(help).required(true)
    };
    let file = || positional("file", "FILE", "The file, or `-` for standard input");
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let check = |name: &'static str, about: &'static str, long: &'static str| {
        Command::new(name).about(about).long_about(long)
    };
    Command::new("verify")
        .about("Check what Ribbon says, without its database")
        .long_about(help::VERIFY)
        .after_help(help::VERIFY_AFTER)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            check("gift", "A gift's item index and candidate addresses", help::VERIFY_GIFT)
                .arg(positional("gift", "SLUG-NUMBER", "The gift, as in plushpepe-298"))
                .arg(
                    option("collection", "ADDRESS", "The collection's address on TON, in any form")
                        .required(true)
                        .allow_hyphen_values(true),
                ),
        )
        .subcommand(
            check("page", "What a recorded response says", help::VERIFY_PAGE)
                .arg(positional("market", "MARKET", "The market's id, as in getgems"))
                .arg(file())
                .arg(option("request", "'METHOD TARGET'", "The request that the file answers"))
                .arg(option("request-body", "TEXT", "The body of that request").requires("request")),
        )
        .subcommand(
            check("trace", "The sales, auctions and transfers in a recorded trace", help::VERIFY_TRACE)
                .arg(file())
                .arg(
                    option(
                        "network",
                        "NAME",
                        "The network whose known contract codes count [default: mainnet]",
                    )
                    .default_value("mainnet")
                    .hide_default_value(true),
                ),
        )
        .subcommand(check("event", "An event from its evidence file", help::VERIFY_EVENT).arg(file()))
        .subcommand(check("log", "An exported log", help::VERIFY_LOG).arg(file()))
}
