//! The words of the schema. Each object carries the reading it came from, so everything below it is as of the same position.
//!
//! An object whose fields wait for nothing is `serial`: the engine then makes no task of each field. Where fields load, they are polled
//! side by side, so that [`crate::batch`] asks for all of them at once.

pub(crate) mod auction;
pub(crate) mod collection;
pub(crate) mod connection;
pub(crate) mod custody;
pub(crate) mod event;
pub(crate) mod fact;
pub(crate) mod floor;
pub(crate) mod gift;
pub(crate) mod job;
pub(crate) mod listing;
pub(crate) mod log;
pub(crate) mod market;
pub(crate) mod offer;
pub(crate) mod picture;
pub(crate) mod price;
pub(crate) mod provenance;
pub(crate) mod rate;
pub(crate) mod sale;
pub(crate) mod witness;
pub(crate) mod words;
