#![doc = include_str!("../README.md")]

pub mod backoff;
pub mod budget;
pub mod circuit;
pub mod decide;
pub mod notice;
pub mod pace;
pub mod progress;
