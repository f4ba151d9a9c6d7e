#![doc = include_str!("../README.md")]

pub mod art;
mod files;
pub mod router;

pub use router::router;
