//! What each role does, one file per role.

pub mod config;
pub mod export;
pub mod migrate;
