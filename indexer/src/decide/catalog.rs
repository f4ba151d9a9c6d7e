//! Collections and attributes: an event when one is seen first or says something else than before.

use domain::{Cause, Fact, OrderKey, Page, Seen};

use super::{
    CollectionTold, Decision, Frame, Known,
    desk::{Desk, Saying},
};

/// Decides a page of collections or attributes.
pub fn decide_catalog(known: &mut Known, frame: &Frame, page: &Page) -> Decision {
    let mut desk = Desk::new(known, frame);
    for sighting in &page.sightings {
        decide(&mut desk, &sighting.seen, &sighting.path);
    }
    desk.into_decision()
}

/// Decides one entry; what is neither a collection nor an attribute is not this file's business.
pub(super) fn decide(desk: &mut Desk<'_>, seen: &Seen, path: &str) {
    match seen {
        Seen::Collection { slug, title, address, image_url } => {
            let told = CollectionTold {
                title: title.clone(),
                address: address.clone(),
                image_url: image_url.clone(),
            };
            if desk.known.collections.get(slug).is_some_and(|held| !is_news(held, &told)) {
                return desk.unchanged();
            }
            desk.known.collections.insert(slug.clone(), told);
            let fact = Fact::CollectionSeen {
                slug: slug.clone(),
                title: title.clone(),
                address: address.clone(),
                image_url: image_url.clone(),
            };
            say(desk, fact, path);
        }
        Seen::Attribute { slug, kind, name, rarity } => {
            if !desk.known.attributes.insert((slug.clone(), *kind, name.clone(), *rarity)) {
                return desk.unchanged();
            }
            let fact = Fact::AttributeSeen {
                slug: slug.clone(),
                attribute: *kind,
                name: name.clone(),
                rarity: *rarity,
            };
            say(desk, fact, path);
        }
        Seen::Open { .. } | Seen::Offered { .. } | Seen::Held { .. } | Seen::Happened { .. } => {}
    }
}

/// What a telling leaves out is no news.
fn is_news(held: &CollectionTold, told: &CollectionTold) -> bool {
    let is_other = |held: &Option<String>, told: &Option<String>| told.is_some() && told != held;
    held.title != told.title
        || is_other(&held.address, &told.address)
        || is_other(&held.image_url, &told.image_url)
}

fn say(desk: &mut Desk<'_>, fact: Fact, path: &str) {
    let frame = desk.frame;
    let saying = Saying {
        key: OrderKey::scan(frame.started_us, frame.skew_us, frame.started_us, fact.tie()),
        observed_us: frame.received_us,
        cause: Cause::Catalog,
        evidence: Some(desk.evidence(path)),
        corrects: None,
        source_id: None,
    };
    desk.emit(None, fact, saying);
}
