//! The API over a real database: queries, paging, time travel, limits, statements, subscriptions.

mod api;
mod as_of;
mod limits;
mod paging;
mod plans;
mod queries;
mod resume;
mod scene;
mod socket;
mod statements;
mod subscriptions;
