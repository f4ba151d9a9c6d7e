//! Quirks of Portals, each by name; the credentials and the walks against a server that answers with prepared pages.

use domain::{
    AttributeKind, CollectionSlug, Custody, Happening, LotDetails, Rarity, SourceFault,
    ports::{KnownCollection, MarketSource, Scope, Step, Want},
};
use serde_json::{Value, json};

use super::*;
use crate::{
    http::canned::{Canned, Reply, Ticks, install_tls},
    settings::Settings,
};

mod credentials;
mod quirks;
mod walks;

fn fixture(name: &str) -> (Exchange, Value) {
    let fixture = FIXTURES.iter().find(|fixture| fixture.name == name).unwrap();
    (fixture.exchange(), serde_json::from_slice(fixture.body).unwrap())
}

/// The page of a fixture after one change.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> Result<Page, Malformed> {
    let (exchange, mut body) = fixture(name);
    change(&mut body);
    PortalsReader.read(&Exchange { body: serde_json::to_vec(&body).unwrap(), ..exchange })
}

fn collection(title: &str) -> KnownCollection {
    KnownCollection { slug: CollectionSlug::from_title(title).unwrap(), title: title.into(), address: None }
}

/// An adapter, its server and its file of initData, if it has one.
struct Stand {
    source: Arc<dyn MarketSource>,
    server: Canned,
    file: std::path::PathBuf,
}

impl Stand {
    async fn start(name: &str, replies: Vec<Reply>) -> Self {
        Self::signed(name, replies, true).await
    }

    async fn signed(name: &str, replies: Vec<Reply>, has_file: bool) -> Self {
        install_tls();
        let server = Canned::start(replies).await;
        let file = std::env::temp_dir().join(format!("ribbon-portals-{name}-{}", std::process::id()));
        std::fs::write(&file, "query_id=1&hash=init-1\n").unwrap();
        let (base, path) = (server.base.clone(), file.display().to_string());
        let lookup = move |variable: &str| match variable {
            "RIBBON_PORTALS_BASE_URL" => Some(base.clone()),
            "RIBBON_PORTALS_INIT_DATA_FILE" => has_file.then(|| path.clone()),
            _ => None,
        };
        let source = (REGISTRATION.build)(&Settings::new(&lookup).with_speed(60_000)).unwrap();
        Self { source, server, file }
    }

    async fn fetch(&self, want: &Want, cursor: Option<&str>) -> Result<Exchange, SourceFault> {
        self.source.fetch(want, cursor, &Ticks::default()).await
    }

    /// First lines of the requests so far.
    fn asked(&self) -> Vec<String> {
        let line = |request: String| request.lines().next().unwrap().replace(" HTTP/1.1", "");
        self.server.requests().into_iter().map(line).collect()
    }
}

impl Drop for Stand {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.file));
    }
}

fn fixture_reply(name: &str) -> Reply {
    Reply::json(&fixture(name).1.to_string())
}
