//! A fresh, migrated database per test.

use std::sync::atomic::{AtomicU32, Ordering};

use store::{Pool, PoolOptions};

use crate::server::Server;

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A database of one test; it is removed when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    /// `postgres://...` of this database.
    pub url: String,
    /// A pool of up to 8 connections to it.
    pub pool: Pool,
    name: String,
    server: &'static Server,
}

/// A fresh database with all migrations, cloned from a template in about 30 ms.
///
/// # Panics
/// When PostgreSQL cannot be started or refuses; the message says why.
pub async fn database() -> TestDatabase {
    crate::install_tls();
    let server = Server::get().await;
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let url = server.clone_template(&name).await;
    let options = PoolOptions { url: url.clone(), connections_max: 8, application: "ribbon-test".to_owned() };
    let pool = store::connect(&options).await.expect("a pool on the new database");
    TestDatabase { url, pool, name, server }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        self.server.drop_later(&self.name);
    }
}
