//! Creatures: frog, bunny, cat, bear, snake.

use super::{Palette, Seed, eye, mouth, pattern, shine, topping};

pub(in crate::art) fn frog(palette: &Palette, seed: Seed) -> String {
    let Palette { dark, ink, light, .. } = palette;
    let spots = pattern(100, 150, palette, seed);
    let eyes = eye(72, 62, 17, ink) + &eye(128, 62, 17, ink);
    format!(
        r##"<path d="M52 168c-22-2-22-30 2-34h92c24 4 24 32 2 34z" fill="{dark}"/><ellipse cx="100" cy="140" rx="46" ry="36" fill="url(#b)"/><ellipse cx="100" cy="148" rx="28" ry="24" fill="{light}" opacity=".45"/>{spots}<circle cx="72" cy="62" r="24" fill="url(#b)"/><circle cx="128" cy="62" r="24" fill="url(#b)"/><path d="M36 98c0-34 30-48 64-48s64 14 64 48-30 44-64 44-64-10-64-44z" fill="url(#b)"/>{eyes}<ellipse cx="56" cy="104" rx="10" ry="6" fill="#ff8fa3" opacity=".6"/><ellipse cx="144" cy="104" rx="10" ry="6" fill="#ff8fa3" opacity=".6"/>{}{}{}<ellipse cx="64" cy="170" rx="20" ry="8" fill="url(#b)"/><ellipse cx="136" cy="170" rx="20" ry="8" fill="url(#b)"/>"##,
        mouth(100, 104, palette, seed),
        shine("M48 88q6-22 26-28"),
        topping(100, 52, palette, seed)
    )
}

pub(in crate::art) fn bunny(palette: &Palette, seed: Seed) -> String {
    let Palette { ink, light, accent, .. } = palette;
    let eyes = eye(80, 100, 11, ink) + &eye(120, 100, 11, ink);
    format!(
        r##"<path d="M74 78c-18-20-20-52-6-54s22 30 20 52z" fill="url(#d)"/><path d="M126 78c18-20 20-52 6-54s-22 30-20 52z" fill="url(#d)"/><path d="M76 70c-9-12-12-36-6-38s12 22 11 36z" fill="{accent}" opacity=".7"/><path d="M124 70c9-12 12-36 6-38s-12 22-11 36z" fill="{accent}" opacity=".7"/><ellipse cx="100" cy="150" rx="44" ry="28" fill="url(#d)"/>{}<circle cx="100" cy="106" r="46" fill="url(#b)"/>{eyes}<ellipse cx="100" cy="114" rx="6" ry="4" fill="{ink}"/>{}<ellipse cx="68" cy="118" rx="8" ry="5" fill="#ff8fa3" opacity=".6"/><ellipse cx="132" cy="118" rx="8" ry="5" fill="#ff8fa3" opacity=".6"/>{}<ellipse cx="74" cy="168" rx="16" ry="9" fill="{light}"/><ellipse cx="126" cy="168" rx="16" ry="9" fill="{light}"/>"##,
        pattern(100, 152, palette, seed),
        mouth(100, 122, palette, seed),
        shine("M62 96q6-22 24-28")
    )
}

pub(in crate::art) fn cat(palette: &Palette, seed: Seed) -> String {
    let Palette { ink, accent, .. } = palette;
    let whiskers = format!(
        r##"<g stroke="#fff" stroke-width="2.5" stroke-linecap="round" opacity=".8"><path d="M58 122l-26-6M58 130l-26 4M142 122l26-6M142 130l26 4"/></g><path d="M94 118h12l-6 7z" fill="{ink}"/>"##
    );
    format!(
        r##"<path d="M48 92l-4-52 34 22zM152 92l4-52-34 22z" fill="url(#d)"/><path d="M54 80l-3-28 19 13zM146 80l3-28-19 13z" fill="{accent}" opacity=".7"/><path d="M40 112c0-38 26-56 60-56s60 18 60 56c0 36-26 54-60 54s-60-18-60-54z" fill="url(#b)"/>{}<ellipse cx="76" cy="104" rx="17" ry="19" fill="#ffd95c"/><ellipse cx="124" cy="104" rx="17" ry="19" fill="#ffd95c"/><ellipse cx="77" cy="105" rx="9" ry="14" fill="{ink}"/><ellipse cx="123" cy="105" rx="9" ry="14" fill="{ink}"/><circle cx="73" cy="98" r="4.5" fill="#fff"/><circle cx="119" cy="98" r="4.5" fill="#fff"/>{whiskers}{}{}{}"##,
        pattern(100, 72, palette, seed),
        mouth(100, 132, palette, seed),
        shine("M54 98q6-24 26-30"),
        topping(100, 60, palette, seed)
    )
}

pub(in crate::art) fn bear(palette: &Palette, seed: Seed) -> String {
    let Palette { ink, light, accent, .. } = palette;
    let eyes = eye(82, 84, 8, ink) + &eye(118, 84, 8, ink);
    format!(
        r##"<circle cx="62" cy="54" r="20" fill="url(#d)"/><circle cx="138" cy="54" r="20" fill="url(#d)"/><circle cx="62" cy="54" r="11" fill="{accent}" opacity=".75"/><circle cx="138" cy="54" r="11" fill="{accent}" opacity=".75"/><ellipse cx="58" cy="138" rx="15" ry="22" fill="url(#d)"/><ellipse cx="142" cy="138" rx="15" ry="22" fill="url(#d)"/><ellipse cx="100" cy="142" rx="42" ry="34" fill="url(#b)"/><ellipse cx="100" cy="148" rx="26" ry="22" fill="{light}" opacity=".6"/>{}<circle cx="100" cy="86" r="46" fill="url(#b)"/><ellipse cx="100" cy="102" rx="22" ry="17" fill="{light}" opacity=".85"/><ellipse cx="100" cy="94" rx="8" ry="6" fill="{ink}"/>{eyes}{}{}{}<ellipse cx="74" cy="170" rx="18" ry="9" fill="url(#d)"/><ellipse cx="126" cy="170" rx="18" ry="9" fill="url(#d)"/>"##,
        pattern(100, 146, palette, seed),
        mouth(100, 106, palette, seed),
        shine("M62 80q6-24 26-28"),
        topping(100, 44, palette, seed)
    )
}

pub(in crate::art) fn snake(palette: &Palette, seed: Seed) -> String {
    let Palette { ink, light, accent, .. } = palette;
    let stripes = if seed.pick(14, 2) == 0 { "9 13" } else { "2 16" };
    let eyes = eye(112, 58, 10, ink) + &eye(140, 58, 10, ink);
    format!(
        r##"<path d="M44 158c-20-30 14-48 54-44s60-8 42-36" fill="none" stroke="url(#d)" stroke-width="34" stroke-linecap="round"/><path d="M50 158c34 12 96 6 104-18" fill="none" stroke="url(#d)" stroke-width="30" stroke-linecap="round"/><path d="M44 158c-20-30 14-48 54-44s60-8 42-36" fill="none" stroke="{light}" stroke-width="12" stroke-linecap="round" opacity=".4"/><path d="M44 158c-20-30 14-48 54-44s60-8 42-36" fill="none" stroke="{accent}" stroke-width="10" stroke-linecap="round" stroke-dasharray="{stripes}" opacity=".85"/><path d="M126 96c-34 0-40-50 0-54s44 54 0 54z" fill="url(#b)"/>{eyes}<path d="M126 92v18m0 0l-7 9m7-9l7 9" fill="none" stroke="#e5304a" stroke-width="4" stroke-linecap="round"/>{}{}"##,
        shine("M100 66q2-16 16-20"),
        topping(126, 44, palette, seed)
    )
}
