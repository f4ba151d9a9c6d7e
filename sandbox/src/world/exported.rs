//! From an address on TON back to its gift. The address is a hash, so each exported gift's is computed once, when somebody
//! first asks for any; a world nobody asks spends nothing.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chain::Address;
use domain::Custody;

use super::{World, chain_address};

/// The gifts ever exported, in order, and the addresses of the first of them.
#[derive(Debug, Default)]
pub(super) struct Exported {
    gifts: Vec<u32>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    computed: usize,
    gifts: HashMap<Address, u32>,
}

impl World {
    /// Remembers a gift that was just put on a shelf, if that shelf is the chain.
    pub(super) fn note_exported(&mut self, gift: u32) {
        let entry = &self.gifts[gift as usize];
        if !entry.was_exported && self.custody(entry.shelf) == Custody::Chain {
            self.gifts[gift as usize].was_exported = true;
            self.exported.gifts.push(gift);
        }
    }

    /// The gifts that were ever exported, in the order in which they were.
    pub(crate) fn exported(&self) -> &[u32] {
        &self.exported.gifts
    }

    /// The exported gift at this address.
    pub(crate) fn exported_at(&self, address: &Address) -> Option<u32> {
        let mut known = self.exported.known.lock().unwrap_or_else(PoisonError::into_inner);
        for gift in &self.exported.gifts[known.computed..] {
            let address = chain_address(self.collection(*gift), self.gifts[*gift as usize].number);
            known.gifts.extend(address.map(|address| (address, *gift)));
        }
        known.computed = self.exported.gifts.len();
        known.gifts.get(address).copied()
    }
}
