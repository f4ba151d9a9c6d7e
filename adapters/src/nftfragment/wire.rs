//! The host's JSON as it comes. Source: one recorded answer (`fixtures/nftfragment/recorded`).

use crate::json::Text;

wire! {
    /// The file of a gift.
    Metadata<'a> { name: Text<'a> = "name", image: Text<'a> = "image", attributes: Vec<Trait<'a>> = "attributes" }
    unused ["description", "lottie"]
}

wire! {
    /// An attribute, without rarity.
    Trait<'a> { trait_type: Text<'a> = "trait_type", value: Text<'a> = "value" }
    unused []
}
