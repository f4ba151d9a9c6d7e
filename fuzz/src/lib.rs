#![doc = include_str!("../README.md")]

mod damage;
mod surface;

pub use damage::damaged;
pub use surface::{SURFACES, Surface, find};
