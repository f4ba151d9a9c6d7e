//! The built-in sandbox: how big the world is, how it begins, where it listens.

use std::net::SocketAddr;

use super::setting::{Fallback, Kind, Setting};
use super::values::Values;

/// Whether `up` brings its own outside world.
pub const SANDBOX: Setting = Setting {
    name: "RIBBON_SANDBOX",
    kind: Kind::Switch,
    fallback: Fallback::Described("on, unless a market's base URL is set"),
    unit: "",
    meaning: "Whether `ribbon up` starts the built-in sandbox and gathers from it. A database of the sandbox's world \
              refuses the real one, and the other way round.",
    is_secret: false,
};

/// Size of the world.
pub const GIFTS: Setting = Setting {
    name: "RIBBON_SANDBOX_GIFTS",
    kind: Kind::Count { min: 100, max: 1_000_000 },
    fallback: Fallback::Value("20000"),
    unit: "gifts",
    meaning: "How many gifts the sandbox has.",
    is_secret: false,
};

/// Seed of the world.
pub const SEED: Setting = Setting {
    name: "RIBBON_SANDBOX_SEED",
    kind: Kind::Count { min: 0, max: u64::MAX },
    fallback: Fallback::Value("1"),
    unit: "",
    meaning: "The number from which the sandbox's world is made; the same number gives the same world.",
    is_secret: false,
};

/// Listener of the world.
pub const LISTEN: Setting = Setting {
    name: "RIBBON_SANDBOX_LISTEN",
    kind: Kind::Loopback,
    fallback: Fallback::Value("127.0.0.1:8490"),
    unit: "",
    meaning: "Where the sandbox listens. On loopback only: its control endpoint has no lock.",
    is_secret: false,
};

/// Whether traders act.
pub const TRADING: Setting = Setting {
    name: "RIBBON_SANDBOX_TRADING",
    kind: Kind::Switch,
    fallback: Fallback::Value("on"),
    unit: "",
    meaning: "Whether the sandbox's traders begin to trade at the start; its control endpoint changes it later.",
    is_secret: false,
};

/// The sandbox.
#[derive(Debug, Clone)]
pub struct SandboxConfig {
    /// How many gifts.
    pub gifts: u32,
    /// The world's seed.
    pub seed: u64,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether traders act from the start.
    pub trading: bool,
}

impl SandboxConfig {
    /// The settings of this struct.
    pub const SETTINGS: [Setting; 4] = [GIFTS, SEED, LISTEN, TRADING];

    /// Reads checked values.
    #[must_use]
    pub fn read(values: &Values) -> Self {
        Self {
            gifts: u32::try_from(values.count(&GIFTS)).unwrap_or(u32::MAX),
            seed: values.count(&SEED),
            listen: values.socket(&LISTEN),
            trading: values.switch(&TRADING),
        }
    }
}
