//! The configuration: one table of documented settings, one small struct per concern, one per role.
//!
//! Everything is read once and checked before anything starts. Nothing reads the environment later.

pub mod concern;
pub mod document;
pub mod fault;
mod file;
pub mod gather;
pub mod graphql;
pub mod http;
pub mod kind;
pub mod logs;
pub mod markets;
mod nearest;
pub mod notices;
pub mod own;
pub mod registered;
pub mod roles;
pub mod sandbox;
pub mod setting;
pub mod storage;
pub mod values;

pub use concern::Concern;
pub use fault::{ConfigFault, ConfigFaults};
pub use gather::{Inputs, load};
pub use setting::Setting;
pub use values::Values;

use setting::{Fallback, Kind};

/// The file. Only the environment and the flag can name it.
pub const FILE: Setting = Setting {
    name: "RIBBON_CONFIG",
    kind: Kind::Path,
    fallback: Fallback::Described("./ribbon.toml where it exists"),
    unit: "",
    meaning: "A TOML file with settings.",
    is_secret: false,
};
