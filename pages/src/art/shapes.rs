//! The figures, a file per family. Each draws between 30 and 175 on both axes, lit from the top left; gradients `b` (body),
//! `d` (darker) and `a` (accent) are defined by the caller.

pub(super) mod creatures;
pub(super) mod flowers;
pub(super) mod jewels;
pub(super) mod sweets;
pub(super) mod things;
pub(super) mod vessels;
pub(super) mod wear;

use super::{palette::Palette, seed::Seed};

/// A fat white highlight stroke.
fn shine(path: &str) -> String {
    format!(
        r##"<path d="{path}" fill="none" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity=".55"/>"##
    )
}

/// A round eye with two catchlights.
fn eye(x: i32, y: i32, radius: i32, ink: &str) -> String {
    format!(
        r##"<circle cx="{x}" cy="{y}" r="{radius}" fill="#fff"/><circle cx="{px}" cy="{py}" r="{pupil}" fill="{ink}"/><circle cx="{lx}" cy="{ly}" r="{light}" fill="#fff"/><circle cx="{sx}" cy="{sy}" r="1.6" fill="#fff" opacity=".8"/>"##,
        px = x + 1,
        py = y + 1,
        pupil = radius * 2 / 3,
        lx = x - radius / 4,
        ly = y - radius / 4,
        light = (radius / 4).max(2),
        sx = x + radius / 3,
        sy = y + radius / 3
    )
}

/// A mouth, one of four.
fn mouth(x: i32, y: i32, palette: &Palette, seed: Seed) -> String {
    let ink = &palette.ink;
    match seed.pick(11, 4) {
        0 => format!(
            r##"<path d="M{} {y}q14 13 28 0" fill="none" stroke="{ink}" stroke-width="5" stroke-linecap="round"/>"##,
            x - 14
        ),
        1 => format!(
            r##"<path d="M{} {y}q16 22 32 0z" fill="{ink}"/><path d="M{} {}q8 7 16 0z" fill="#ff7d90"/>"##,
            x - 16,
            x - 8,
            y + 7
        ),
        2 => format!(
            r##"<path d="M{} {y}q6 8 12 0q6 8 12 0" fill="none" stroke="{ink}" stroke-width="4.5" stroke-linecap="round"/>"##,
            x - 12
        ),
        _ => format!(r##"<ellipse cx="{x}" cy="{}" rx="7" ry="8" fill="{ink}"/>"##, y + 4),
    }
}

/// Something on top, or nothing: a crown, a bow, a sprout, a halo.
fn topping(x: i32, y: i32, palette: &Palette, seed: Seed) -> String {
    let (accent, ink) = (&palette.accent, &palette.ink);
    match seed.pick(12, 6) {
        0 => format!(
            r##"<path d="M{} {y}l-4-22 13 10 9-16 9 16 13-10-4 22z" fill="#ffd54a" stroke="#b57a00" stroke-width="2.5" stroke-linejoin="round"/>"##,
            x - 18
        ),
        1 => format!(
            r##"<path d="M{x} {}q-26-20-26 2t26 6q26 14 26-8t-26 0z" fill="url(#a)" stroke="{ink}" stroke-width="2"/><circle cx="{x}" cy="{}" r="6" fill="{accent}"/>"##,
            y - 6,
            y - 5
        ),
        2 => format!(
            r##"<path d="M{x} {y}q-2-14 4-20" fill="none" stroke="#3f8f3b" stroke-width="5" stroke-linecap="round"/><path d="M{} {}q18-16 22 0q-12 10-22 0z" fill="#6fca55"/>"##,
            x + 3,
            y - 18
        ),
        3 => format!(
            r##"<ellipse cx="{x}" cy="{}" rx="24" ry="7" fill="none" stroke="#ffe27a" stroke-width="5"/>"##,
            y - 14
        ),
        _ => String::new(),
    }
}

/// A pattern on the body: spots, stripes, a heart, a star, or nothing.
fn pattern(x: i32, y: i32, palette: &Palette, seed: Seed) -> String {
    let accent = &palette.accent;
    match seed.pick(13, 5) {
        0 => format!(
            r##"<g fill="{accent}" opacity=".75"><circle cx="{}" cy="{}" r="6"/><circle cx="{}" cy="{}" r="8"/><circle cx="{}" cy="{}" r="5"/><circle cx="{}" cy="{}" r="6"/></g>"##,
            x - 20,
            y - 6,
            x + 16,
            y - 12,
            x + 4,
            y + 12,
            x + 24,
            y + 12
        ),
        1 => format!(
            r##"<path d="M{} {y}q24 10 48 0M{} {}q20 9 40 0" fill="none" stroke="{accent}" stroke-width="7" stroke-linecap="round" opacity=".75"/>"##,
            x - 24,
            x - 20,
            y + 15
        ),
        2 => format!(
            r##"<path d="M{x} {}c-24-18-10-36 0-22c10-14 24 4 0 22z" fill="{accent}" opacity=".9"/>"##,
            y + 14
        ),
        3 => format!(
            r##"<path d="M{x} {}l6 13 14 1-11 9 4 14-13-8-13 8 4-14-11-9 14-1z" fill="{accent}" opacity=".9"/>"##,
            y - 14
        ),
        _ => String::new(),
    }
}
