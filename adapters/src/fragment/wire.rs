//! Fragment's JSON as it comes, and nothing else: it wraps HTML, whose classes are named where they are read. Source: public clients,
//! 2026, and one recorded page of metadata.

use crate::json::Text;

wire! {
    /// An answer of `/api`; `html` holds the rows, `error` stands where `ok` is false.
    Search<'a> { ok: bool = "ok", html: Option<Text<'a>> = "html", error: Option<Text<'a>> = "error" }
    unused []
}

wire! {
    /// A page asked for as the site's own scripts ask: its HTML, its state, or where it leads instead.
    Framed<'a> { html: Option<Text<'a>> = "h", state: Option<State<'a>> = "s", redirect: Option<Text<'a>> = "r" }
    unused ["t", "j"]
}

wire! {
    /// What a page says of itself.
    State<'a> { title: Option<Text<'a>> = "itemTitle" }
    unused ["type", "tonRate"]
}

wire! {
    /// The metadata that a gift's contract refers to.
    Metadata<'a> { name: Text<'a> = "name", image: Text<'a> = "image", attributes: Vec<Trait<'a>> = "attributes" }
    unused ["description", "lottie"]
}

wire! {
    /// An attribute of a gift, without rarity.
    Trait<'a> { trait_type: Text<'a> = "trait_type", value: Text<'a> = "value" }
    unused []
}
