//! The raw peer: pgbench runs the same statements with the same parameters.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::Context as _;

use super::statements::Statement;
use crate::scratch::Scratch;

/// Scripts and the variables they use.
pub(super) struct Scripts {
    files: Vec<PathBuf>,
    defines: Vec<(String, String)>,
}

/// Writes one script for each page.
pub(super) fn write(folder: &Path, pages: &[Vec<Statement>]) -> anyhow::Result<Scripts> {
    fs::create_dir(folder).context("the folder of the scripts")?;
    let mut scripts = Scripts { files: Vec::new(), defines: Vec::new() };
    for (page, statements) in pages.iter().enumerate() {
        let mut nulls = String::new();
        let mut text = String::new();
        for (index, statement) in statements.iter().enumerate() {
            let variable = |number: usize| format!("p{page}_{index}_{number}");
            for (at, value) in statement.parameters.iter().enumerate() {
                match value {
                    Some(value) => scripts.defines.push((variable(at + 1), value.clone())),
                    None => nulls.push_str(&format!("\\set {} null\n", variable(at + 1))),
                }
            }
            text.push_str(&with_variables(&statement.text, variable));
            text.push_str(";\n");
        }
        let path = folder.join(format!("page-{page}.sql"));
        fs::write(&path, nulls + &text).context("a script is written")?;
        scripts.files.push(path);
    }
    Ok(scripts)
}

/// `$3` as `:p0_1_3`.
fn with_variables(text: &str, variable: impl Fn(usize) -> String) -> String {
    let mut parts = text.split('$');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        match part[..digits].parse() {
            Ok(number) => {
                result.push(':');
                result.push_str(&variable(number));
                result.push_str(&part[digits..]);
            }
            Err(_) => {
                result.push('$');
                result.push_str(part);
            }
        }
    }
    result
}

/// Runs pgbench and says how many scripts it ran in a second.
pub(super) async fn run(
    scratch: &Scratch,
    database: &str,
    scripts: &Scripts,
    clients: usize,
    seconds: u64,
) -> anyhow::Result<f64> {
    let program = scratch.program("pgbench")?;
    let mut command = tokio::process::Command::new(&program);
    command.args(["--no-vacuum", "--protocol=prepared", "--username=ribbon", "--jobs=2"]);
    command.arg(format!("--client={clients}")).arg(format!("--time={seconds}"));
    command.arg("--host").arg(scratch.socket_dir());
    for (name, value) in &scripts.defines {
        command.arg("--define").arg(format!("{name}={value}"));
    }
    for file in &scripts.files {
        command.arg("--file").arg(file);
    }
    command.arg(database).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.with_context(|| format!("{} runs", program.display()))?;
    let told = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "pgbench ended with {}: {}", output.status, complaint.trim());
    let failed = told.lines().find(|line| line.starts_with("number of failed transactions"));
    anyhow::ensure!(failed.is_none_or(|line| line.contains(": 0 (")), "{failed:?}");
    let tps = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    tps.with_context(|| format!("pgbench tells no tps: {told}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_variables() {
        let text = with_variables("select $1::text[], $12, '$' from x where y = $2", |n| format!("v{n}"));
        assert_eq!(text, "select :v1::text[], :v12, '$' from x where y = :v2");
    }
}
