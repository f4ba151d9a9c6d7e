//! The gift side of a fold: its registers and the versions of where it lived.

use domain::{GiftId, LoggedEvent, holding::Holding};

use super::{
    Touched,
    rows::{GiftRow, HoldingVersion},
};

impl Touched {
    /// Folds an event into its gift. Says whether what listings show of the gift has changed.
    pub(super) fn apply_gift(&mut self, gift: &GiftId, logged: &LoggedEvent) -> bool {
        let position = logged.position;
        let row = self.gifts.entry(gift.clone()).or_insert_with(|| {
            Box::new(GiftRow { first_position: position, position, dirty: true, ..GiftRow::default() })
        });
        if !Holding::hears(&logged.event.fact) {
            return false;
        }
        let before = row.holding.clone();
        row.holding.apply(position, &logged.event);
        if row.holding == before {
            return false;
        }
        row.position = position;
        row.dirty = true;
        let (was, is) = (version(&before), version(&row.holding));
        if was.as_ref().map(facts) != is.as_ref().map(facts) {
            self.holdings.replace(gift, position, was.is_some(), is);
        }
        shown(&before) != shown(&row.holding)
    }
}

/// The holding version of a gift; `None` while neither place nor owner is known.
pub(super) fn version(holding: &Holding) -> Option<HoldingVersion> {
    let place = holding.place.as_ref();
    let owner = holding.owner.as_ref();
    let since = place.map(|p| p.key).into_iter().chain(owner.map(|o| o.key)).max()?;
    Some(HoldingVersion {
        custody: place.map(|place| place.value.custody.as_str().to_owned()),
        custody_market: place.map(|place| place.value.market.as_str().to_owned()),
        owner: owner.map(|owner| owner.value.clone()),
        since_us: since.at_us,
    })
}

fn facts(version: &HoldingVersion) -> (&Option<String>, &Option<String>, &Option<String>) {
    (&version.custody, &version.custody_market, &version.owner)
}

/// What listings repeat of a gift.
fn shown(holding: &Holding) -> impl PartialEq {
    let name = |register: &Option<domain::lot::Register<domain::Attribute>>| {
        register.as_ref().map(|register| register.value.clone())
    };
    (
        name(&holding.model),
        name(&holding.symbol),
        name(&holding.backdrop),
        holding.image_url.as_ref().map(|register| register.value.clone()),
    )
}
