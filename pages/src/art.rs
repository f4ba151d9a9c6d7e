//! Gift pictures drawn from names: the same names give the same picture everywhere, and no bytes of anybody else's picture are needed.
//!
//! A model picture is one of a dozen and a half figures, chosen by what the collection is called, in a palette chosen by what the model
//! is called, with two charms beside it. Everything is drawn in a square of 200 units.

mod backdrop;
mod charm;
mod figure;
mod palette;
mod seed;
mod shapes;
mod symbol;

pub use backdrop::{BACKDROPS_JSON, Backdrop, backdrop};
pub use symbol::symbol;

use palette::Palette;
use seed::Seed;

/// Longest name drawn, in characters; what is beyond changes nothing.
const NAME_MAX: usize = 96;

/// The picture of a model as an SVG document, about 2 kB.
#[must_use]
pub fn model(slug: &str, name: &str) -> String {
    let name: String = name.chars().take(NAME_MAX).collect();
    let slug: String = slug.chars().take(NAME_MAX).collect();
    let palette = Palette::of(&name);
    let seed = Seed::of(&format!("{slug}/{name}"));
    let figure = figure::of(&slug)(&palette, seed);
    let charms = charm::charms(seed);
    let Palette { light, mid, dark, ink, accent } = &palette;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" role="img"><title>Drawn picture</title><defs><radialGradient id="b" cx=".36" cy=".26" r=".86"><stop offset="0" stop-color="{light}"/><stop offset=".55" stop-color="{mid}"/><stop offset="1" stop-color="{dark}"/></radialGradient><linearGradient id="d" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{mid}"/><stop offset="1" stop-color="{dark}"/></linearGradient><radialGradient id="a" cx=".36" cy=".26" r=".86"><stop offset="0" stop-color="#fff"/><stop offset=".35" stop-color="{accent}"/><stop offset="1" stop-color="{accent}"/></radialGradient></defs><ellipse cx="100" cy="178" rx="52" ry="8" fill="{ink}" opacity=".35"/>{figure}{charms}</svg>"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    const SLUGS: [&str; 20] = [
        "plushpepe",
        "lovepotion",
        "eternalrose",
        "iongem",
        "lolpop",
        "signetring",
        "crystalball",
        "madpumpkin",
        "jellybunny",
        "durovscap",
        "homemadecake",
        "scaredcat",
        "heartlocket",
        "lootbag",
        "victorymedal",
        "lovecandle",
        "timelessbook",
        "petsnake",
        "toybear",
        "somethingnew",
    ];
    const MODELS: [&str; 12] = [
        "Cozy",
        "Ruby Red",
        "Ninja Mike",
        "Emerald",
        "Midnight Blue",
        "Gold",
        "Amethyst",
        "Snow White",
        "Tangerine",
        "Onyx",
        "Bubblegum",
        "Turquoise",
    ];

    #[test]
    fn models_of_a_collection_are_told_apart() {
        for slug in SLUGS {
            let drawn: HashSet<String> = MODELS.iter().map(|name| model(slug, name)).collect();
            assert_eq!(drawn.len(), MODELS.len(), "{slug}");
        }
    }

    #[test]
    fn figures_of_collections_differ() {
        let drawn: HashSet<String> = SLUGS.iter().map(|slug| model(slug, "Gold")).collect();
        assert_eq!(drawn.len(), SLUGS.len());
    }

    #[test]
    fn the_same_names_give_the_same_picture() {
        assert_eq!(model("plushpepe", "Cozy"), model("plushpepe", "Cozy"));
    }

    proptest! {
        #[test]
        fn no_name_breaks_out(slug in "\\PC{0,120}", name in "\\PC{0,120}") {
            for drawn in [model(&slug, &name), symbol(&name)] {
                prop_assert!(drawn.len() < 16_384);
                prop_assert!(!drawn.contains("script"));
                prop_assert_eq!(drawn.matches("<svg").count(), 1);
                prop_assert!(drawn.ends_with("</svg>"));
            }
        }
    }
}
