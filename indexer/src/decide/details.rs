//! When what is said of a gift besides its price is worth an event: only if it adds to what this lot's pages said before.

use domain::{Attribute, Cause, EvidenceRef, Lot, LotDetails, OrderKey, order_key::KeyRank};

use super::{
    desk::{Desk, Saying},
    memory::ScanMemory,
    subject::Subject,
};

/// A telling of details.
pub(super) struct Telling<'a> {
    pub(super) subject: Subject<'a>,
    pub(super) key: OrderKey,
    pub(super) observed_us: i64,
    pub(super) cause: Cause,
    pub(super) evidence: EvidenceRef,
    pub(super) details: &'a LotDetails,
}

/// Writes the telling down if it is news. `is_late` says that a later look has confirmed what is held (see [`is_late`]); then only an
/// attribute that nobody told yet is news, because a gift's attributes never change.
pub(super) fn tell(desk: &mut Desk<'_>, telling: Telling<'_>, is_late: bool) -> bool {
    let Telling { subject, key, observed_us, cause, evidence, details } = telling;
    let lot = desk.standing(&subject);
    let is_news = match &lot.details {
        None => *details != LotDetails::default(),
        Some(held) if is_late || held.key >= key => adds_attribute(&held.value, details),
        Some(held) if cause == Cause::Scan && held.key.rank == KeyRank::Scan => {
            is_otherwise(&held.value, details)
        }
        Some(held) => adds(&held.value, details),
    };
    if is_news {
        let fact = subject.told(details.clone());
        let saying =
            Saying { key, observed_us, cause, evidence: Some(evidence), corrects: None, source_id: None };
        desk.emit(subject.what.gift(), fact, saying);
    }
    is_news
}

/// Whether a look later than `key` saw the lot, and thereby confirmed the details held; where it cannot be known any more, yes.
pub(super) fn is_late(
    lot: &Lot,
    key: OrderKey,
    end: Option<OrderKey>,
    active: Option<&ScanMemory>,
    subject: &Subject<'_>,
) -> bool {
    if active
        .and_then(|memory| memory.seen(subject.what.deal(), subject.id))
        .is_some_and(|seen| seen.key > key)
    {
        return true;
    }
    let Some(end) = end.filter(|end| *end > key) else { return false };
    let was_absent = if lot.decided_at() < Some(end) {
        lot.open_price().is_none()
    } else {
        lot.unseen.as_ref().is_some_and(|unseen| unseen.key == end)
    };
    !was_absent
}

/// Writes the held details down again at a later look's key, where a late fact about the holder would otherwise hide them. Only the end of a
/// completed scan takes the evidence of the first telling: a page of a scan in progress may have told less.
pub(super) fn restate(
    desk: &mut Desk<'_>,
    subject: &Subject<'_>,
    (key, observed_us): (OrderKey, i64),
    has_completed: bool,
) {
    let Some(held) = desk.standing(subject).details else { return };
    if held.key >= key || (held.value.owner.is_none() && held.value.custody.is_none()) {
        return;
    }
    let fact = subject.told(held.value);
    let saying =
        Saying { key, observed_us, cause: Cause::Scan, evidence: None, corrects: None, source_id: None };
    desk.emit(subject.what.gift(), fact, saying);
    desk.restates(Some(held.position).filter(|_| has_completed));
}

/// Whether one page of listings says otherwise than an earlier one did: both tell all they have, so what is left out is gone.
fn is_otherwise(held: &LotDetails, told: &LotDetails) -> bool {
    let circumstances = |details: &LotDetails| LotDetails { attributes: Vec::new(), ..details.clone() };
    circumstances(held) != circumstances(told) || adds_attribute(held, told)
}

/// Whether `told` says anything that `held` does not. What it leaves out is no news: feeds and pages differ in how much they tell.
fn adds(held: &LotDetails, told: &LotDetails) -> bool {
    let LotDetails {
        attributes: _,
        custody,
        owner,
        address,
        told_fee,
        transferable_at_ms,
        exportable_at_ms,
        resellable_at_ms,
        unlocks_at_ms,
        contract_type,
        of_market,
        image_url,
        link_url,
        auction,
        offer,
    } = told;
    is_other(&held.custody, custody)
        || is_other(&held.owner, owner)
        || is_other(&held.address, address)
        || is_other(&held.told_fee, told_fee)
        || is_other(&held.transferable_at_ms, transferable_at_ms)
        || is_other(&held.exportable_at_ms, exportable_at_ms)
        || is_other(&held.resellable_at_ms, resellable_at_ms)
        || is_other(&held.unlocks_at_ms, unlocks_at_ms)
        || is_other(&held.contract_type, contract_type)
        || is_other(&held.of_market, of_market)
        || is_other(&held.image_url, image_url)
        || is_other(&held.link_url, link_url)
        || is_other(&held.auction, auction)
        || is_other(&held.offer, offer)
        || adds_attribute(held, told)
}

fn is_other<T: PartialEq>(held: &Option<T>, told: &Option<T>) -> bool {
    told.is_some() && told != held
}

fn adds_attribute(held: &LotDetails, told: &LotDetails) -> bool {
    let covers = |held: &Attribute, told: &Attribute| {
        held.kind == told.kind
            && held.name == told.name
            && (told.rarity.is_none() || held.rarity == told.rarity)
    };
    told.attributes.iter().any(|told| !held.attributes.iter().any(|held| covers(held, told)))
}

#[cfg(test)]
mod tests {
    use domain::{AttributeKind, Rarity};

    use super::*;

    fn details(owner: Option<&str>, rarity: Option<Rarity>) -> LotDetails {
        LotDetails {
            attributes: vec![Attribute { kind: AttributeKind::Model, name: "Rave".into(), rarity }],
            owner: owner.map(str::to_owned),
            ..LotDetails::default()
        }
    }

    #[test]
    fn what_a_page_no_longer_says_is_news_for_pages_alone() {
        let rare = Rarity::per_mille(5);
        let (with_owner, without) = (details(Some("a"), rare), details(None, rare));
        assert!(is_otherwise(&with_owner, &without));
        assert!(!adds(&with_owner, &without));
        assert!(!is_otherwise(&details(None, rare), &details(None, None)), "attributes never change");
    }

    #[test]
    fn only_what_is_added_is_news() {
        let rare = Rarity::per_mille(5);
        for (held, told, is_news) in [
            (details(None, None), details(None, None), false),
            (details(Some("a"), rare), details(None, None), false),
            (details(None, None), details(None, rare), true),
            (details(None, rare), details(Some("a"), None), true),
            (details(Some("a"), rare), details(Some("b"), rare), true),
        ] {
            assert_eq!(adds(&held, &told), is_news, "{held:?} then {told:?}");
        }
    }
}
