//! The settings in groups, as roles use them and documents show them.

use super::setting::Setting;
use super::{graphql, http, logs, markets, notices, sandbox, storage};

/// A group of settings that one struct reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// The configuration file itself.
    File,
    /// The log.
    Log,
    /// The data folder.
    Folder,
    /// The database.
    Storage,
    /// How long evidence is kept.
    Evidence,
    /// The HTTP server.
    Http,
    /// The listener of a role that serves nothing else.
    Health,
    /// GraphQL's limits.
    Graphql,
    /// The speed factor.
    Speed,
    /// The markets.
    Markets,
    /// The sources of currency rates and of metadata.
    Rates,
    /// Whether the sandbox is built in.
    BuiltIn,
    /// The sandbox.
    Sandbox,
    /// Operators' notices.
    Notices,
}

impl Concern {
    /// All groups, in the order of the documents.
    pub const ALL: [Self; 14] = [
        Self::File,
        Self::Folder,
        Self::Storage,
        Self::Evidence,
        Self::Http,
        Self::Health,
        Self::Graphql,
        Self::Speed,
        Self::Markets,
        Self::Rates,
        Self::BuiltIn,
        Self::Sandbox,
        Self::Notices,
        Self::Log,
    ];

    /// Heading of the group.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "The file",
            Self::Log => "Log",
            Self::Folder => "Data folder",
            Self::Storage => "Database",
            Self::Evidence => "Evidence",
            Self::Http => "HTTP",
            Self::Health => "Health of workers",
            Self::Graphql => "GraphQL",
            Self::Markets => "Markets",
            Self::Speed => "Speed",
            Self::Rates => "Rates and metadata",
            Self::BuiltIn => "Built-in sandbox",
            Self::Sandbox => "Sandbox",
            Self::Notices => "Operators' notices",
        }
    }

    /// The group's settings, in the order of the documents.
    #[must_use]
    pub fn settings(self) -> Vec<Setting> {
        match self {
            Self::File => vec![super::FILE],
            Self::Log => logs::LogConfig::SETTINGS.to_vec(),
            Self::Folder => vec![storage::DATA_DIR],
            Self::Storage => storage::StorageConfig::SETTINGS.to_vec(),
            Self::Evidence => storage::EvidenceConfig::SETTINGS.to_vec(),
            Self::Http => http::HttpConfig::SETTINGS.to_vec(),
            Self::Health => vec![http::HEALTH_LISTEN],
            Self::Graphql => graphql::GraphqlConfig::SETTINGS.to_vec(),
            Self::Markets => markets::settings(),
            Self::Speed => vec![markets::SPEED],
            Self::Rates => markets::other_settings(),
            Self::BuiltIn => vec![sandbox::SANDBOX],
            Self::Sandbox => sandbox::SandboxConfig::SETTINGS.to_vec(),
            Self::Notices => notices::NoticeConfig::SETTINGS.to_vec(),
        }
    }
}
