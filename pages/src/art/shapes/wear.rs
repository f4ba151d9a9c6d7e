//! What is worn on the head: cap, hat.

use super::{Palette, Seed, pattern, shine};

pub(in crate::art) fn cap(palette: &Palette, seed: Seed) -> String {
    let Palette { dark, ink, light, accent, .. } = palette;
    let front = match seed.pick(15, 2) {
        0 => format!(
            r##"<path d="M34 138c30-18 96-22 136-2 8 12-4 24-18 20-34-10-74-8-108 2-16 4-22-10-10-20z" fill="url(#d)"/><path d="M40 140c34-14 88-16 124-2" fill="none" stroke="{light}" stroke-width="4" opacity=".4"/>"##
        ),
        _ => format!(
            r##"<path d="M40 138h120v22c0 8-8 12-16 12H56c-8 0-16-4-16-12z" fill="url(#d)"/><path d="M48 146h104v12H48z" fill="{ink}" opacity=".6"/>"##
        ),
    };
    format!(
        r##"<path d="M42 140C36 82 62 46 102 46s66 36 58 94c-34-14-84-14-118 0z" fill="url(#b)"/><path d="M102 46v84M70 56c-10 22-12 50-8 76M134 56c10 22 12 50 6 76" fill="none" stroke="{dark}" stroke-width="3" opacity=".45"/><circle cx="102" cy="44" r="7" fill="{accent}"/>{}{front}{}"##,
        pattern(102, 98, palette, seed),
        shine("M56 104q4-30 24-42")
    )
}

pub(in crate::art) fn hat(palette: &Palette, seed: Seed) -> String {
    let Palette { dark, light, accent, .. } = palette;
    let body = match seed.pick(15, 3) {
        0 => format!(
            r##"<path d="M62 142c4-44 22-82 66-110-10 22 6 30 16 34-10-2-18 2-18 8 8 18 12 42 12 68z" fill="url(#b)"/><path d="M64 124c24 8 48 8 74 0v18c-24 8-50 8-76 0z" fill="{accent}"/>"##
        ),
        1 => format!(
            r##"<path d="M66 142V52c0-12 68-12 68 0v90z" fill="url(#b)"/><ellipse cx="100" cy="50" rx="34" ry="9" fill="{light}" opacity=".7"/><path d="M66 112c22 7 46 7 68 0v22c-22 7-46 7-68 0z" fill="{accent}"/>"##
        ),
        _ => r##"<path d="M56 138c0-50 22-86 60-92 24-2 44 18 42 36-14-10-24-8-26 0 6 16 12 34 12 56z" fill="url(#b)"/><circle cx="156" cy="88" r="15" fill="#fff"/><circle cx="152" cy="84" r="6" fill="#fff" opacity=".9"/>"##.to_owned(),
    };
    format!(
        r##"{body}<path d="M30 146c10-14 130-14 140 0 8 20-20 26-70 26s-78-6-70-26z" fill="url(#d)"/><path d="M38 146c30-8 94-8 124 0" fill="none" stroke="{dark}" stroke-width="4" opacity=".5"/>{}{}"##,
        pattern(100, 94, palette, seed),
        shine("M74 112q2-28 16-44")
    )
}
