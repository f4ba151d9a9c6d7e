use super::*;

fn parsed(line: &str) -> Invocation {
    parse(std::iter::once("ribbon").chain(line.split_whitespace()))
        .unwrap_or_else(|fault| panic!("{line}: {fault}"))
}

#[test]
fn the_command_line_is_sound() {
    command().debug_assert();
}

#[test]
fn roles_take_their_arguments() {
    let file = |name: &str| Input::File(name.into());
    for (line, job) in [
        ("up", Job::Up),
        ("index", Job::Index(IndexJob::Forever)),
        ("index --once", Job::Index(IndexJob::Once)),
        ("index --from-fixtures", Job::Index(IndexJob::FromFixtures)),
        ("index --rebuild", Job::Index(IndexJob::Rebuild)),
        ("serve", Job::Serve),
        ("migrate", Job::Migrate),
        ("sandbox", Job::Sandbox),
        ("sandbox telegram init-data 3", Job::InitData { user: 3, market: "mrkt".into() }),
        (
            "sandbox telegram init-data 0 --market portals",
            Job::InitData { user: 0, market: "portals".into() },
        ),
        ("check --json", Job::Check { json: true, offline: false }),
        ("check --offline", Job::Check { json: false, offline: true }),
        (
            "verify gift plushpepe-298 --collection -1:ab",
            Job::Verify(VerifyJob::Gift { gift: "plushpepe-298".into(), collection: "-1:ab".into() }),
        ),
        (
            "verify page getgems p.json",
            Job::Verify(VerifyJob::Page {
                market: "getgems".into(),
                file: file("p.json"),
                request: None,
                request_body: None,
            }),
        ),
        (
            "verify trace t.json",
            Job::Verify(VerifyJob::Trace { file: file("t.json"), network: "mainnet".into() }),
        ),
        (
            "verify trace - --network sandbox",
            Job::Verify(VerifyJob::Trace { file: Input::Standard, network: "sandbox".into() }),
        ),
        ("verify event e.json", Job::Verify(VerifyJob::Event { file: file("e.json") })),
        ("verify log -", Job::Verify(VerifyJob::Log { file: Input::Standard })),
        ("export log", Job::ExportLog { after: 0 }),
        ("export log --after 5", Job::ExportLog { after: 5 }),
        ("admin jobs list", Job::Jobs(JobsJob::List { kind: None, limit: 50 })),
        (
            "admin jobs list --kind metadata --limit 5",
            Job::Jobs(JobsJob::List { kind: Some("metadata".into()), limit: 5 }),
        ),
        ("admin jobs show plushpepe-298", Job::Jobs(JobsJob::Show { job: "plushpepe-298".into() })),
        ("admin jobs retry 01J", Job::Jobs(JobsJob::Retry { job: "01J".into() })),
        ("admin jobs retry --all", Job::Jobs(JobsJob::RetryAll { kind: None })),
        (
            "admin jobs retry --all --kind rebuild",
            Job::Jobs(JobsJob::RetryAll { kind: Some("rebuild".into()) }),
        ),
        ("admin jobs add rebuild", Job::Jobs(JobsJob::Add { kind: "rebuild".into(), about: None })),
        ("config --markdown", Job::Config { markdown: true, effective: false }),
    ] {
        assert_eq!(parsed(line).job, job, "{line}");
    }
}

#[test]
fn every_setting_of_a_role_is_a_flag_and_secrets_are_not() {
    let given = parsed("up --sandbox-gifts 2000 --listen 127.0.0.1:0 --sandbox --data-dir /x").flags;
    let expected = [
        ("RIBBON_DATA_DIR", "/x"),
        ("RIBBON_LISTEN", "127.0.0.1:0"),
        ("RIBBON_SANDBOX", "on"),
        ("RIBBON_SANDBOX_GIFTS", "2000"),
    ];
    let expected: Vec<_> = expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    assert_eq!(given, expected);
    assert_eq!(parsed("up --sandbox=off").flags, [("RIBBON_SANDBOX".to_owned(), "off".to_owned())]);
    assert_eq!(parsed("export log --data-dir /x").flags, parsed("export --data-dir /x log").flags);
    assert_eq!(parsed("sandbox --gifts 100").flags, parsed("sandbox --sandbox-gifts 100").flags);
    assert!(parse(["ribbon", "up", "--database-url", "postgres://x"]).is_err());
    assert!(parse(["ribbon", "migrate", "--sandbox-gifts", "100"]).is_err());
}

#[test]
fn what_is_not_asked_for_rightly_is_refused() {
    for line in [
        "",
        "fly",
        "index --once --rebuild",
        "verify",
        "verify gift plushpepe-298",
        "verify page getgems",
        "verify page getgems p --request-body x",
        "export",
        "export log --after -1",
        "export log --after x",
        "up now",
    ] {
        let fault = parse(std::iter::once("ribbon").chain(line.split_whitespace())).expect_err(line);
        assert!(fault.use_stderr(), "{line}");
    }
}

#[test]
fn help_is_whole() {
    let mut command = command();
    for role in ["up", "index", "serve", "migrate", "sandbox", "check", "verify", "export", "config"] {
        let inner = command.find_subcommand_mut(role).unwrap_or_else(|| panic!("no role {role}"));
        let help = inner.render_long_help().to_string();
        assert!(help.contains("Exit codes:"), "{role}");
        assert!(role == "config" || help.contains("Examples:"), "{role}");
        for setting in roles::concerns(role).iter().flat_map(|concern| concern.settings()) {
            let Some(flag) = setting.flag() else { continue };
            assert!(help.contains(&format!("--{flag}")), "{role} --{flag}");
        }
    }
}
