//! A store in memory: it logs what was decided and folds it, exactly like the real one.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{Deal, Event, GiftId, LoggedEvent, Lot, LotId, OrderKey, holding::Holding, sighting::ScopeId};

use crate::decide::{Decision, Known, absence::OpenLot};

#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    pub(super) log: Vec<LoggedEvent>,
    pub(super) lots: BTreeMap<LotId, (GiftId, Lot)>,
    pub(super) offers: BTreeMap<LotId, Lot>,
    pub(super) holdings: BTreeMap<GiftId, Holding>,
    pub(super) scans: HashMap<ScopeId, OrderKey>,
    pub(super) logged: HashSet<String>,
}

impl Memory {
    pub(super) fn known(&self) -> Known {
        Known {
            lots: self.lots.iter().map(|(id, (_, lot))| (id.clone(), lot.clone())).collect(),
            offers: self.offers.iter().map(|(id, lot)| (id.clone(), lot.clone())).collect(),
            scans: self.scans.clone(),
            logged: self.logged.clone(),
            ..Known::default()
        }
    }

    pub(super) fn open_lots(&self, scope: &ScopeId) -> Vec<OpenLot> {
        let is_here = |lot: &Lot| lot.scope.as_ref() == Some(scope) && lot.open_price().is_some();
        let of_gifts = [Deal::Listing, Deal::Auction].into_iter().flat_map(|deal| {
            let open = self.lots.iter().filter(move |(_, (_, lot))| is_here(&lot.standing(deal)));
            open.map(move |(id, (gift, lot))| OpenLot {
                deal,
                id: id.clone(),
                gift: Some(gift.clone()),
                lot: lot.clone(),
            })
        });
        let offers = self.offers.iter().filter(|(_, lot)| is_here(lot)).map(|(id, lot)| OpenLot {
            deal: Deal::Offer,
            id: id.clone(),
            gift: lot.target.as_ref().and_then(|target| target.gift().cloned()),
            lot: lot.clone(),
        });
        of_gifts.chain(offers).collect()
    }

    pub(super) fn commit(&mut self, decision: Decision) {
        for restated in &decision.restated {
            let earlier = &self.log[usize::try_from(restated.position).unwrap() - 1].event;
            let again = &decision.events[restated.index];
            assert_eq!(earlier.fact.lot().map(|(lot, _)| lot), again.fact.lot().map(|(lot, _)| lot));
            assert_eq!(earlier.fact.offer(), again.fact.offer());
            assert_eq!(earlier.fact.price(), again.fact.price(), "{earlier:?} is restated by {again:?}");
            assert!(again.evidence.is_none());
        }
        for event in decision.events {
            self.append(event);
        }
    }

    fn append(&mut self, event: Event) {
        let position = i64::try_from(self.log.len()).unwrap() + 1;
        if let Some(id) = &event.source_id {
            assert!(self.logged.insert(id.clone()), "{id} is logged twice");
        }
        if let Some(corrected) = event.corrects {
            let corrected = &self.log[usize::try_from(corrected).unwrap() - 1].event;
            assert_eq!(corrected.gift, event.gift);
        }
        if let Some((offer, _, target)) = event.fact.offer() {
            assert_eq!(event.gift.as_ref(), target.gift());
            self.offers.entry(offer.clone()).or_default().apply(position, &event);
            return self.log.push(LoggedEvent { position, event });
        }
        let gift = event.gift.clone().expect("every other event of these worlds is about a gift");
        if let Some((lot, _)) = event.fact.lot() {
            let held = self.lots.entry(lot.clone()).or_insert_with(|| (gift.clone(), Lot::default()));
            held.1.apply(position, &event);
        }
        self.holdings.entry(gift).or_default().apply(position, &event);
        self.log.push(LoggedEvent { position, event });
    }
}
