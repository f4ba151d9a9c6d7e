//! The parts that roles are put together from.

pub mod outside;
pub mod sources;
pub mod world;
