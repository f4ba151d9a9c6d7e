//! Choices drawn from a name: always the same, and nothing of the name itself gets into the picture.

/// A stream of choices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed(u64);

impl Seed {
    /// The seed of a text. FNV-1a, 64 bits; parameters from the algorithm's public description.
    pub(super) fn of(text: &str) -> Self {
        let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(hash)
    }

    /// A number below `bound`; each `place` is a choice of its own.
    pub(super) fn pick(self, place: u32, bound: usize) -> usize {
        let mixed = (self.0 ^ u64::from(place).wrapping_mul(0x9e37_79b9_7f4a_7c15))
            .wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let bound = u64::try_from(bound.max(1)).unwrap_or(1);
        usize::try_from((mixed >> 24) % bound).unwrap_or(0)
    }
}
