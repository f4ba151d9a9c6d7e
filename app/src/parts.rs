//! The parts that roles are put together from.

pub mod api;
pub mod outside;
pub mod picture;
pub mod serving;
pub mod signals;
pub mod sources;
pub mod state;
pub mod working;
pub mod world;
