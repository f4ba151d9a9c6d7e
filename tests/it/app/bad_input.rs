//! Bad flags, settings and files: each a clear message and its exit code, nothing started.

use harness::RibbonCommand;

#[tokio::test]
async fn every_mistake_is_named() {
    let long = format!("RIBBON_{}", "X".repeat(500));
    for (role, variables, code, told) in [
        ("up --no-such-flag", vec![], 2, "--no-such-flag"),
        (
            "up --listen nowhere",
            vec![],
            2,
            "RIBBON_LISTEN is `nowhere` (from --listen): expected an IP address",
        ),
        (
            "up --sandbox-gifts 7",
            vec![],
            2,
            "RIBBON_SANDBOX_GIFTS is `7` (from --sandbox-gifts): expected a whole number from 100",
        ),
        ("up", vec![("RIBBON_SPED", "3")], 2, "did you mean RIBBON_SPEED?"),
        ("up", vec![(&*long, "3")], 2, "is no setting of ribbon"),
        ("up", vec![("RIBBON_CONFIG", "/no/such/file.toml")], 2, "RIBBON_CONFIG names /no/such/file.toml"),
        (
            "up",
            vec![("DATABASE_URL", "mysql://root:hunter2@db/x")],
            2,
            "DATABASE_URL (from the environment; its value is not shown)",
        ),
        (
            "up --sandbox",
            vec![("RIBBON_GETGEMS_BASE_URL", "http://127.0.0.1:1/x")],
            2,
            "RIBBON_SANDBOX is on, and RIBBON_GETGEMS_BASE_URL",
        ),
        ("up --sandbox=off --speed 30", vec![], 2, "RIBBON_SPEED is `30` (from --speed): expected at most 1"),
        (
            "up --sandbox=off --markets getgems",
            vec![("RIBBON_DATA_DIR", "/nonexistent/closed")],
            2,
            "RIBBON_GETGEMS_API_KEY",
        ),
        ("index --once --rebuild", vec![], 2, "cannot be used with"),
        ("index", vec![("RIBBON_NOTICE_WEBHOOK_SECRET", "hunter2")], 2, "`whsec_` and then base64"),
        ("export log --after -5", vec![], 2, "-5"),
        ("export log", vec![("RIBBON_DATA_DIR", "/nonexistent/ribbon")], 2, "there is no database"),
        ("migrate", vec![("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")], 3, "cannot be reached"),
        ("verify gift", vec![], 2, "SLUG-NUMBER"),
        ("serve --sandbox-gifts 100", vec![], 2, "--sandbox-gifts"),
    ] {
        let command = variables
            .iter()
            .fold(RibbonCommand::new(role), |command, (name, value)| command.env(name, value));
        let outcome = command.run(b"").await;
        assert_eq!(outcome.code, Some(code), "{role} {variables:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(told), "{role} {variables:?} should say {told}:\n{}", outcome.stderr);
        assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
        assert!(outcome.stdout.is_empty(), "{role}: nothing is answered");
    }
}

#[tokio::test]
async fn verify_answers_in_json_with_a_telling_code() {
    for (arguments, input, code, verdict) in [
        ("verify log -", &b""[..], 2, "bad_input"),
        ("verify log /no/such/file", b"", 2, "bad_input"),
        ("verify event -", b"{}", 2, "bad_input"),
        ("verify trace -", b"{}", 2, "bad_input"),
        ("verify trace - --network nowhere", b"{}", 2, "bad_input"),
        ("verify page getgems -", b"<html>", 2, "bad_input"),
        ("verify page nowhere -", b"{}", 2, "bad_input"),
        ("verify gift plushpepe --collection EQ", b"", 2, "bad_input"),
        (
            "verify gift plushpepe-298 --collection EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS",
            b"",
            0,
            "proven",
        ),
        (
            "verify gift lolpop-298 --collection EQBG-g6ahkAUGWpefWbx-D_9sQ8oWbvy6puuq78U2c4NUDFS",
            b"",
            1,
            "refuted",
        ),
    ] {
        let outcome = RibbonCommand::new(arguments).run(input).await;
        assert_eq!(outcome.code, Some(code), "{arguments}: {}", outcome.json());
        assert_eq!(outcome.json()["verdict"], verdict, "{arguments}");
    }
}
