//! The machine a run was made on, for the document.

use std::{fs, process::Command};

use anyhow::Context as _;

/// A paragraph of Markdown.
pub(crate) fn describe() -> anyhow::Result<String> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").context("/proc/cpuinfo is read")?;
    let meminfo = fs::read_to_string("/proc/meminfo").context("/proc/meminfo is read")?;
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let model = value(&cpuinfo, "model name").unwrap_or_else(|| "an unnamed processor".into());
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let memory_kib: u64 =
        value(&meminfo, "MemTotal").and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or(0);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let date = Command::new("date").args(["-u", "+%Y-%m-%d"]).output().context("date runs")?;
    Ok(format!(
        "Measured on {} with {cores} cores of {model}, {} GiB of memory, Linux {}, {} build.\n\n",
        String::from_utf8_lossy(&date.stdout).trim(),
        memory_kib >> 20,
        kernel.trim(),
        if cfg!(debug_assertions) { "debug" } else { "release" },
    ))
}
