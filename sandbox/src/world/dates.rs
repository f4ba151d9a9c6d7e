//! The dates of a gift: when it was received, and until when Telegram and the market forbid to move it.

use super::World;
use crate::random::{Draw, For};

const DAY_S: u32 = 86_400;

/// Dates in seconds since 1970; `None` where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dates {
    /// When the market's account received it.
    pub(crate) received_s: u32,
    /// May be exported to TON from then on.
    pub(crate) export_s: Option<u32>,
    /// May be given away from then on.
    pub(crate) transfer_s: Option<u32>,
    /// May be sold again inside Telegram from then on.
    pub(crate) resale_s: Option<u32>,
    /// The market's own lock ends then.
    pub(crate) unlock_s: Option<u32>,
}

impl Dates {
    /// They follow from the seed, the gift and how often it was given into custody, so that they do not change while it
    /// lies there. Three in four gifts carry one date for everything, as the recorded gift does; a tenth none at all.
    pub(super) fn of(world: &World, index: u32) -> Self {
        let gift = &world.gifts[index as usize];
        let mut draw = Draw::of(world.seed, For::Dates, u64::from(index), u64::from(gift.deposits));
        let epoch_s = u32::try_from(world.epoch_us / 1_000_000).unwrap_or(u32::MAX / 2);
        let received_s = epoch_s.saturating_sub(DAY_S * 31 + draw.below(u64::from(DAY_S * 150)) as u32);
        let wait = |draw: &mut Draw| received_s + DAY_S * 7 + draw.below(u64::from(DAY_S * 90)) as u32;
        let export_s = wait(&mut draw);
        match draw.below(100) {
            0..10 => Self { received_s, export_s: None, transfer_s: None, resale_s: None, unlock_s: None },
            10..85 => {
                let date = Some(export_s);
                Self { received_s, export_s: date, transfer_s: date, resale_s: date, unlock_s: date }
            }
            _ => Self {
                received_s,
                export_s: Some(export_s),
                transfer_s: Some(wait(&mut draw)),
                resale_s: draw.chance(700).then(|| wait(&mut draw)),
                unlock_s: draw.chance(500).then(|| wait(&mut draw)),
            },
        }
    }
}
