//! One struct per role, made of the concerns it needs. What no single value can get wrong, but several together can, is
//! refused here.

use super::fault::ConfigFaults;
use super::graphql::GraphqlConfig;
use super::http::HttpConfig;
use super::logs::LogConfig;
use super::markets::MarketsConfig;
use super::notices::NoticeConfig;
use super::sandbox::SandboxConfig;
use super::storage::{EvidenceConfig, StorageConfig};
use super::values::Values;

/// `ribbon up`.
#[derive(Debug, Clone)]
pub struct UpConfig {
    /// The database.
    pub storage: StorageConfig,
    /// How long evidence is kept.
    pub evidence: EvidenceConfig,
    /// The HTTP server.
    pub http: HttpConfig,
    /// GraphQL's limits.
    pub graphql: GraphqlConfig,
    /// The markets.
    pub markets: MarketsConfig,
    /// The sandbox, where it is to be started.
    pub sandbox: Option<SandboxConfig>,
    /// Operators' notices.
    pub notices: NoticeConfig,
    /// The log.
    pub log: LogConfig,
}

impl UpConfig {
    /// Reads checked values.
    ///
    /// # Errors
    /// [`ConfigFaults`] when values do not go together.
    pub fn read(values: &Values) -> Result<Self, ConfigFaults> {
        let is_sandboxed = super::markets::settle_sandbox(values)?;
        Ok(Self {
            storage: StorageConfig::read(values),
            evidence: EvidenceConfig::read(values),
            http: HttpConfig::read(values),
            graphql: GraphqlConfig::read(values),
            markets: MarketsConfig::read(values, is_sandboxed)?,
            sandbox: is_sandboxed.then(|| SandboxConfig::read(values)),
            notices: NoticeConfig::read(values)?,
            log: LogConfig::read(values),
        })
    }
}

/// `ribbon index`.
#[derive(Debug, Clone)]
pub struct IndexConfig {
    /// The database.
    pub storage: StorageConfig,
    /// How long evidence is kept.
    pub evidence: EvidenceConfig,
    /// The markets.
    pub markets: MarketsConfig,
    /// Health and metrics, where they are wanted.
    pub health: Option<HttpConfig>,
    /// Operators' notices.
    pub notices: NoticeConfig,
    /// The log.
    pub log: LogConfig,
}

impl IndexConfig {
    /// Reads checked values.
    ///
    /// # Errors
    /// [`ConfigFaults`] when values do not go together.
    pub fn read(values: &Values) -> Result<Self, ConfigFaults> {
        Ok(Self {
            storage: StorageConfig::read(values),
            evidence: EvidenceConfig::read(values),
            markets: MarketsConfig::read(values, false)?,
            health: HttpConfig::read_health(values),
            notices: NoticeConfig::read(values)?,
            log: LogConfig::read(values),
        })
    }
}

/// `ribbon serve`.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// The database.
    pub storage: StorageConfig,
    /// The HTTP server.
    pub http: HttpConfig,
    /// GraphQL's limits.
    pub graphql: GraphqlConfig,
    /// The log.
    pub log: LogConfig,
}

impl ServeConfig {
    /// Reads checked values.
    #[must_use]
    pub fn read(values: &Values) -> Self {
        Self {
            storage: StorageConfig::read(values),
            http: HttpConfig::read(values),
            graphql: GraphqlConfig::read(values),
            log: LogConfig::read(values),
        }
    }
}
