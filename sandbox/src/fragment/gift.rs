//! One gift: its page on the site, and its metadata on the static host, which exists for exported gifts alone.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use domain::Custody;
use serde::Serialize;
use serde_json::json;

use super::{
    ask::is_script,
    grid::stands,
    html::{Status, escape, ton},
    refusal,
    session::{framed, page as whole},
};
use crate::{
    outside::Outside,
    serve::list::decimal,
    world::{GiftView, World},
};

/// The exported gift of this name.
fn find(world: &World, name: &str) -> Option<u32> {
    let (slug, number) = name.rsplit_once('-')?;
    let number = number.parse().ok().filter(|known: &u32| known.to_string() == number)?;
    let gift = world.find(world.catalog.by_slug(slug)?, number)?;
    (world.view(gift).custody() == Custody::Chain).then_some(gift)
}

pub(super) async fn page(
    State(outside): State<Arc<Outside>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let world = outside.world();
    let Some(gift) = find(&world, &name) else {
        // The site leads back to its list.
        let back = Json(json!({ "r": "/gifts" })).into_response();
        return if is_script(&headers) { back } else { whole(&outside, "") };
    };
    let view = world.view(gift);
    let (status, price) = match world.lot(gift).zip(stands(&world, gift)) {
        Some((lot, status)) => {
            let amount = lot.bid.as_ref().map_or(lot.amount, |bid| bid.amount);
            ((status.word(), status.class()), Some(amount))
        }
        None => (("Not for sale", Status::Sold.class()), None),
    };
    let bid = price.map_or_else(String::new, |amount| {
        let amount = ton(amount);
        format!("<div class=\"tm-section-bid-info\"><div class=\"table-cell-value tm-value icon-before icon-ton\">{amount}</div></div>\n")
    });
    let rows: String =
        traits(&view).into_iter().map(|(kind, name, per_mille)| trait_row(kind, name, per_mille)).collect();
    let (word, class) = status;
    let main = format!(
        "<main class=\"tm-main\"><section class=\"tm-section\"><div class=\"tm-section-header\"><span class=\"tm-section-header-status {class}\">{word}</span></div>\n{bid}<table class=\"table tm-table\"><tbody>\n{rows}</tbody></table></section></main>"
    );
    framed(&outside, &headers, "gift", &view.name(), &main)
}

/// In the order of the recorded metadata.
fn traits<'w>(view: &GiftView<'w>) -> [(&'static str, &'w str, u16); 3] {
    let (model, backdrop, symbol) = (view.model(), view.backdrop(), view.symbol());
    [
        ("Model", model.name, model.per_mille),
        ("Backdrop", backdrop.name, backdrop.per_mille),
        ("Symbol", symbol.name, symbol.per_mille),
    ]
}

fn trait_row(kind: &str, name: &str, per_mille: u16) -> String {
    let (name, percent) = (escape(name), decimal(i64::from(per_mille), 1));
    format!(
        "<tr><td><div class=\"table-cell\">{kind}</div></td><td><div class=\"table-cell\"><div class=\"table-cell-value tm-value\"><a class=\"table-cell-value-link\">{name}</a> <span class=\"tm-rarity\">{percent}%</span></div></div></td></tr>\n"
    )
}

#[derive(Serialize)]
struct Metadata {
    attributes: [Trait; 3],
    description: String,
    image: String,
    lottie: String,
    name: String,
}

#[derive(Serialize)]
struct Trait {
    trait_type: &'static str,
    value: String,
}

pub(super) async fn metadata(State(outside): State<Arc<Outside>>, Path(file): Path<String>) -> Response {
    let world = outside.world();
    let gift = file.strip_suffix(".json").and_then(|name| find(&world, name));
    gift.map_or_else(|| refusal(404), |gift| Json(tell(&world.view(gift))).into_response())
}

fn tell(view: &GiftView<'_>) -> Metadata {
    let (title, host) = (view.collection.title, "https://nft.fragment.com/gift");
    let file = format!("{host}/{}-{}", view.collection.slug, view.gift.number);
    let [model, backdrop, symbol] =
        traits(view).map(|(trait_type, name, _)| Trait { trait_type, value: name.to_owned() });
    Metadata {
        description: format!(
            "An exclusive {title} with the appearance {} on a {} background with {} icons.",
            model.value, backdrop.value, symbol.value
        ),
        attributes: [model, backdrop, symbol],
        image: format!("{file}.webp"),
        lottie: format!("{file}.lottie.json"),
        name: view.name(),
    }
}
