//! Whole paths.

mod dev_script;
mod facts;
mod store_log;
mod the_harness;
mod tidy;
