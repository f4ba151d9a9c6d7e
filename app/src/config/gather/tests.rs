use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use super::super::{http, logs, sandbox, storage};
use super::*;

fn inputs(environment: &[(&str, &str)], flags: &[(&str, &str)], file: Option<&str>) -> Inputs {
    // A folder of its own for each call: tests run side by side.
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("ribbon-config-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    if let Some(text) = file {
        std::fs::write(folder.join(FILE_DEFAULT), text).unwrap();
    }
    Inputs {
        environment: environment.iter().map(|(name, value)| (name.into(), value.into())).collect(),
        flags: flags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        folder,
    }
}

/// The messages of a load that fails, with the folder's name taken out.
fn told(inputs: &Inputs, concerns: &[Concern]) -> Vec<String> {
    let faults = load(inputs, concerns).expect_err("expected a fault").0;
    let folder = format!("{}/", inputs.folder.display());
    let texts = faults.iter().map(|fault| fault.to_string().replace(&folder, "")).collect();
    std::fs::remove_dir_all(&inputs.folder).unwrap();
    texts
}

#[test]
fn flags_win_over_environment_over_file_over_default() {
    let file =
        "listen = '127.0.0.1:1'\nlog_format = 'json'\n[request]\nbytes_max = 2048\n[sandbox]\ngifts = 500\n";
    let environment = [("RIBBON_LISTEN", "127.0.0.1:2"), ("RIBBON_LOG_FORMAT", "text"), ("HOME", "/x")];
    let inputs = inputs(&environment, &[("RIBBON_LISTEN", "127.0.0.1:3")], Some(file));
    let values = load(&inputs, &[Concern::Http, Concern::Log, Concern::Sandbox]).unwrap();
    assert_eq!(values.socket(&http::LISTEN).port(), 3);
    assert_eq!(values.text(&logs::LOG_FORMAT), "text");
    assert_eq!(values.count(&http::REQUEST_BYTES_MAX), 2048);
    assert_eq!(values.count(&sandbox::GIFTS), 500);
    assert_eq!(values.count(&sandbox::SEED), 1);
    assert!(values.is_given(&sandbox::GIFTS) && !values.is_given(&sandbox::SEED));
    assert_eq!(values.switch_given(&sandbox::SANDBOX), None);
    std::fs::remove_dir_all(&inputs.folder).unwrap();
}

#[test]
fn each_bad_value_names_variable_value_and_what_is_expected() {
    for (name, value, expected) in [
        (
            "RIBBON_LISTEN",
            "8480",
            "RIBBON_LISTEN is `8480` (from the environment): expected an IP address and a port, as in \
             127.0.0.1:8480 (port 0 takes a free one)",
        ),
        (
            "RIBBON_SANDBOX_GIFTS",
            "99",
            "RIBBON_SANDBOX_GIFTS is `99` (from the environment): expected a whole number from 100 to 1000000",
        ),
        (
            "RIBBON_SANDBOX",
            "maybe\n",
            "RIBBON_SANDBOX is `maybe\\n` (from the environment): expected `on` or `off` (also true, false, yes, \
             no, 1, 0)",
        ),
        (
            "RIBBON_LOG",
            "info,sqlx=loud",
            "RIBBON_LOG is `info,sqlx=loud` (from the environment): expected a filter of the log, as in \
             info,sqlx=warn",
        ),
        (
            "RIBBON_LOG_FORMAT",
            "xml",
            "RIBBON_LOG_FORMAT is `xml` (from the environment): expected one of text, json",
        ),
        (
            "RIBBON_SPEED",
            "-3",
            "RIBBON_SPEED is `-3` (from the environment): expected a number from 0.1 to 10000 with at most three \
             digits behind the point",
        ),
        (
            "RIBBON_GRAPHQL_DEPTH_MAX",
            "deep",
            "RIBBON_GRAPHQL_DEPTH_MAX is `deep` (from the environment): expected a whole number from 4 to 64",
        ),
        (
            "DATABASE_URL",
            "mysql://root:hunter2@db/x",
            "DATABASE_URL (from the environment; its value is not shown): expected a PostgreSQL URL, as in \
             postgres://user:password@host:5432/database",
        ),
        (
            "RIBBON_NOTICE_WEBHOOK_URL",
            "example.org/secret-token",
            "RIBBON_NOTICE_WEBHOOK_URL (from the environment; its value is not shown): expected an http or https \
             address without user and fragment, as in https://example.org/hook",
        ),
        (
            "RIBBON_LISTN",
            "x",
            "RIBBON_LISTN (the environment) is no setting of ribbon (did you mean RIBBON_LISTEN?); `ribbon config` \
             lists them all",
        ),
        (
            "RIBBON_TELEGRAM_BOT_NAME",
            "x",
            "RIBBON_TELEGRAM_BOT_NAME (the environment) is no setting of ribbon; `ribbon config` lists them all",
        ),
    ] {
        assert_eq!(told(&inputs(&[(name, value)], &[], None), &Concern::ALL), [expected]);
    }
}

#[test]
fn a_file_is_held_to_the_same_table() {
    for (file, expected) in [
        (
            "[sandbox]\ngifts = 5\n",
            "RIBBON_SANDBOX_GIFTS is `5` (from `sandbox.gifts` in ribbon.toml): expected a whole number from 100 to \
             1000000",
        ),
        (
            "listn = 'x'\n",
            "listn (`listn` in ribbon.toml) is no setting of ribbon (did you mean listen?); `ribbon config` lists \
             them all",
        ),
        (
            "sandbox_seed = 1\n[sandbox]\nseed = 2\n",
            "RIBBON_SANDBOX_SEED stands twice in ribbon.toml: as `sandbox.seed` and as `sandbox_seed`",
        ),
        ("listen = \n", "ribbon.toml is no TOML: line 1: "),
        (
            "listen = 2026-01-01\n",
            "RIBBON_LISTEN is `` (from `listen` in ribbon.toml): expected an IP address and a port, as in \
             127.0.0.1:8480 (port 0 takes a free one)",
        ),
        ("config = 'other.toml'\n", "config (`config` in ribbon.toml) is no setting of ribbon"),
    ] {
        let told = told(&inputs(&[], &[], Some(file)), &Concern::ALL);
        assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
    }
}

#[test]
fn all_faults_are_told_at_once_and_secrets_never() {
    let environment = [
        ("RIBBON_LISTEN", "x"),
        ("RIBBON_SANDBOX_GIFTS", "x"),
        ("DATABASE_URL", "hunter2"),
        ("RIBBON_X", "y"),
    ];
    let inputs = inputs(&environment, &[], None);
    let faults = load(&inputs, &Concern::ALL).unwrap_err();
    assert_eq!(faults.0.len(), 4);
    assert!(!format!("{faults} {faults:?}").contains("hunter2"));
    std::fs::remove_dir_all(&inputs.folder).unwrap();
}

#[test]
fn what_a_role_does_not_read_may_be_anything() {
    let inputs = inputs(&[("RIBBON_SANDBOX_GIFTS", "x"), ("RIBBON_TEST_KEEP", "1")], &[], None);
    assert!(load(&inputs, &[Concern::Storage]).is_ok());
    std::fs::remove_dir_all(&inputs.folder).unwrap();
}

#[test]
fn a_named_file_must_be_there() {
    let told = told(&inputs(&[("RIBBON_CONFIG", "no/such.toml")], &[], None), &[]);
    assert!(told[0].starts_with("RIBBON_CONFIG names no/such.toml, which cannot be read ("), "{told:?}");
}

#[test]
fn a_variable_set_to_nothing_is_not_set() {
    let inputs = inputs(&[("RIBBON_LISTEN", ""), ("DATABASE_URL", "")], &[], None);
    let values = load(&inputs, &[Concern::Http, Concern::Folder, Concern::Storage]).unwrap();
    assert!(!values.is_given(&http::LISTEN));
    assert!(values.secret_given(&storage::DATABASE_URL).is_none());
    std::fs::remove_dir_all(&inputs.folder).unwrap();
}

#[test]
fn text_that_is_no_utf8_is_told_apart() {
    let mut inputs = inputs(&[], &[], None);
    inputs.environment.push(("RIBBON_LOG".into(), OsString::from_vec(vec![0xFF])));
    let told = told(&inputs, &[Concern::Log]);
    assert!(told[0].contains("expected UTF-8 text"), "{told:?}");
}

#[test]
fn values_print_no_secret() {
    let inputs = inputs(&[("DATABASE_URL", "postgres://u:hunter2@h/d")], &[], None);
    let values = load(&inputs, &[Concern::Folder, Concern::Storage]).unwrap();
    let config = storage::StorageConfig::read(&values);
    assert!(!format!("{values:?} {config:?}").contains("hunter2"));

    std::fs::remove_dir_all(&inputs.folder).unwrap();
}
