//! Limits of GraphQL, counted before anything is executed.

use super::setting::{Fallback, Kind, Setting};
use super::values::Values;

/// Introspection.
pub const INTROSPECTION: Setting = Setting {
    name: "RIBBON_GRAPHQL_INTROSPECTION",
    kind: Kind::Switch,
    fallback: Fallback::Value("on"),
    unit: "",
    meaning: "Whether the schema may be asked for; the explorer needs it.",
    is_secret: false,
};

const fn limit(
    name: &'static str,
    (min, max): (u64, u64),
    default: &'static str,
    unit: &'static str,
    meaning: &'static str,
) -> Setting {
    let (kind, fallback) = (Kind::Count { min, max }, Fallback::Value(default));
    Setting { name, kind, fallback, unit, meaning, is_secret: false }
}

/// Size of a request.
pub const BODY_BYTES_MAX: Setting = limit(
    "RIBBON_GRAPHQL_BODY_BYTES_MAX",
    (1_024, 16_777_216),
    "65536",
    "bytes",
    "Largest body of a GraphQL request, largest message on a WebSocket, and longest query string of a stream of events.",
);

/// Size of a query.
pub const QUERY_BYTES_MAX: Setting =
    limit("RIBBON_GRAPHQL_QUERY_BYTES_MAX", (256, 1_048_576), "16384", "bytes", "Longest text of one query.");

/// Tokens.
pub const TOKENS_MAX: Setting = limit(
    "RIBBON_GRAPHQL_TOKENS_MAX",
    (50, 100_000),
    "2000",
    "tokens",
    "Most tokens in the text of one query.",
);

/// Depth.
pub const DEPTH_MAX: Setting =
    limit("RIBBON_GRAPHQL_DEPTH_MAX", (4, 64), "15", "levels", "Deepest nesting of fields in a query.");

/// Complexity.
pub const COMPLEXITY_MAX: Setting = limit(
    "RIBBON_GRAPHQL_COMPLEXITY_MAX",
    (50, 10_000_000),
    "20000",
    "points",
    "Most work of a request: one point per field, times the length of the list it stands in.",
);

/// Aliases.
pub const ALIASES_MAX: Setting =
    limit("RIBBON_GRAPHQL_ALIASES_MAX", (1, 10_000), "30", "aliases", "Most aliases in a query.");

/// Batch.
pub const BATCH_MAX: Setting =
    limit("RIBBON_GRAPHQL_BATCH_MAX", (1, 1_000), "10", "queries", "Most queries in one request.");

/// Lists.
pub const LIST_MAX: Setting = limit(
    "RIBBON_GRAPHQL_LIST_MAX",
    (1, 1_000),
    "100",
    "items",
    "Longest page of a list (`first`), and longest list in an argument.",
);

/// Subscriptions.
pub const SUBSCRIPTIONS_MAX: Setting = limit(
    "RIBBON_GRAPHQL_SUBSCRIPTIONS_MAX",
    (1, 1_000),
    "20",
    "subscriptions",
    "Most subscriptions at once on one WebSocket; a stream of events carries one.",
);

/// Time of an answer.
pub const ANSWER_MS_MAX: Setting = limit(
    "RIBBON_GRAPHQL_ANSWER_MS_MAX",
    (100, 600_000),
    "10000",
    "milliseconds",
    "How long a query may take before it is given up.",
);

/// Sockets.
pub const SOCKETS_MAX: Setting = limit(
    "RIBBON_GRAPHQL_SOCKETS_MAX",
    (1, 1_000_000),
    "10000",
    "lines",
    "Most WebSockets and streams of events at once, both together.",
);

/// Topics.
pub const TOPICS_MAX: Setting = limit(
    "RIBBON_GRAPHQL_TOPICS_MAX",
    (1, 100_000),
    "1000",
    "queries",
    "Most distinct subscription queries at once: each is executed once per change, however many listen.",
);

/// Catching up.
pub const CATCH_UP_MAX: Setting = limit(
    "RIBBON_GRAPHQL_CATCH_UP_MAX",
    (1, 1_000_000),
    "20000",
    "events",
    "How far a resumed subscription may be behind; beyond, it is told to reload.",
);

/// GraphQL's limits.
#[derive(Debug, Clone)]
pub struct GraphqlConfig {
    /// All of them, as the API takes them.
    pub options: graphql::ApiOptions,
}

impl GraphqlConfig {
    /// The settings of this struct.
    pub const SETTINGS: [Setting; 14] = [
        INTROSPECTION,
        BODY_BYTES_MAX,
        QUERY_BYTES_MAX,
        TOKENS_MAX,
        DEPTH_MAX,
        COMPLEXITY_MAX,
        ALIASES_MAX,
        BATCH_MAX,
        LIST_MAX,
        SUBSCRIPTIONS_MAX,
        ANSWER_MS_MAX,
        SOCKETS_MAX,
        TOPICS_MAX,
        CATCH_UP_MAX,
    ];

    /// Reads checked values.
    #[must_use]
    pub fn read(values: &Values) -> Self {
        let size = |setting| usize::try_from(values.count(setting)).unwrap_or(usize::MAX);
        let limits = graphql::Limits {
            body_bytes: size(&BODY_BYTES_MAX),
            query_bytes: size(&QUERY_BYTES_MAX),
            tokens: size(&TOKENS_MAX),
            depth: size(&DEPTH_MAX),
            complexity: size(&COMPLEXITY_MAX),
            aliases: size(&ALIASES_MAX),
            batch: size(&BATCH_MAX),
            list: size(&LIST_MAX),
            subscriptions: size(&SUBSCRIPTIONS_MAX),
            answer_ms: values.count(&ANSWER_MS_MAX),
        };
        let options = graphql::ApiOptions {
            limits,
            introspection: values.switch(&INTROSPECTION),
            sockets_max: size(&SOCKETS_MAX),
            topics_max: size(&TOPICS_MAX),
            catch_up_max: i64::try_from(values.count(&CATCH_UP_MAX)).unwrap_or(i64::MAX),
        };
        Self { options }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Concern, Inputs, load};
    use super::*;

    #[test]
    fn the_documented_defaults_are_those_of_the_interface() {
        let inputs = Inputs { folder: std::env::temp_dir().join("no-such-folder"), ..Inputs::default() };
        let values = load(&inputs, &[Concern::Graphql]).unwrap();
        assert_eq!(GraphqlConfig::read(&values).options, graphql::ApiOptions::default());
    }
}
