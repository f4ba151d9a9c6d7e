//! Vessels: potion, pot, parcel.

use super::{Palette, Seed, pattern, shine, topping};

pub(in crate::art) fn potion(palette: &Palette, seed: Seed) -> String {
    let Palette { light, mid, accent, .. } = palette;
    let inside = pattern(100, 132, palette, seed);
    let (glass, liquid) = match seed.pick(15, 3) {
        0 => (
            "M86 62v22c-26 8-40 26-40 46 0 26 24 40 54 40s54-14 54-40c0-20-14-38-40-46V62z",
            "M52 120c16-10 30 8 48 0s32-8 48 0c4 28-20 44-48 44s-52-14-48-44z",
        ),
        1 => (
            "M84 62v20l-34 68c-6 12 0 20 12 20h76c12 0 18-8 12-20l-34-68V62z",
            "M66 126c14-8 22 6 36 0s20-6 32 0l14 30c2 6 0 8-6 8H58c-6 0-8-4-6-8z",
        ),
        _ => (
            "M84 62v18H64c-8 0-12 6-12 12v66c0 8 4 12 12 12h72c8 0 12-4 12-12V92c0-6-4-12-12-12h-20V62z",
            "M58 114c14-8 28 8 42 0s28-8 42 0v42c0 6-2 8-8 8H66c-6 0-8-2-8-8z",
        ),
    };
    format!(
        r##"<path d="{glass}" fill="#fff" opacity=".28"/><path d="{liquid}" fill="url(#b)"/>{inside}<circle cx="76" cy="146" r="4" fill="{light}" opacity=".9"/><circle cx="128" cy="138" r="5" fill="{light}" opacity=".8"/><circle cx="118" cy="154" r="3" fill="{light}" opacity=".8"/><path d="{glass}" fill="none" stroke="#fff" stroke-width="5" stroke-linejoin="round" opacity=".8"/><rect x="80" y="56" width="40" height="12" rx="6" fill="#fff" opacity=".9"/><path d="M86 32h28v26H86z" fill="#b9804d"/><path d="M86 32h28v8H86z" fill="#dba873"/><path d="M78 74q22 10 44 0" stroke="{accent}" stroke-width="7" fill="none" stroke-linecap="round"/>{}<path d="M138 112q8 12 6 26" fill="none" stroke="{mid}" stroke-width="3" opacity=".4"/>"##,
        shine("M62 118q2-14 18-22")
    )
}

pub(in crate::art) fn pot(palette: &Palette, seed: Seed) -> String {
    let Palette { ink, dark, accent, .. } = palette;
    let full = match seed.pick(15, 2) {
        0 => r##"<g fill="#ffd54a" stroke="#b57a00" stroke-width="2"><circle cx="76" cy="72" r="13"/><circle cx="124" cy="72" r="13"/><circle cx="100" cy="62" r="15"/><circle cx="92" cy="76" r="11"/><circle cx="112" cy="78" r="11"/></g>"##.to_owned(),
        _ => format!(r##"<g fill="{accent}"><circle cx="76" cy="74" r="12"/><circle cx="124" cy="72" r="13"/><circle cx="100" cy="64" r="16" opacity=".85"/></g><g fill="#fff" opacity=".6"><circle cx="72" cy="68" r="4"/><circle cx="96" cy="56" r="5"/></g>"##),
    };
    format!(
        r##"{full}<path d="M46 82h108c14 30 12 86-54 88-66-2-68-58-54-88z" fill="url(#b)"/><path d="M38 76h124c8 0 8 20 0 20H38c-8 0-8-20 0-20z" fill="url(#d)"/><path d="M40 120c-16-4-16-28 2-26M160 120c16-4 16-28-2-26" fill="none" stroke="{dark}" stroke-width="8" stroke-linecap="round"/>{}{}<path d="M70 172l-6 6M130 172l6 6" stroke="{ink}" stroke-width="8" stroke-linecap="round"/>"##,
        pattern(100, 130, palette, seed),
        shine("M58 116q0-10 8-14")
    )
}

pub(in crate::art) fn parcel(palette: &Palette, seed: Seed) -> String {
    let Palette { light, dark, accent, .. } = palette;
    let tilt = [-6, 0, 6][seed.pick(15, 3)];
    format!(
        r##"<g transform="rotate({tilt} 100 110)"><path d="M46 84h108v76c0 8-4 12-12 12H58c-8 0-12-4-12-12z" fill="url(#b)"/><path d="M46 96h108v12H46z" fill="{dark}" opacity=".35"/><rect x="38" y="68" width="124" height="30" rx="8" fill="url(#d)"/><path d="M38 76q62-12 124 0" stroke="{light}" stroke-width="4" fill="none" opacity=".6"/><path d="M90 68h20v104H90z" fill="{accent}"/><path d="M100 68c-14-34-50-34-46-14 2 12 26 14 46 14zM100 68c14-34 50-34 46-14-2 12-26 14-46 14z" fill="url(#a)" stroke="{dark}" stroke-width="2"/><circle cx="100" cy="66" r="9" fill="{accent}"/>{}{}{}</g>"##,
        pattern(100, 134, palette, seed),
        shine("M56 120v-8"),
        topping(100, 52, palette, seed)
    )
}
