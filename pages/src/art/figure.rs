//! Which figure a collection is drawn as: by what it is called, else by its name's hash.

use super::{
    palette::Palette,
    seed::Seed,
    shapes::{creatures, flowers, jewels, sweets, things, vessels, wear},
};

/// Draws a figure's inside.
pub(super) type Figure = fn(&Palette, Seed) -> String;

const FIGURES: [(&[&str], Figure); 20] = [
    (&["pepe", "frog", "monkey", "chimp", "papakha"], creatures::frog),
    (&["bunny", "rabbit"], creatures::bunny),
    (&["cat", "neko", "dogg", "dog"], creatures::cat),
    (&["bear", "toy", "agaric", "voodoo", "brownie"], creatures::bear),
    (&["snake", "tongue"], creatures::snake),
    (&["potion", "perfume", "bottle", "wine", "drink", "jar", "ink", "lamp"], vessels::potion),
    (&["pot", "bag", "basket", "stocking"], vessels::pot),
    (&["box", "book", "notepad", "calendar", "pack", "parcel", "gadget", "player", "watch"], vessels::parcel),
    (&["rose", "flower", "posy", "bouquet", "wreath", "sakura", "clover"], flowers::rose),
    (&["pumpkin", "peach", "mushroom", "berry"], flowers::pumpkin),
    (&["gem", "shard", "crystalcup", "diamondcup", "skull"], jewels::gem),
    (&["ring", "signet", "bracelet"], jewels::ring),
    (&["locket", "heart", "charm", "cupid", "love", "pendant", "amulet"], jewels::heart),
    (&["ball", "globe", "bell", "float", "eye", "egg"], jewels::ball),
    (&["medal", "star", "oscar", "cup", "strike", "figure", "rocket", "year"], jewels::medal),
    (&["pop", "lollipop", "cane", "candy"], sweets::lollipop),
    (&["cake", "muffin", "cupcake", "cream", "cookie", "ramen"], sweets::cake),
    (&["candle", "sparkler", "flame", "cigar", "sword", "pen"], things::candle),
    (&["cap", "helmet", "socks", "mittens", "stilettos"], wear::cap),
    (&["hat", "broom", "bow", "tie", "jester"], wear::hat),
];

/// Longer words are asked first: a `heartlocket` is a locket and `lolpop` no pot.
pub(super) fn of(slug: &str) -> Figure {
    let said = FIGURES
        .iter()
        .flat_map(|(words, figure)| words.iter().map(move |word| (*word, *figure)))
        .filter(|(word, _)| slug.contains(word))
        .max_by_key(|(word, _)| word.len());
    said.map_or_else(|| FIGURES[Seed::of(slug).pick(0, FIGURES.len())].1, |(_, figure)| figure)
}
