#![doc = include_str!("../README.md")]

mod cluster;
mod database;
pub mod deeds;
pub mod long;
mod net;
mod process;
mod say;
mod server;

pub use cluster::{OwnCluster, own_cluster};
pub use database::{TestDatabase, database};
pub use net::{free_port, http, install_tls};
pub use process::{Outcome, Ribbon, RibbonCommand};
pub use say::say;
