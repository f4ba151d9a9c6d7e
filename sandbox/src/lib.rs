#![doc = include_str!("../README.md")]

#[allow(dead_code, reason = "offers what any market may ask for")]
mod catalog;
mod control;
pub mod fault;
pub mod fragment;
pub mod getgems;
pub mod gift_page;
pub mod identity;
pub mod market;
pub mod mrkt;
mod onchain;
pub mod options;
mod outside;
pub mod portals;
mod random;
pub mod registry;
mod running;
mod schedule;
mod serve;
#[cfg(test)]
mod shape;
pub mod telegram;
#[cfg(test)]
mod testing;
pub mod tonapi;
pub mod toncenter;
pub mod tonnel;
#[allow(dead_code, reason = "offers what any market may ask for")]
pub mod truth;
#[allow(dead_code, reason = "offers what any market may ask for")]
mod world;

pub use fault::{Fault, FaultCount, FaultOrder, FaultOrderFault, MIXES, Mix};
pub use identity::Identity;
pub use market::{Access, Market};
pub use options::{SandboxClock, SandboxOptions, StartFault};
pub use registry::MARKETS;
pub use running::{RequestCount, Running, start};
pub use truth::{Truth, TruthQuery};
