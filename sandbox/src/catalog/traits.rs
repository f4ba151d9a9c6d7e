//! The values that one attribute can take in one collection, with their rarities.

use crate::random::Draw;

/// Values with their rarities, in recorded order.
#[derive(Debug, Default)]
pub(crate) struct Traits {
    names: Vec<&'static str>,
    /// Index of the value in its own list (backdrops), or its place here.
    indexes: Vec<u16>,
    per_mille: Vec<u16>,
    /// Sum of the rarities up to and with this one.
    upto: Vec<u32>,
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trait {
    pub(crate) name: &'static str,
    /// Index of the backdrop in the catalog's list; the place in the collection's list for the others.
    pub(crate) index: u16,
    /// Parts in a thousand.
    pub(crate) per_mille: u16,
}

impl Traits {
    pub(crate) fn push(&mut self, name: &'static str, index: u16, per_mille: u16) {
        self.names.push(name);
        self.indexes.push(index);
        self.per_mille.push(per_mille);
        self.upto.push(self.total() + u32::from(per_mille));
    }

    /// Sum of the rarities: 1000, or a few less or more where the recording lacks or doubles a row.
    pub(crate) fn total(&self) -> u32 {
        self.upto.last().copied().unwrap_or(0)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// The place of a value drawn by rarity.
    pub(crate) fn draw(&self, draw: &mut Draw) -> usize {
        let at = draw.below(u64::from(self.total())) as u32;
        self.upto.partition_point(|upto| *upto <= at)
    }

    /// The value at a place.
    ///
    /// # Panics
    /// If the place was not drawn from this list.
    pub(crate) fn at(&self, place: usize) -> Trait {
        Trait { name: self.names[place], index: self.indexes[place], per_mille: self.per_mille[place] }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = Trait> {
        (0..self.names.len()).map(|place| self.at(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::For;

    #[test]
    fn values_come_as_often_as_their_rarity_says() {
        let mut traits = Traits::default();
        traits.push("common", 0, 900);
        traits.push("rare", 1, 95);
        traits.push("once", 2, 5);
        let mut draw = Draw::of(3, For::Gift, 0, 0);
        let mut seen = [0_u32; 3];
        for _ in 0..100_000 {
            seen[traits.draw(&mut draw)] += 1;
        }
        for (count, rarity) in seen.into_iter().zip([900, 95, 5]) {
            assert!(count.abs_diff(rarity * 100) < 10 + rarity * 5, "{seen:?}");
        }
    }
}
