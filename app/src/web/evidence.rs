//! `/evidence/{position}`: an event with everything it was made from, as a file. The pages of a scan are loaded one at a time, so
//! a long scan takes no more memory than a short one.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat};
use domain::{EvidenceHash, Exchange, LoggedEvent};
use futures_util::{Stream, StreamExt as _, stream};
use serde_json::value::RawValue;
use store::evidence::EvidenceFault;
use store::log::export::BatchSeal;
use store::{Pool, log, read};

use super::{Refusal, Shared, download};
use crate::evidence_file::{EARLIER_MAX, EvidenceFile, FORMAT, Kept, MANIFEST_METHOD, manifest_pages};

/// Most pages of a scan that one file carries.
const PAGES_MAX: usize = 20_000;

pub(super) async fn download(
    State(shared): State<Shared>,
    Path(position): Path<String>,
) -> Result<Response, Refusal> {
    let cut: String = position.chars().take(40).collect();
    let position = position.parse::<i64>().ok().filter(|position| *position > 0).ok_or_else(|| {
        let what = format!("`{cut}` is no position: expected a whole number from 1.");
        Refusal::new(StatusCode::BAD_REQUEST, "bad_position", what)
    })?;
    let permit = shared.evidence_downloads.clone().try_acquire_owned().map_err(|_| {
        Refusal::later("too_many_downloads", "Too many downloads at once. Try again in a moment.")
    })?;
    let found = log::event(&shared.pool, position).await.map_err(|fault| Refusal::database(&fault))?;
    let event = found.ok_or_else(|| {
        let what = format!("The log has no event {position} yet.");
        Refusal::new(StatusCode::NOT_FOUND, "no_event", what)
    })?;
    let (head, pages) = head(&shared.pool, &event).await?;
    let body = download::body(body(shared.pool.clone(), head, pages), permit, download::STALL);
    let name = format!("attachment; filename=\"ribbon-event-{position}.json\"");
    let mut response =
        ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")], body)
            .into_response();
    if let Ok(value) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// The file without the scan's pages, and which pages belong into it.
async fn head(pool: &Pool, event: &LoggedEvent) -> Result<(EvidenceFile, Vec<EvidenceHash>), Refusal> {
    let batch =
        log::batches_after(pool, event.position - 1, 1).await.map_err(|fault| Refusal::database(&fault))?;
    let batch = batch.first().map(|batch| BatchSeal {
        first: batch.first_position,
        last: batch.last_position,
        digest: hex::encode(batch.digest),
        head: hex::encode(batch.head),
    });
    let earlier = earlier(pool, event).await?;
    let earlier_is_whole = i64::try_from(earlier.len()).is_ok_and(|count| count < EARLIER_MAX);
    let mut file = EvidenceFile {
        format: FORMAT.into(),
        event: RawValue::from_string(event.line()).map_err(|fault| Refusal::database(&fault))?,
        batch,
        earlier,
        earlier_is_whole,
        kept_until: None,
        evidence: None,
        pages: Vec::new(),
    };
    let mut pages = Vec::new();
    if let Some(evidence) = &event.event.evidence {
        let kept = load(pool, evidence.hash).await.map_err(|fault| Refusal::database(&fault))?;
        let bytes = kept.as_ref().map(|(bytes, _)| bytes.as_slice());
        file.evidence = Some(Kept::new(evidence.hash, bytes));
        file.kept_until = kept.as_ref().and_then(|(_, until_us)| iso(*until_us));
        pages = bytes.map(pages_of).unwrap_or_default();
    }
    Ok((file, pages))
}

async fn earlier(pool: &Pool, event: &LoggedEvent) -> Result<Vec<LoggedEvent>, Refusal> {
    let Some(gift) = &event.event.gift else { return Ok(Vec::new()) };
    let (slugs, numbers) = ([gift.slug.as_str().to_owned()], [i64::from(gift.number)]);
    let events = read::gift_events(pool, &slugs, &numbers, EARLIER_MAX, event.position - 1).await;
    let mut events = events.map_err(|fault| Refusal::database(&fault))?;
    events.reverse();
    Ok(events)
}

fn pages_of(bytes: &[u8]) -> Vec<EvidenceHash> {
    let manifest = Exchange::from_evidence(bytes, 0, domain::Origin::Fetched).ok();
    let manifest = manifest.filter(|exchange| exchange.request.method == MANIFEST_METHOD);
    let mut pages = manifest.and_then(|manifest| manifest_pages(&manifest.body)).unwrap_or_default();
    pages.truncate(PAGES_MAX);
    pages
}

/// Damaged evidence is no evidence; that it is damaged is the operator's business.
async fn load(pool: &Pool, hash: EvidenceHash) -> Result<Option<(Vec<u8>, i64)>, EvidenceFault> {
    match store::evidence::load(pool, hash).await {
        Ok(kept) => Ok(kept),
        Err(fault @ EvidenceFault::Database(_)) => Err(fault),
        Err(damaged) => {
            tracing::error!(error = %damaged, "Stored evidence cannot be used");
            Ok(None)
        }
    }
}

/// The file as a stream: everything up to the list of pages, the pages, the end.
fn body(
    pool: Pool,
    file: EvidenceFile,
    pages: Vec<EvidenceHash>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
    let text = serde_json::to_string(&file).expect("a file of ours is always JSON");
    // `pages` is the last member and empty here.
    let open = text.strip_suffix("]}").expect("the list of pages ends the object").to_owned();
    let pages = stream::iter(pages.into_iter().enumerate()).then(move |(index, hash)| {
        let pool = pool.clone();
        async move {
            let kept = load(&pool, hash).await.map_err(|fault| std::io::Error::other(fault.to_string()))?;
            let kept = Kept::new(hash, kept.as_ref().map(|(bytes, _)| bytes.as_slice()));
            let comma = if index == 0 { "" } else { "," };
            let text = serde_json::to_string(&kept).expect("a piece of ours is always JSON");
            Ok(Bytes::from(format!("{comma}{text}")))
        }
    });
    let first = stream::once(async move { Ok(Bytes::from(open)) });
    first.chain(pages).chain(stream::once(async { Ok(Bytes::from_static(b"]}\n")) }))
}

fn iso(us: i64) -> Option<String> {
    Some(DateTime::from_timestamp_micros(us)?.to_rfc3339_opts(SecondsFormat::Micros, true))
}
