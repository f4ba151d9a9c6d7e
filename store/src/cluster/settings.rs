//! The settings of the private cluster, as text. They go to `ribbon.conf`, which the server's own `postgresql.conf`
//! includes and every start writes anew; `ALTER SYSTEM` wins over them.

/// What the settings depend on.
#[derive(Debug, Clone)]
pub(super) struct Given<'a> {
    /// The whole answer of `postgres --version`.
    pub(super) version: &'a str,
    /// Memory of the machine in bytes.
    pub(super) memory_bytes: u64,
    /// Whether this build can compress its log with lz4; not all can, and the setting stops those at the start.
    pub(super) lz4: bool,
}

const FOUR_GIB: u64 = 4 << 30;

/// The text of `ribbon.conf`.
pub(super) fn ribbon_conf(given: &Given<'_>) -> String {
    let shared_buffers = if given.memory_bytes >= FOUR_GIB { "256MB" } else { "128MB" };
    let wal_compression = if given.lz4 { "lz4" } else { "on" };
    format!(
        "{}\n\
         # Written at every start. Change a setting with ALTER SYSTEM instead, which wins over this file.\n\
         listen_addresses = ''\n\
         unix_socket_permissions = 0700\n\
         fsync = on\n\
         full_page_writes = on\n\
         synchronous_commit = on\n\
         wal_level = minimal                  # until somebody wants replicas or point-in-time recovery\n\
         max_wal_senders = 0                  # which the line above requires\n\
         wal_compression = {wal_compression}\n\
         max_wal_size = 2GB\n\
         checkpoint_timeout = 15min\n\
         shared_buffers = {shared_buffers}\n\
         max_connections = 60\n\
         jit = off                            # queries here are short\n\
         random_page_cost = 1.1\n\
         idle_in_transaction_session_timeout = 60s\n\
         cluster_name = 'ribbon'\n\
         log_min_duration_statement = 500ms\n\
         log_line_prefix = '%m [%p] %q%a '\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n",
        header(given.version)
    )
}

/// The first line of `ribbon.conf`; it changes when the programs do.
pub(super) fn header(version: &str) -> String {
    format!("# Settings of ribbon's private cluster for {version}")
}

/// What an earlier `ribbon.conf` for the same programs found out about lz4, so that it need not be asked again.
pub(super) fn known_lz4(earlier: &str, version: &str) -> Option<bool> {
    if earlier.lines().next()? != header(version) {
        return None;
    }
    let value = earlier.lines().find_map(|line| line.strip_prefix("wal_compression = "))?;
    Some(value == "lz4")
}

/// The text of `pg_hba.conf`: peer authentication over the socket and nothing else.
pub(super) const PG_HBA: &str = "# Written at every start.\nlocal all all peer map=ribbon\n";

/// The text of `pg_ident.conf`: which system users are the database user `ribbon`.
pub(super) fn pg_ident(names: &[&str]) -> String {
    let mut text = "# Written at every start.\n".to_owned();
    for name in names {
        text.push_str("ribbon \"");
        text.push_str(&name.replace('"', "\"\""));
        text.push_str("\" ribbon\n");
    }
    text
}

/// Memory of this machine in bytes from the text of `/proc/meminfo`; 0 when it does not say.
pub(super) fn memory_bytes(meminfo: &str) -> u64 {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    total.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok()).map_or(0, |kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_follow_the_machine_and_the_build() {
        for (memory_bytes, lz4, buffers, compression) in
            [(FOUR_GIB, true, "256MB", "lz4"), (FOUR_GIB - 1, false, "128MB", "on")]
        {
            let text = ribbon_conf(&Given { version: "postgres (PostgreSQL) 15.18", memory_bytes, lz4 });
            assert!(text.contains(&format!("\nshared_buffers = {buffers}\n")), "{text}");
            assert!(text.contains(&format!("\nwal_compression = {compression}\n")), "{text}");
            assert_eq!(known_lz4(&text, "postgres (PostgreSQL) 15.18"), Some(lz4));
            assert_eq!(known_lz4(&text, "postgres (PostgreSQL) 15.19"), None);
        }
    }

    #[test]
    fn memory_is_read_in_kibibytes() {
        for (text, bytes) in [
            ("MemTotal:       24666352 kB\nMemFree: 1 kB\n", 24_666_352 * 1024),
            ("MemFree: 1 kB\n", 0),
            ("MemTotal: many kB\n", 0),
        ] {
            assert_eq!(memory_bytes(text), bytes, "{text:?}");
        }
    }
}
