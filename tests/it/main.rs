//! Whole paths.

#![allow(
    clippy::unwrap_used,
    clippy::type_complexity,
    reason = "a test that cannot unwrap has failed, and a row of a query is read where it stands"
)]

mod app;
mod dev_script;
mod equality;
mod facts;
mod graphql;
mod hostile;
mod indexer;
mod jobs;
mod kills;
mod once;
mod queries;
mod rates;
mod store_log;
mod the_harness;
mod tidy;
mod world;
