//! What grows: rose, pumpkin.

use super::{Palette, Seed, shine};

pub(in crate::art) fn rose(palette: &Palette, seed: Seed) -> String {
    let Palette { light, mid, dark, accent, .. } = palette;
    let head = match seed.pick(15, 3) {
        0 => format!(
            r##"<path d="M100 32c34-10 58 14 52 44-4 26-26 40-52 40s-48-14-52-40c-6-30 18-54 52-44z" fill="url(#b)"/><path d="M62 62c10 40 66 40 76 0-8 20-68 20-76 0z" fill="{dark}" opacity=".55"/><path d="M72 52c6 30 50 30 56 0-10 12-46 12-56 0z" fill="{mid}"/><path d="M82 46c4 20 32 20 36 0-8 7-28 7-36 0z" fill="{light}" opacity=".9"/><path d="M92 52a8 7 0 1 0 16 0 8 7 0 1 0-16 0" fill="{dark}" opacity=".8"/>"##
        ),
        1 => {
            let petals: String = (0..8)
                .map(|turn| format!(r##"<ellipse cx="100" cy="44" rx="16" ry="26" fill="url(#b)" stroke="{dark}" stroke-opacity=".3" transform="rotate({} 100 76)"/>"##, turn * 45))
                .collect();
            format!(
                r##"{petals}<circle cx="100" cy="76" r="17" fill="url(#a)"/><g fill="{dark}" opacity=".6"><circle cx="94" cy="72" r="2.5"/><circle cx="105" cy="71" r="2.5"/><circle cx="100" cy="81" r="2.5"/></g>"##
            )
        }
        _ => {
            let petals: String = (0..5)
                .map(|turn| format!(r##"<path d="M100 76c-26-14-22-48-6-46q6 6 6 10 0-4 6-10c16-2 20 32-6 46z" fill="url(#b)" stroke="{dark}" stroke-opacity=".25" transform="rotate({} 100 76)"/>"##, turn * 72))
                .collect();
            format!(
                r##"{petals}<circle cx="100" cy="76" r="11" fill="{accent}"/><circle cx="97" cy="73" r="4" fill="#fff" opacity=".7"/>"##
            )
        }
    };
    format!(
        r##"<path d="M100 104q6 40-2 70" fill="none" stroke="#2f7d3a" stroke-width="9" stroke-linecap="round"/><path d="M102 140c8-26 34-30 44-22-6 22-28 30-44 22zM98 156c-8-22-30-26-40-20 6 20 24 28 40 20z" fill="#4fae54"/><path d="M104 138q18-10 38-18M96 154q-16-8-34-16" stroke="#2f7d3a" stroke-width="2.5" fill="none" opacity=".6"/>{head}{}"##,
        shine("M64 62q4-16 18-22")
    )
}

pub(in crate::art) fn pumpkin(palette: &Palette, seed: Seed) -> String {
    let Palette { ink, dark, accent, .. } = palette;
    let face = match seed.pick(15, 3) {
        0 => format!(
            r##"<path d="M62 96l26 12-22 6zM138 96l-26 12 22 6z" fill="{accent}"/><path d="M58 126c28 12 56 12 84 0-6 24-22 32-42 32s-36-8-42-32z" fill="{ink}"/><path d="M66 132l8 10 8-7 9 8 9-7 9 7 9-8 8 7 8-10" fill="none" stroke="{accent}" stroke-width="5" stroke-linejoin="round"/>"##
        ),
        1 => format!(
            r##"<circle cx="76" cy="106" r="11" fill="{ink}"/><circle cx="124" cy="106" r="11" fill="{ink}"/><circle cx="73" cy="102" r="4" fill="#fff"/><circle cx="121" cy="102" r="4" fill="#fff"/><path d="M72 130q28 24 56 0" fill="none" stroke="{ink}" stroke-width="7" stroke-linecap="round"/>"##
        ),
        _ => format!(
            r##"<path d="M66 112q10-14 20 0M114 112q10-14 20 0" fill="none" stroke="{ink}" stroke-width="6" stroke-linecap="round"/><path d="M84 132q16 18 32 0z" fill="{accent}" stroke="{ink}" stroke-width="4" stroke-linejoin="round"/>"##
        ),
    };
    format!(
        r##"<path d="M96 70c-2-18 4-30 18-34l6 12c-8 4-10 10-10 22z" fill="#4c8b3f"/><ellipse cx="58" cy="118" rx="30" ry="46" fill="url(#d)"/><ellipse cx="142" cy="118" rx="30" ry="46" fill="url(#d)"/><ellipse cx="76" cy="118" rx="32" ry="50" fill="url(#b)"/><ellipse cx="124" cy="118" rx="32" ry="50" fill="url(#b)"/><ellipse cx="100" cy="118" rx="34" ry="52" fill="url(#b)"/><path d="M84 72c-14 26-14 66 0 94M116 72c14 26 14 66 0 94" fill="none" stroke="{dark}" stroke-width="2.5" opacity=".45"/>{face}{}"##,
        shine("M58 100q4-16 16-20")
    )
}
