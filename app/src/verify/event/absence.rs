//! A listing that a completed scan did not show: the scan's pages are all there, follow each other to the end, and none shows it.

use adapters::Reader;
use domain::{
    DelistReason, EvidenceHash, Exchange, Fact, LotId, Page, RequestRecord, Seen, sighting::ScopeId,
};

use super::{Case, Checks, Finding};
use crate::evidence_file::{Kept, manifest_pages};

const PAGES: &str = "the pages of the scan are all here";

impl Case<'_> {
    /// # Errors
    /// A sentence, when the bytes of a page are damaged beyond being bytes.
    pub(super) fn judge_absence(&self, manifest: &Exchange, checks: &mut Checks) -> Result<(), String> {
        let Fact::Delisted { lot, scope, reason: DelistReason::Unseen } = &self.event().fact else {
            checks.require("a scan's end tells of absence alone", false, "the event tells of something else");
            return Ok(());
        };
        checks.compare("scope", &scope.0, &manifest.request.target);
        let Some(listed) = manifest_pages(&manifest.body) else {
            checks.require("the manifest lists the scan's pages", false, "its body is no list of hashes");
            return Ok(());
        };
        let here: Vec<EvidenceHash> = self.file.pages.iter().map(|page| page.hash).collect();
        checks.compare("the pages that the manifest lists", &listed, &here);
        let market = self.event().market.as_str();
        let Some(reader) = adapters::reader(market) else {
            let note = format!("This version of ribbon has no reader for {market}.");
            checks.note("the pages can be read", Finding::NotJudged, note);
            return Ok(());
        };
        if listed != here {
            return Ok(());
        }
        let Some(pages) = self.pages(reader, checks)? else { return Ok(()) };
        judge_walk(&pages, checks);
        judge_unseen(reader, &pages, lot, scope, checks);
        checks.note(
            "time and order key",
            Finding::Stated,
            "The times of a scan are on the database's clock.",
        );
        Ok(())
    }

    /// The pages as the reader gives them; `None` when one is not at hand or cannot be read.
    fn pages(
        &self,
        reader: &dyn Reader,
        checks: &mut Checks,
    ) -> Result<Option<Vec<(RequestRecord, Page)>>, String> {
        let mut pages = Vec::new();
        for (index, kept) in self.file.pages.iter().enumerate() {
            let Some(bytes) = Kept::bytes(kept) else {
                let note = format!("Page {} of {} is kept no longer.", index + 1, self.file.pages.len());
                checks.note(PAGES, Finding::NotJudged, note);
                return Ok(None);
            };
            let bytes = bytes?;
            if EvidenceHash::of(&bytes) != kept.hash {
                checks.compare("hash of a page", kept.hash, EvidenceHash::of(&bytes));
                return Ok(None);
            }
            let event = self.event();
            let read = Exchange::from_evidence(&bytes, event.observed_at_us, event.origin)
                .map_err(|fault| fault.to_string())
                .and_then(|exchange| {
                    let page = reader.read(&exchange).map_err(|fault| fault.to_string())?;
                    Ok((exchange.request, page))
                });
            match read {
                Ok(page) => pages.push(page),
                Err(fault) => {
                    checks.require("the pages can be read", false, format!("page {}: {fault}", index + 1));
                    return Ok(None);
                }
            }
        }
        checks.require(PAGES, true, format!("{} pages", pages.len()));
        Ok(Some(pages))
    }
}

/// From page to page by each one's own word, and the last names none.
fn judge_walk(pages: &[(RequestRecord, Page)], checks: &mut Checks) {
    const WALK: &str = "each page leads to the next, and the last ends the scope";
    let fault = pages.iter().enumerate().find_map(|(index, (_, page))| {
        let number = index + 1;
        match (&page.cursor, pages.get(number)) {
            (Some(_), None) => Some(format!("page {number} is the last here, and names another")),
            (None, Some(_)) => Some(format!("page {number} ends the scope, and another follows")),
            (Some(cursor), Some((next, _))) if !carries(next, cursor) => {
                Some(format!("page {} does not answer what page {number} names", number + 1))
            }
            _ => None,
        }
    });
    let empty = pages.is_empty().then(|| "there is no page at all".to_owned());
    let fault = fault.or(empty);
    checks.require(WALK, fault.is_none(), fault.unwrap_or_default());
}

fn judge_unseen(
    reader: &dyn Reader,
    pages: &[(RequestRecord, Page)],
    lot: &LotId,
    scope: &ScopeId,
    checks: &mut Checks,
) {
    let mut shown = None;
    let mut foreign = None;
    let mut lots = 0_u64;
    for (index, (_, page)) in pages.iter().enumerate() {
        for sighting in &page.sightings {
            let Seen::Open { lot: seen, .. } = &sighting.seen else { continue };
            lots += 1;
            let place = || format!("page {} at `{}`", index + 1, sighting.path);
            if seen == lot {
                shown = Some(place());
            }
            if reader.scope_of(&sighting.seen).as_ref() != Some(scope) {
                foreign = Some(place());
            }
        }
    }
    checks.require(
        "every listing on the pages belongs to the scope",
        foreign.is_none(),
        foreign.unwrap_or_else(|| format!("{lots} listings")),
    );
    checks.require(
        "no page shows the listing",
        shown.is_none(),
        shown.map_or_else(String::new, |place| format!("it stands on {place}")),
    );
}

/// Whether a request carries a cursor, in its target or its body, as it is or with percent signs.
fn carries(request: &RequestRecord, cursor: &str) -> bool {
    let plain = percent_decoded(&request.target);
    request.target.contains(cursor)
        || plain.contains(cursor)
        || request.body.as_deref().is_some_and(|body| body.contains(cursor))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = (first == b'%').then(|| tail.get(..2)).flatten();
        let byte = digits.and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
