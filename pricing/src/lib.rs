#![doc = include_str!("../README.md")]

pub mod all_in;
pub mod fee;
pub mod floor;
pub mod rate;

pub use all_in::{AllIn, Ask, Basis, Counted, Explanation, Line, all_in};
pub use fee::{Charge, Fee, FeeKind, FeeTable, FeeTableFault, Grade, RateBase};
pub use floor::{Floor, FloorKey, FloorKind, OpenListing, floors};
pub use rate::{ConvertFault, Rate};
