//! `./dev`: the commands that touch what is on the machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use store::cluster::{Cluster, ClusterOptions, MARKER_FILE, default_data_dir, open_data_dir};

fn dev(arguments: &[&str], data_dir: Option<&Path>) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    let mut command = Command::new(root.join("dev"));
    command.args(arguments).env_remove("RIBBON_DATA_DIR");
    if let Some(data_dir) = data_dir {
        command.env("RIBBON_DATA_DIR", data_dir);
    }
    command.output().expect("./dev runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ribbon-dev-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
            .expect("a folder of ours can be opened");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_script_and_the_executable_agree_on_the_data_folder() {
    let output = dev(&["where"], None);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), default_data_dir().display().to_string());
}

#[test]
fn clean_removes_a_data_folder() {
    let scratch = Scratch::new("ours");
    let folder = open_data_dir(&scratch.0.join("data")).expect("a data folder");
    fs::write(folder.join("evidence"), "something").expect("a file");
    let output = dev(&["clean"], Some(&folder));
    assert!(output.status.success() && said(&output).contains("Removed"), "{}", said(&output));
    assert!(!folder.exists());
    assert!(dev(&["clean"], Some(&folder)).status.success(), "once more does no harm");
}

#[test]
fn clean_leaves_a_folder_without_the_marker() {
    let scratch = Scratch::new("not-ours");
    fs::write(scratch.0.join("diary.txt"), "dear diary").expect("a file");
    for marker in [None, Some("something else\nribbon data folder\n")] {
        if let Some(text) = marker {
            fs::write(scratch.0.join(MARKER_FILE), text).expect("a file");
        }
        let output = dev(&["clean"], Some(&scratch.0));
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("carries no ribbon.marker"), "{}", said(&output));
        assert!(scratch.0.join("diary.txt").exists());
    }
}

#[tokio::test]
async fn clean_leaves_a_folder_that_is_in_use() {
    let scratch = Scratch::new("in-use");
    let mut options = ClusterOptions::new(scratch.0.join("data"));
    options.fsync = false;
    let cluster = Cluster::start(options).await.expect("a server");
    let output = dev(&["clean"], Some(cluster.data_dir()));
    assert_eq!(output.status.code(), Some(1));
    let expected = format!("(process {})", std::process::id());
    assert!(said(&output).contains(&expected), "{}", said(&output));
    assert!(cluster.data_dir().join(MARKER_FILE).exists());
    cluster.stop().await;
}

#[test]
fn an_unknown_command_lists_the_known_ones() {
    let output = dev(&["tset"], None);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).contains("no command 'tset'") && said(&output).contains("./dev test"),
        "{}",
        said(&output)
    );
}
