//! Symbols: one-colored shapes for the pattern behind a gift, used as a mask, so only their outline counts.

use super::seed::Seed;

/// Words in a symbol's name and the shape, in a square of 24 units.
const SHAPES: [(&[&str], &str); 30] = [
    (&["heart", "love", "valentine", "cupid"], "M12 21C3 15 3 8 7 6c3-1 4 1 5 3 1-2 2-4 5-3 4 2 4 9-5 15z"),
    (
        &["star", "sheriff", "magic"],
        "M12 2l3 7 7 .6-5.400 4.800 1.700 7.100L12 17.600 5.700 21.500l1.700-7.100L2 9.600 9 9z",
    ),
    (
        &["leaf", "clover", "maple", "plant", "herb", "cannabis"],
        "M20 3C9 3 4 8 4 14c0 2 .5 3 1 4l-2 3 1.500 1 2-3c7 2 14-3 13.500-16zM8 16c2-4 5-6 9-8-3 3-6 5-9 8z",
    ),
    (&["crown", "king", "queen", "royal"], "M3 19h18l1-11-6 4-4-8-4 8-6-4zM3 20.500h18V22H3z"),
    (&["moon", "night", "crescent"], "M15 2a10 10 0 1 0 7 14A8 8 0 0 1 15 2z"),
    (
        &["sun", "light", "dawn"],
        "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v4h-2zM11 19h2v4h-2zM1 11h4v2H1zM19 11h4v2h-4zM4 5.500L5.500 4l3 3L7 8.500zM15.500 17l1.500-1.500 3 3-1.500 1.500zM4 18.500l3-3L8.500 17l-3 3zM15.500 7l3-3L20 5.500l-3 3z",
    ),
    (
        &["paw", "bear", "cat", "dog", "wolf", "fox", "tiger", "panda"],
        "M12 12c3 0 6 4 6 7 0 3-3 3-6 2-3 1-6 1-6-2 0-3 3-7 6-7zM5 8c2 0 3 2 3 4s-3 2-4 0-1-4 1-4zM19 8c2 0 2 2 1 4s-4 2-4 0 1-4 3-4zM9 3c2 0 3 2 3 4s-3 3-4 1-1-5 1-5zM15 3c2 0 2 3 1 5s-4 1-4-1 1-4 3-4z",
    ),
    (
        &["flower", "rose", "lotus", "tulip", "sakura", "daisy", "blossom"],
        "M12 9c-2-4 0-7 0-7s2 3 0 7c4-2 7 0 7 0s-3 2-7 1c3 2 3 6 3 6s-3-2-3-5c0 3-3 5-3 5s0-4 3-6c-4 1-7-1-7-1s3-2 7 0zM11 13h2v9h-2z",
    ),
    (&["bolt", "lightning", "electric", "thunder", "power"], "M14 1L4 14h6l-2 9 11-14h-6z"),
    (
        &["flame", "fire", "torch", "candle"],
        "M12 1c1 5 7 8 7 14a7 7 0 0 1-14 0c0-4 3-5 3-9 2 1 3 3 3 4 1-2 2-5 1-9z",
    ),
    (
        &["snow", "ice", "frost", "winter"],
        "M11 1h2v22h-2zM2 6l1-1.800 19 11L21 17zM3 17l-1-1.800L21 4l1 1.800zM8 3l4 3 4-3v2.500l-4 3-4-3zM8 21l4-3 4 3v-2.500l-4-3-4 3z",
    ),
    (&["drop", "water", "rain", "tear", "potion"], "M12 1c4 6 7 10 7 14a7 7 0 0 1-14 0c0-4 3-8 7-14z"),
    (
        &["skull", "death", "bone", "ghost", "zombie"],
        "M12 2c6 0 10 4 10 9 0 3-2 5-4 6v4H6v-4c-2-1-4-3-4-6 0-5 4-9 10-9zM8 10a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5zM16 10a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5zM11 16h2l1 3h-4z",
    ),
    (&["gem", "diamond", "ruby", "crystal", "jewel"], "M6 3h12l5 7-11 12L1 10zM6 5l-3 5h5zM18 5l-2 5h5z"),
    (&["bell", "jingle"], "M12 2c5 0 7 4 7 9 0 4 2 5 2 7H3c0-2 2-3 2-7 0-5 2-9 7-9zM9 19h6a3 3 0 0 1-6 0z"),
    (
        &["key", "lock"],
        "M7 7a5 5 0 1 0 4 8l1-1h2v-2h2v2h3v-4h3v-3H11a5 5 0 0 0-4 0zM7 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
    ),
    (
        &["note", "music", "melody", "guitar", "piano", "drum"],
        "M9 3l12-2v15a4 3 0 1 1-2-3V6l-8 1.500V19a4 3 0 1 1-2-3z",
    ),
    (
        &["anchor", "ship", "boat", "sail"],
        "M12 1a3 3 0 0 1 1 5.800V9h4v2h-4v9c4 0 6-3 6-5l-2 1 3-5 3 5h-2c0 5-4 8-9 8s-9-3-9-8H1l3-5 3 5-2-1c0 2 2 5 6 5v-9H7V9h4V6.800A3 3 0 0 1 12 1z",
    ),
    (
        &["fish", "whale", "shark", "dolphin", "octopus"],
        "M1 12c4-7 11-7 15-2l6-5v14l-6-5c-4 5-11 5-15-2zM6 10a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3z",
    ),
    (
        &["bird", "dove", "eagle", "owl", "duck", "chicken", "raven"],
        "M2 14c4 0 6-2 7-5C6 7 7 2 7 2c4 1 6 4 7 6 1-2 4-3 6-1l2 1-2 2c0 8-6 12-12 12 2-1 3-2 3-3-4 0-7-2-9-5z",
    ),
    (
        &["apple", "cherry", "berry", "fruit", "lemon", "peach", "banana", "orange"],
        "M12 7c1-4 4-5 5-5 0 3-2 5-5 5zM12 8c3-2 9-1 9 5s-4 9-6 9-2-1-3-1-1 1-3 1-6-3-6-9 6-7 9-5z",
    ),
    (
        &["mushroom", "fungus"],
        "M12 2c7 0 11 5 10 9-6 2-14 2-20 0-1-4 3-9 10-9zM9 13h6c0 4 1 6 2 8H7c1-2 2-4 2-8z",
    ),
    (
        &["butterfly", "bee", "bug", "spider", "ladybug"],
        "M11 6l-1-4 2 3 2-3-1 4c4-4 10-3 10 1s-3 6-5 6c3 1 3 7 0 8s-5-3-6-7c-1 4-3 8-6 7s-3-7 0-8c-2 0-5-2-5-6s6-5 10-1z",
    ),
    (
        &["cup", "trophy", "medal", "wine", "glass"],
        "M5 2h14v2h4c0 6-3 8-6 8-1 2-2 3-4 3v4h4v3H7v-3h4v-4c-2 0-3-1-4-3-3 0-6-2-6-8h4zM3 6c0 2 1 3 2.500 4L5 6zM21 6h-2l-.5 4C20 9 21 8 21 6z",
    ),
    (
        &["hat", "cap", "helm", "helmet", "mask"],
        "M12 3c6 0 8 5 8 11 2 1 3 2 3 4-3 3-19 3-22 0 0-2 1-3 3-4 0-6 2-11 8-11zM5 15c4 2 10 2 14 0v-2c-4 2-10 2-14 0z",
    ),
    (
        &["sword", "dagger", "axe", "shield", "knight"],
        "M12 1l9 3v7c0 6-4 10-9 12-5-2-9-6-9-12V4zM12 4v16c3-2 6-5 6-9V6z",
    ),
    (
        &["car", "rocket", "plane", "ufo", "jet"],
        "M12 1c4 3 5 7 5 11l4 4v4l-5-2-1 3H9l-1-3-5 2v-4l4-4C7 8 8 4 12 1zM12 7a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
    ),
    (&["house", "castle", "tower", "temple", "tree"], "M12 1l7 8h-3l5 6h-4l4 5h-7v3h-4v-3H3l4-5H3l5-6H5z"),
    (
        &["coin", "money", "dollar", "bitcoin", "ton"],
        "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zM7 7h10c1 0 1 1 .6 1.800L12.600 18h-1.200L6.400 8.800C6 8 6 7 7 7zM8.500 9L11 13.500V9zM15.500 9L13 13.500V9z",
    ),
    (
        &["infinity", "yin", "peace", "atom", "puzzle"],
        "M7 7c3 0 4 3 5 5 1-2 2-5 5-5a5 5 0 0 1 0 10c-3 0-4-3-5-5-1 2-2 5-5 5A5 5 0 0 1 7 7zM7 9.500a2.500 2.500 0 0 0 0 5c2 0 2.500-1.500 3.500-2.500C9.500 11 9 9.500 7 9.500zM17 9.500c-2 0-2.500 1.500-3.500 2.500 1 1 1.500 2.500 3.500 2.500a2.500 2.500 0 0 0 0-5z",
    ),
];

/// The picture of a symbol as an SVG document: its shape in black.
#[must_use]
pub fn symbol(name: &str) -> String {
    let lower = name.to_lowercase();
    let said = SHAPES.iter().find(|(words, _)| words.iter().any(|word| lower.contains(word)));
    let seed = Seed::of(&lower);
    let (_, shape) = said.unwrap_or(&SHAPES[seed.pick(0, SHAPES.len())]);
    // Two symbols that share a shape still lean differently.
    let lean = [0, -14, 14, -24, 24][seed.pick(1, 5)];
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill-rule="evenodd" transform="rotate({lean} 12 12)" d="{shape}"/></svg>"##
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_choose_the_shape() {
        assert_ne!(symbol("Heart"), symbol("Star"));
        assert_eq!(symbol("Octopus"), symbol("Octopus"));
    }
}
