//! Whole paths.

mod app;
mod dev_script;
mod equality;
mod facts;
mod indexer;
mod kills;
mod queries;
mod store_log;
mod the_harness;
mod tidy;
mod world;
