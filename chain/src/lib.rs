#![doc = include_str!("../README.md")]

pub mod address;
pub mod boc;
pub mod cell;
pub mod collection;
pub mod contract;
pub mod getgems;
pub mod gift;
pub mod hash;
pub mod message;
pub mod sale_contract;
pub mod stack;
pub mod trace;

pub use address::{
    Address, AddressError, AddressForm, ChainAddress, FriendlyAddress, FriendlyFlags, NotOnChain, Place,
};
pub use hash::{Hash256, HashError};
