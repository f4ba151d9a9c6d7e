//! The API over a real database: queries, paging, time travel, limits, statements, subscriptions.

pub(crate) mod api;
mod as_of;
mod deals;
mod limits;
mod missing;
mod paging;
mod plans;
mod queries;
mod reflects;
mod resume;
mod scene;
mod socket;
mod statements;
mod stream;
mod stream_resume;
mod subscriptions;
