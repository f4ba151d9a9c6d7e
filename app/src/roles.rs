//! What each role does, one file per role.

pub mod check;
pub mod config;
pub mod export;
pub mod index;
pub mod jobs;
pub mod migrate;
pub mod sandbox;
pub mod serve;
pub mod up;
