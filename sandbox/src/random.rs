//! Deterministic draws. Owns the one generator of the sandbox, so that a seed means the same world for ever: a library's
//! generator may change its stream with a version, this one may not.

/// SplitMix64's finalizer: spreads every bit of the value over all 64. Source: Steele, Lea, Flood, "Fast Splittable
/// Pseudorandom Number Generators", 2014.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

const STRIDE: u64 = 0x9e37_79b9_7f4a_7c15;

/// What a draw is for, so that two purposes never share a stream.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "offers what any market may ask for")]
pub(crate) enum For {
    Gift = 1,
    Step = 2,
    Person = 3,
    Lot = 4,
    Happening = 5,
    Dates = 6,
    Past = 7,
    Rate = 8,
    Fault = 9,
    Username = 10,
    Picture = 11,
    Offer = 12,
}

/// A stream of draws.
#[derive(Debug, Clone)]
pub(crate) struct Draw(u64);

impl Draw {
    /// The stream of this purpose and these two numbers under a seed.
    pub(crate) const fn of(seed: u64, purpose: For, a: u64, b: u64) -> Self {
        let state = mix(seed.wrapping_add(STRIDE)) ^ mix((purpose as u64).wrapping_mul(STRIDE));
        let state = mix(state ^ a.wrapping_mul(STRIDE));
        Self(mix(state ^ b.wrapping_mul(STRIDE).wrapping_add(1)))
    }

    /// The next 64 bits.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STRIDE);
        mix(self.0)
    }

    /// A number below the bound; 0 for a bound of 0. The bias is below bound / 2^64.
    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        ((self.next() as u128 * bound as u128) >> 64) as u64
    }

    /// An index below the length; 0 for an empty list.
    pub(crate) const fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number from low to high, both included.
    pub(crate) const fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as u64) as i64
    }

    /// True this often in a thousand.
    pub(crate) const fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille as u64
    }

    /// 32 bytes.
    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes());
        }
        bytes
    }

    /// Lower-case hexadecimal digits, at most 64.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        let mut text = hex::encode(self.bytes());
        text.truncate(digits);
        text
    }

    /// Letters and digits of base64url, at most 43.
    pub(crate) fn base64url(&mut self, characters: usize) -> String {
        use base64::Engine as _;
        let mut text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes());
        text.truncate(characters);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first two outputs of SplitMix64 with seed 1234567, as published with many ports of it.
    #[test]
    fn the_stream_is_splitmix64() {
        let mut draw = Draw(1_234_567);
        assert_eq!((draw.next(), draw.next()), (6_457_827_717_110_365_317, 3_203_168_211_198_807_973));
    }

    #[test]
    fn draws_stay_in_bounds() {
        let mut draw = Draw::of(1, For::Gift, 2, 3);
        assert_eq!(draw.below(0), 0);
        for _ in 0..1_000 {
            assert!(draw.below(7) < 7);
            assert!((-3..=3).contains(&draw.between(-3, 3)));
        }
        assert!(!draw.chance(0) && draw.chance(1_000));
    }

    #[test]
    fn purposes_do_not_share_a_stream() {
        let first = |purpose, a, b| Draw::of(9, purpose, a, b).next();
        let all =
            [first(For::Gift, 1, 2), first(For::Step, 1, 2), first(For::Gift, 2, 1), first(For::Gift, 1, 3)];
        assert!(all.iter().enumerate().all(|(i, a)| all.iter().skip(i + 1).all(|b| a != b)));
    }
}
