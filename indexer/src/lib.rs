#![doc = include_str!("../README.md")]

pub mod agenda;
pub mod backoff;
pub mod budget;
pub mod circuit;
pub mod decide;
pub mod fixtures;
pub mod intake;
pub mod jobs;
pub mod notice;
mod observe;
pub mod pace;
pub mod progress;
pub mod project;
pub mod rates;
pub mod returns;
pub mod run;
pub mod worker;

pub use pace::Pace;
pub use progress::{Phase, Progress};
pub use run::{Indexer, run, start};
pub use worker::{Surroundings, Worker};
