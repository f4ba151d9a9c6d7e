//! A gift's own metadata: does its file say what the event says?

use adapters::metadata::MetadataRegistration;
use domain::{EvidenceRef, Exchange, order_key::KeyRank};
use indexer::jobs::metadata::fact;

use super::{Case, Checks};

impl Case<'_> {
    pub(super) fn judge_metadata(
        &self,
        source: &MetadataRegistration,
        evidence: &EvidenceRef,
        exchange: &Exchange,
        checks: &mut Checks,
    ) {
        const READABLE: &str = "the evidence can be read";
        let page = match (source.read)(exchange) {
            Ok(page) => page,
            Err(fault) => return checks.require(READABLE, false, fault.to_string()),
        };
        checks.require(READABLE, true, "");
        checks.compare("place on the page", &evidence.path, &page.path);
        checks.compare("gift", &self.event().gift, Some(&page.gift));
        let told = fact(&page);
        checks.compare("what was seen", &self.event().fact, &told);
        let is_scan = self.event().key.rank == KeyRank::Scan;
        checks.require("the time is that of the request, for the file tells none", is_scan, "");
        self.judge_scan_key(told.tie(), checks);
    }
}
