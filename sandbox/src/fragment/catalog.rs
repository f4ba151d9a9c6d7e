//! The page of all collections: the filter stands twice, in the plural.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use domain::Custody;

use super::{
    html::{filter_item, popup_item},
    session::framed,
};
use crate::{catalog::Collection, outside::Outside, world::World};

/// The collections that have a contract on TON, by place in the catalog.
pub(super) fn collections(world: &World) -> impl Iterator<Item = (usize, &'static Collection)> {
    world.catalog.collections.iter().enumerate().filter(|(_, known)| known.address.is_some())
}

pub(super) async fn gifts(State(outside): State<Arc<Outside>>, headers: HeaderMap) -> Response {
    let world = outside.world();
    let exported = |at: usize| {
        let gifts = world.ranges[at].clone();
        gifts.filter(|gift| world.custody(world.gifts[*gift as usize].shelf) == Custody::Chain).count()
    };
    let wide: String =
        collections(&world).map(|(at, known)| filter_item(known.slug, known.plural, exported(at))).collect();
    let narrow: String = collections(&world).map(|(_, known)| popup_item(known.slug, known.plural)).collect();
    let main = format!(
        "<main class=\"tm-main\">\n<div class=\"tm-main-filters\">\n{wide}</div>\n<div class=\"tm-popup-filters\">\n{narrow}</div>\n</main>"
    );
    framed(&outside, &headers, "gifts", "", &main)
}
