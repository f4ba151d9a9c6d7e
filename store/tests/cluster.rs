//! The private cluster on a real PostgreSQL: every way in which a start can find things, each in about a second.
//!
//! The same tests run as root and as an ordinary user. A test that needs a parent to kill runs this executable once
//! more, as the parent (see `Parent`).

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail by panicking")]

#[path = "cluster/scene.rs"]
mod scene;

#[path = "cluster/crashes.rs"]
mod crashes;
#[path = "cluster/folders.rs"]
mod folders;
#[path = "cluster/starts.rs"]
mod starts;
