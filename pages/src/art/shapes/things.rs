//! Things that burn: candle.

use super::{Palette, Seed, pattern, shine};

pub(in crate::art) fn candle(palette: &Palette, seed: Seed) -> String {
    let Palette { dark, light, ink, accent, .. } = palette;
    let holder = match seed.pick(15, 2) {
        0 => format!(
            r##"<path d="M54 152h92l-10 22H64z" fill="{dark}"/><ellipse cx="100" cy="152" rx="46" ry="9" fill="{accent}"/>"##
        ),
        _ => format!(
            r##"<ellipse cx="100" cy="166" rx="54" ry="11" fill="{dark}"/><ellipse cx="100" cy="162" rx="48" ry="9" fill="url(#a)"/>"##
        ),
    };
    format!(
        r##"<circle cx="100" cy="46" r="34" fill="#ffe08a" opacity=".35"/>{holder}<path d="M68 84h64v72c-14 10-50 10-64 0z" fill="url(#b)"/><ellipse cx="100" cy="84" rx="32" ry="9" fill="{light}"/><path d="M68 84c2 22 8 30 12 10 4-8 8 26 12 4M132 84c-2 18-8 22-10 6" fill="{light}" opacity=".7"/><path d="M100 84V68" stroke="{ink}" stroke-width="4" stroke-linecap="round"/><path d="M100 24c18 22 20 46 0 48-20-2-18-26 0-48z" fill="#ff9d2e"/><path d="M100 42c9 12 10 26 0 28-10-2-9-16 0-28z" fill="#fff3b0"/>{}{}"##,
        pattern(100, 124, palette, seed),
        shine("M78 108v20")
    )
}
