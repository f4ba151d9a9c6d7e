//! A listing that a completed scan did not show: the scan's pages are all there, follow each other to the end, and none shows it.

use adapters::{Reader, ScanPage};
use domain::ports::Step;
use domain::{
    Deal, DelistReason, EvidenceHash, Exchange, Fact, LotId, Page, RequestRecord, Seen, sighting::ScopeId,
};

use super::{Case, Checks, Finding};
use crate::evidence_file::{Kept, manifest_pages};

const PAGES: &str = "the pages of the scan are all here";

impl Case<'_> {
    /// # Errors
    /// A sentence, when the bytes of a page are damaged beyond being bytes.
    pub(super) fn judge_absence(&self, manifest: &Exchange, checks: &mut Checks) -> Result<(), String> {
        let (deal, lot, scope) = match &self.event().fact {
            Fact::Delisted { lot, scope, reason: DelistReason::Unseen } => (Deal::Listing, lot, scope),
            Fact::AuctionEnded { lot, scope, reason: DelistReason::Unseen } => (Deal::Auction, lot, scope),
            Fact::OfferEnded { offer, scope, target: _, reason: DelistReason::Unseen } => {
                (Deal::Offer, offer, scope)
            }
            _ => {
                let why = "the event tells of something else";
                checks.require("a scan's end tells of absence alone", false, why);
                return Ok(());
            }
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
        let is_of_scope = judge_walk(reader, &pages, scope, checks);
        judge_unseen(reader, &pages, (deal, lot, scope), is_of_scope, checks);
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

/// From the scope's first page to its last, each by the word of the one before. Says whether a request names the scope.
fn judge_walk(
    reader: &dyn Reader,
    pages: &[(RequestRecord, Page)],
    scope: &ScopeId,
    checks: &mut Checks,
) -> bool {
    const WALK: &str = "the pages lead from the scope's first to its last";
    let mut is_of_scope = false;
    // Where the worker's own walk stands, made again over the same pages.
    let mut walked: Option<String> = None;
    let mut fault = pages.is_empty().then(|| "there is no page at all".to_owned());
    for (index, (request, page)) in pages.iter().enumerate() {
        let (number, is_last) = (index + 1, index + 1 == pages.len());
        let due = reader.scan_place(walked.as_deref());
        let step = reader.scan_step(walked.as_deref(), page);
        let found = match reader.scan_page(request) {
            None => Some(format!("page {number} answers no request of a scan")),
            Some(ScanPage { scope: Some(of), .. }) if of != *scope => {
                Some(format!("page {number} is of {}", of.0))
            }
            Some(ScanPage { cursor, .. }) if cursor != due => Some(match due {
                None => format!("page {number} is not the scope's first"),
                Some(_) => format!("page {number} does not answer what page {index} names"),
            }),
            Some(ScanPage { scope, .. }) => {
                is_of_scope |= scope.is_some();
                match (&step, is_last) {
                    (Step::Continue(_), true) => {
                        Some(format!("page {number} is the last here, and names another"))
                    }
                    (Step::Done(_), false) => {
                        Some(format!("page {number} ends the scope, and another follows"))
                    }
                    (Step::Gap(_), _) => Some(format!(
                        "page {number} does not join the one before, so something may stand between them"
                    )),
                    _ => None,
                }
            }
        };
        fault = fault.or(found);
        walked = match step {
            Step::Continue(next) => Some(next),
            Step::Done(_) | Step::Gap(_) => None,
        };
    }
    checks.require(WALK, fault.is_none(), fault.unwrap_or_default());
    is_of_scope
}

fn judge_unseen(
    reader: &dyn Reader,
    pages: &[(RequestRecord, Page)],
    (deal, lot, scope): (Deal, &LotId, &ScopeId),
    is_of_scope: bool,
    checks: &mut Checks,
) {
    const OF_SCOPE: &str = "every listing on the pages belongs to the scope";
    let mut shown = None;
    let mut foreign = None;
    let mut lots = 0_u64;
    for (index, (_, page)) in pages.iter().enumerate() {
        for sighting in &page.sightings {
            let (stands_as, seen) = match &sighting.seen {
                Seen::Open { lot, details, .. } => (details.deal(), lot),
                Seen::Offered { offer, .. } => (Deal::Offer, offer),
                _ => continue,
            };
            lots += 1;
            let place = || format!("page {} at `{}`", index + 1, sighting.path);
            if (stands_as, seen) == (deal, lot) {
                shown = Some(place());
            }
            if reader.scope_of(&sighting.seen).as_ref() != Some(scope) {
                foreign = Some(place());
            }
        }
    }
    match foreign {
        Some(place) => checks.require(OF_SCOPE, false, place),
        None if lots == 0 && !is_of_scope => {
            let note = "No listing is on the pages, and the request names a collection by an address that this version does not know.";
            checks.note(OF_SCOPE, Finding::NotJudged, note);
        }
        None => checks.require(OF_SCOPE, true, format!("{lots} listings")),
    }
    checks.require(
        "no page shows the listing",
        shown.is_none(),
        shown.map_or_else(String::new, |place| format!("it stands on {place}")),
    );
}
