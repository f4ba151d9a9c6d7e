//! Whole paths.

mod facts;
mod store_log;
