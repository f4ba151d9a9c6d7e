//! Sweets: lollipop, cake.

use super::{Palette, Seed, shine, topping};

pub(in crate::art) fn lollipop(palette: &Palette, seed: Seed) -> String {
    let Palette { light, dark, accent, .. } = palette;
    let face = match seed.pick(15, 3) {
        0 => (0..6)
            .map(|turn| format!(r##"<path d="M100 78c4-24 22-40 44-34-10 2-24 14-26 36z" fill="#fff" opacity=".75" transform="rotate({} 100 78)"/>"##, turn * 60))
            .collect::<String>(),
        1 => format!(r##"<path d="M100 78m-36 0a36 36 0 1 1 36 36 26 26 0 1 1 26-26 17 17 0 1 1-17-17" fill="none" stroke="{light}" stroke-width="10" stroke-linecap="round"/>"##),
        _ => format!(r##"<path d="M58 52q42 22 84 0M52 78q48 24 96 0M58 104q42 22 84 0" fill="none" stroke="{accent}" stroke-width="10" stroke-linecap="round" opacity=".85"/>"##),
    };
    format!(
        r##"<path d="M94 120h12v54H94z" fill="#fff"/><path d="M100 120h6v54h-6z" fill="#000" opacity=".12"/><circle cx="100" cy="78" r="52" fill="{dark}"/><circle cx="100" cy="76" r="51" fill="url(#b)"/>{face}{}<path d="M100 134c-28-16-34 4-22 12 8 4 18-4 22-12zM100 134c28-16 34 4 22 12-8 4-18-4-22-12z" fill="url(#a)"/><circle cx="100" cy="134" r="6" fill="{accent}"/>"##,
        shine("M60 66q6-22 26-28")
    )
}

pub(in crate::art) fn cake(palette: &Palette, seed: Seed) -> String {
    let Palette { light, dark, accent, .. } = palette;
    let body = match seed.pick(15, 3) {
        0 => r##"<path d="M50 112h100v48c0 8-100 8-100 0z" fill="url(#d)"/><path d="M46 100c0-24 108-24 108 0v16c-8 12-14-4-22 8-8 10-14-6-22 6-8 10-16-6-24 2-8 8-12-8-20-2-6 4-16 4-20-6z" fill="url(#b)"/>"##.to_owned(),
        1 => format!(
            r##"<path d="M56 112h88l-12 58H68z" fill="url(#d)"/><path d="M68 112l6 58M86 112l3 58M114 112l-3 58M132 112l-6 58" stroke="{light}" stroke-width="3" opacity=".4"/><path d="M48 112c-8-22 18-26 22-34 4-18 56-18 60 0 4 8 30 12 22 34z" fill="url(#b)"/><path d="M66 92q34 16 68 0M74 74q26 12 52 0" fill="none" stroke="{dark}" stroke-width="3" opacity=".35"/>"##
        ),
        _ => r##"<path d="M66 104l34 70 34-70z" fill="#d99a55"/><path d="M74 112l40 34M90 108l32 26M126 112l-40 34M110 108l-32 26" stroke="#a8692c" stroke-width="2.5" opacity=".7"/><circle cx="80" cy="88" r="28" fill="url(#b)"/><circle cx="120" cy="88" r="28" fill="url(#d)"/><circle cx="100" cy="62" r="28" fill="url(#b)"/>"##.to_owned(),
    };
    format!(
        r##"{body}<g fill="{accent}"><rect x="72" y="84" width="12" height="4" rx="2" transform="rotate(30 78 86)"/><rect x="112" y="80" width="12" height="4" rx="2" transform="rotate(-24 118 82)"/><rect x="94" y="92" width="12" height="4" rx="2"/><rect x="90" y="70" width="12" height="4" rx="2" transform="rotate(60 96 72)"/></g><path d="M100 56q4-16 14-20" stroke="#3f8f3b" stroke-width="3" fill="none"/><circle cx="98" cy="56" r="11" fill="#e5304a"/><circle cx="94" cy="52" r="3.5" fill="#fff" opacity=".8"/>{}{}"##,
        shine("M60 100q4-14 18-18"),
        topping(100, 44, palette, seed)
    )
}
