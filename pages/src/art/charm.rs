//! Two small charms beside a figure. Figures and palettes are too few for the models of a collection, of which there are up to a
//! hundred: kind, color and place of the charms tell apart what would fall alike, at 64 pixels too.

use super::{palette::hsl, seed::Seed};

/// Outlines around the origin, about 26 units to each side.
const KINDS: [&str; 8] = [
    "M0-25A25 25 0 1 1 0 25A25 25 0 1 1 0-25z",
    "M0-28L8-9 28-8 12 5 18 26 0 14-18 26-12 5-28-8-8-9z",
    "M0 26C-36 2-24-24-8-22-2-21 0-15 0-13 0-15 2-21 8-22 24-24 36 2 0 26z",
    "M0-30L22 0 0 30-22 0z",
    "M0-28C8-12 22-4 22 8A22 20 0 1 1-22 8C-22-4-8-12 0-28z",
    "M-15-22H15L25 0 15 22H-15L-25 0z",
    "M0-26L27 22H-27z",
    "M-9-26H9V-9H26V9H9V26H-9V9H-26V-9H-9z",
];

/// Each side has its own three places, so the two never cover each other.
const LEFT: [(u8, u8); 3] = [(32, 166), (30, 70), (28, 118)];
const RIGHT: [(u8, u8); 3] = [(168, 166), (168, 34), (172, 100)];

/// The charms of a model; its figure takes other choices of the same seed.
pub(super) fn charms(seed: Seed) -> String {
    [(LEFT, 40), (RIGHT, 50)].map(|(places, choice)| charm(places, seed, choice)).concat()
}

fn charm(places: [(u8, u8); 3], seed: Seed, choice: u32) -> String {
    let (x, y) = places[seed.pick(choice, places.len())];
    let kind = KINDS[seed.pick(choice + 1, KINDS.len())];
    let hue = u16::try_from(seed.pick(choice + 2, 12) * 30).unwrap_or(0);
    let fill = hsl(hue, 72, 60);
    format!(
        r##"<path transform="translate({x} {y}) scale(.8)" d="{kind}" fill="{fill}" stroke="#fff" stroke-width="4" stroke-linejoin="round"/>"##
    )
}
