//! What is worn or hung: gem, ring, heart, ball, medal.

use super::{Palette, Seed, pattern, shine, topping};

pub(in crate::art) fn gem(palette: &Palette, seed: Seed) -> String {
    let Palette { light, mid, dark, .. } = palette;
    let body = match seed.pick(15, 3) {
        0 => format!(
            r##"<path d="M56 60h88l28 36-72 76-72-76z" fill="url(#b)"/><path d="M56 60l16 36H28zM144 60l-16 36h44zM72 96l28-36 28 36z" fill="{light}" opacity=".75"/><path d="M72 96h56l-28 76z" fill="{mid}"/><path d="M28 96h44l28 76z" fill="{light}" opacity=".35"/><path d="M128 96h44l-72 76z" fill="{dark}" opacity=".55"/>"##
        ),
        1 => format!(
            r##"<path d="M100 28l40 36v60l-40 48-40-48V64z" fill="url(#b)"/><path d="M100 28l-40 36 40 20 40-20z" fill="{light}" opacity=".8"/><path d="M60 64l40 20v88l-40-48z" fill="{mid}" opacity=".7"/><path d="M140 64l-40 20v88l40-48z" fill="{dark}" opacity=".6"/>"##
        ),
        _ => format!(
            r##"<path d="M70 44h60l36 56-36 60H70l-36-60z" fill="url(#b)"/><path d="M82 66h36l24 34-24 36H82l-24-36z" fill="{light}" opacity=".6"/><path d="M34 100h24l24 36-12 24zM166 100h-24l-24 36 12 24z" fill="{dark}" opacity=".5"/><path d="M70 44l12 22h36l12-22z" fill="#fff" opacity=".45"/>"##
        ),
    };
    format!(
        r##"{body}{}<path d="M152 44l4 10 10 4-10 4-4 10-4-10-10-4 10-4zM44 40l3 7 7 3-7 3-3 7-3-7-7-3 7-3z" fill="#fff"/>"##,
        shine("M66 76l14-8")
    )
}

pub(in crate::art) fn ring(palette: &Palette, seed: Seed) -> String {
    let Palette { light, mid, dark, accent, .. } = palette;
    let (metal, metal_dark) =
        [("#ffd766", "#a87414"), ("#e9eef5", "#7c8796"), ("#4a4d57", "#17181d"), ("#f3b59a", "#a45a3e")]
            [seed.pick(16, 4)];
    let stone = match seed.pick(15, 3) {
        0 => format!(
            r##"<path d="M66 36h68l20 24-54 46-54-46z" fill="url(#b)"/><path d="M66 36l14 24H46zM134 36l-14 24h34zM80 60l20-24 20 24z" fill="{light}" opacity=".8"/><path d="M80 60h40l-20 46z" fill="{mid}"/><path d="M120 60h34l-54 46z" fill="{dark}" opacity=".5"/>"##
        ),
        1 => format!(
            r##"<circle cx="100" cy="68" r="34" fill="{metal_dark}"/><circle cx="100" cy="68" r="28" fill="url(#b)"/><path d="M84 56q8-12 22-10" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".7"/>"##
        ),
        _ => format!(
            r##"<rect x="64" y="38" width="72" height="58" rx="14" fill="{metal}" stroke="{metal_dark}" stroke-width="4"/><rect x="74" y="47" width="52" height="40" rx="8" fill="url(#b)"/><path d="M100 54l5 10 11 1-8 8 2 11-10-6-10 6 2-11-8-8 11-1z" fill="{accent}"/>"##
        ),
    };
    format!(
        r##"<circle cx="100" cy="122" r="45" fill="none" stroke="{metal_dark}" stroke-width="18"/><circle cx="100" cy="121" r="45" fill="none" stroke="{metal}" stroke-width="12"/><path d="M64 100a42 42 0 0 0 4 48" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" opacity=".7"/>{stone}<path d="M156 30l4 11 11 4-11 4-4 11-4-11-11-4 11-4z" fill="#fff"/>"##
    )
}

pub(in crate::art) fn heart(palette: &Palette, seed: Seed) -> String {
    let Palette { dark, accent, .. } = palette;
    let hung = match seed.pick(15, 3) {
        0 => r##"<path d="M60 30q40 26 80 0" fill="none" stroke="#ffd766" stroke-width="5" stroke-dasharray="3 6" stroke-linecap="round"/><circle cx="100" cy="50" r="9" fill="none" stroke="#ffd766" stroke-width="6"/>"##.to_owned(),
        1 => format!(r##"<path d="M30 92c-12-24 14-34 26-18M170 92c12-24-14-34-26-18" fill="none" stroke="{accent}" stroke-width="9" stroke-linecap="round"/>"##),
        _ => String::new(),
    };
    format!(
        r##"{hung}<path d="M100 172C24 122 30 60 70 56c16-2 26 8 30 18 4-10 14-20 30-18 40 4 46 66-30 116z" fill="url(#b)"/><path d="M100 160C40 118 44 74 72 70c14-2 24 8 28 18 4-10 14-20 28-18 28 4 32 48-28 90z" fill="none" stroke="{dark}" stroke-width="4" opacity=".4"/>{}{}{}"##,
        pattern(100, 112, palette, seed),
        shine("M56 92q2-18 18-22"),
        topping(100, 66, palette, seed)
    )
}

pub(in crate::art) fn ball(palette: &Palette, seed: Seed) -> String {
    let Palette { dark, ink, accent, .. } = palette;
    let stand = match seed.pick(15, 3) {
        0 => format!(r##"<path d="M60 150h80l12 22H48z" fill="url(#d)"/><path d="M60 150h80l3 6H57z" fill="{accent}" opacity=".8"/>"##),
        1 => r##"<path d="M90 36h20v14H90z" fill="#d9a441"/><circle cx="100" cy="30" r="8" fill="none" stroke="#d9a441" stroke-width="5"/>"##.to_owned(),
        _ => format!(r##"<ellipse cx="100" cy="162" rx="44" ry="12" fill="{dark}"/>"##),
    };
    format!(
        r##"{stand}<circle cx="100" cy="104" r="56" fill="url(#b)"/><circle cx="100" cy="104" r="56" fill="none" stroke="{ink}" stroke-width="2" opacity=".25"/><path d="M46 112c20 16 88 16 108 0" fill="none" stroke="{accent}" stroke-width="6" opacity=".55"/>{}<g fill="#fff" opacity=".85"><circle cx="126" cy="82" r="3"/><circle cx="78" cy="130" r="3.5"/><circle cx="122" cy="134" r="2.5"/><circle cx="104" cy="64" r="2.5"/></g>{}"##,
        pattern(100, 102, palette, seed),
        shine("M62 92q6-26 30-32")
    )
}

pub(in crate::art) fn medal(palette: &Palette, seed: Seed) -> String {
    let Palette { ink, dark, accent, light, .. } = palette;
    let points = [5, 6, 8][seed.pick(15, 3)];
    let rays: String = (0..points)
        .map(|turn| {
            format!(
                r##"<path d="M100 68l14 32h-28z" fill="{light}" transform="rotate({} 100 116)"/>"##,
                turn * 360 / points
            )
        })
        .collect();
    format!(
        r##"<path d="M60 28h34l10 46-30 10zM140 28h-34l-10 46 30 10z" fill="{accent}"/><path d="M70 28h8l10 50-8 3zM130 28h-8l-10 50 8 3z" fill="#fff" opacity=".5"/><circle cx="100" cy="116" r="54" fill="{dark}"/><circle cx="100" cy="114" r="52" fill="url(#b)"/><circle cx="100" cy="114" r="41" fill="none" stroke="{ink}" stroke-width="3" opacity=".35"/>{rays}<circle cx="100" cy="116" r="19" fill="url(#d)"/>{}"##,
        shine("M62 104q6-24 26-30")
    )
}
