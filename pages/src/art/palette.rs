//! Five tones of a model, steered by the color words in its name.

use super::seed::Seed;

/// Tones as `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Palette {
    pub(super) light: String,
    pub(super) mid: String,
    pub(super) dark: String,
    pub(super) ink: String,
    pub(super) accent: String,
}

/// Words that name a color: hue in degrees, saturation and lightness of the middle tone in percent.
const WORDS: [(&[&str], u16, u8, u8); 22] = [
    (
        &[
            "ruby",
            "red",
            "blood",
            "crimson",
            "cherry",
            "scarlet",
            "devil",
            "fire",
            "lava",
            "tomato",
            "strawberry",
        ],
        354,
        74,
        50,
    ),
    (
        &[
            "rose",
            "pink",
            "bubble",
            "berry",
            "candy",
            "flamingo",
            "blush",
            "barbie",
            "love",
            "valentine",
            "heart",
        ],
        336,
        76,
        64,
    ),
    (&["magenta", "fuchsia", "orchid", "neon"], 308, 68, 56),
    (
        &[
            "amethyst", "purple", "grape", "plum", "violet", "lavender", "lilac", "magic", "witch", "cosmic",
            "galaxy",
        ],
        270,
        60,
        58,
    ),
    (&["indigo", "midnight", "night", "navy", "space"], 235, 56, 42),
    (&["sapphire", "blue", "ocean", "sea", "marine", "azure", "denim", "water", "storm"], 214, 74, 54),
    (&["sky", "ice", "frost", "arctic", "winter", "crystal", "diamond", "aqua"], 196, 72, 66),
    (&["turquoise", "teal", "cyan", "lagoon", "tiffany"], 178, 62, 46),
    (&["mint", "pistachio", "matcha", "spring"], 152, 50, 62),
    (
        &["emerald", "jade", "green", "forest", "pine", "leaf", "cactus", "frog", "swamp", "clover", "grass"],
        138,
        56,
        42,
    ),
    (&["lime", "toxic", "poison", "acid", "kiwi", "apple"], 88, 66, 50),
    (&["olive", "khaki", "army", "military", "camo"], 68, 34, 42),
    (&["lemon", "yellow", "banana", "sun", "honey", "bee", "duck"], 48, 90, 58),
    (&["gold", "golden", "royal", "king", "crown", "brass", "amber", "treasure"], 42, 82, 50),
    (&["orange", "tangerine", "carrot", "pumpkin", "fox", "tiger", "sunset", "mango"], 26, 88, 55),
    (&["peach", "coral", "salmon", "apricot", "melon"], 14, 80, 68),
    (&["copper", "bronze", "rust", "clay", "terra"], 20, 58, 46),
    (
        &["brown", "chocolate", "coffee", "mocha", "wood", "cocoa", "choco", "bear", "caramel", "toffee"],
        26,
        46,
        38,
    ),
    (&["cream", "vanilla", "milk", "latte", "sand", "beige", "ivory", "pearl"], 38, 48, 78),
    (&["white", "snow", "ghost", "marble", "angel", "cloud", "moon"], 220, 18, 88),
    (
        &["silver", "steel", "grey", "gray", "chrome", "titanium", "stone", "robot", "cyber", "platinum"],
        214,
        10,
        62,
    ),
    (
        &["black", "onyx", "noir", "dark", "shadow", "obsidian", "ninja", "raven", "coal", "carbon"],
        230,
        12,
        26,
    ),
];

impl Palette {
    /// The palette of a model's name.
    pub(super) fn of(name: &str) -> Self {
        let seed = Seed::of(name);
        let lower = name.to_lowercase();
        let said = WORDS.iter().find(|(words, ..)| words.iter().any(|word| lower.contains(word)));
        let (hue, saturation, lightness) = match said {
            Some((_, hue, saturation, lightness)) => (*hue, *saturation, *lightness),
            None => (u16::try_from(seed.pick(1, 24) * 15).unwrap_or(0), 66, 54),
        };
        // A name that says a color still differs a little from its namesakes.
        let hue = hue + 360 + u16::try_from(seed.pick(2, 9)).unwrap_or(0) - 4;
        let accent = hue + [150, 180, 210, 40][seed.pick(3, 4)];
        Self {
            light: hsl(hue, saturation, (lightness + 26).min(96)),
            mid: hsl(hue, saturation, lightness),
            dark: hsl(hue + 8, saturation, lightness / 2 + lightness / 8),
            ink: hsl(hue + 12, saturation / 2, lightness / 5 + 4),
            accent: hsl(accent, 82, 62),
        }
    }
}

/// `#rrggbb` of hue (degrees), saturation and lightness (percent), in integers.
pub(super) fn hsl(hue: u16, saturation: u8, lightness: u8) -> String {
    let (h, s, l) = (i32::from(hue % 360), i32::from(saturation), i32::from(lightness));
    // Chroma and the rest in thousandths of 255.
    let chroma = (100 - (2 * l - 100).abs()) * s;
    let ramp = chroma * (60 - ((h % 120) - 60).abs()) / 60;
    let base = l * 100 - chroma / 2;
    let (r, g, b) = match h / 60 {
        0 => (chroma, ramp, 0),
        1 => (ramp, chroma, 0),
        2 => (0, chroma, ramp),
        3 => (0, ramp, chroma),
        4 => (ramp, 0, chroma),
        _ => (chroma, 0, ramp),
    };
    let channel = |part: i32| ((part + base) * 255 / 10_000).clamp(0, 255);
    format!("#{:02x}{:02x}{:02x}", channel(r), channel(g), channel(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_give_the_known_colors() {
        assert_eq!(hsl(0, 100, 50), "#ff0000");
        assert_eq!(hsl(120, 100, 25), "#007f00");
        assert_eq!(hsl(240, 100, 50), "#0000ff");
        assert_eq!(hsl(0, 0, 100), "#ffffff");
    }

    #[test]
    fn color_words_are_heard() {
        assert_ne!(Palette::of("Ruby").mid, Palette::of("Emerald").mid);
        assert_ne!(Palette::of("Cozy").mid, Palette::of("Chilly").mid);
    }
}
