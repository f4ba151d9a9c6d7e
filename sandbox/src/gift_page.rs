//! A gift's page on t.me, which exists for every gift: who owns it, its attributes with rarity, how many there are.
//!
//! No whole page was recorded; the markup is what six public parsers read (see `adapters/fixtures/telegram`), and a quoted head.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use domain::Custody;

use crate::{
    market::{Access, Endpoint, EndpointKind, Limit, Market, ask_is_price},
    outside::Outside,
    serve::{gate::html, list::decimal},
    world::{GiftView, World, friendly},
};

/// Its registration. Nobody knows a limit; ten pages a second are more than a reader asks for.
pub const MARKET: Market = Market {
    id: "telegram",
    base: "/t.me",
    shelves: &[],
    endpoints: &[Endpoint {
        name: "gift",
        route: "/nft/{name}",
        kind: EndpointKind::Other,
        items: "",
        required: &[],
    }],
    limit: Limit::Steady { every_ms: 100, burst: 10 },
    access: Access::Open,
    ask: ask_is_price,
    takes_offers: false,
    router: || Router::new().route("/nft/{name}", get(page)),
    over_limit: |_| html(StatusCode::TOO_MANY_REQUESTS),
    refusal: |status| html(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)),
    truth: None,
};

/// Names are compared without regard to case: clients write both `JackInTheBox-1` and `JackintheBox-1`.
fn find(world: &World, name: &str) -> Option<u32> {
    let (slug, number) = name.rsplit_once('-')?;
    world.find(world.catalog.by_slug(&slug.to_lowercase())?, number.parse().ok()?)
}

async fn page(State(outside): State<Arc<Outside>>, Path(name): Path<String>) -> Response {
    let world = outside.world();
    let body = match find(&world, &name) {
        Some(gift) => whole(&world.view(gift)),
        // The site answers with success and a page about nothing.
        None => frame("Telegram Messenger", "", ""),
    };
    Html(body).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn frame(title: &str, description: &str, main: &str) -> String {
    let (title, description) = (escape(title), escape(description));
    format!(
        "<!DOCTYPE html>\n<html>\n  <head>\n    <meta charset=\"utf-8\">\n    <meta property=\"og:title\" content=\"{title}\">\n    <meta property=\"og:description\" content=\"{description}\">\n  </head>\n  <body><div class=\"tgme_page\">\n{main}</div></body>\n</html>\n"
    )
}

/// Digits with a no-break space before every three.
fn grouped(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

fn whole(view: &GiftView<'_>) -> String {
    let traits = [("Model", view.model()), ("Backdrop", view.backdrop()), ("Symbol", view.symbol())];
    let description: String = traits.iter().map(|(kind, one)| format!("{kind}: {}\n", one.name)).collect();
    let rows: String = traits
        .iter()
        .map(|(kind, one)| {
            let percent = decimal(i64::from(one.per_mille), 1);
            format!("<tr><th>{kind}</th><td>{} <mark>{percent}%</mark></td></tr>\n", escape(one.name))
        })
        .collect();
    let most = grouped(view.collection.supply);
    let table = format!(
        "<table class=\"table tgme_gift_table\"><tbody>\n{}{rows}<tr><th>Quantity</th><td>{most}/{most} issued</td></tr>\n</tbody></table>\n",
        owner(view)
    );
    frame(&view.name(), &description, &table)
}

/// An address for what is on chain, a link for what an account shows, nothing for the third of accounts that hide, and the market's
/// account for what a market holds.
fn owner(view: &GiftView<'_>) -> String {
    let person = view.world.person(view.gift.owner);
    let cell = match view.custody() {
        Custody::Chain => {
            format!("<span class=\"tgme_gift_owner_address\">{}</span>", friendly(&person.address()))
        }
        Custody::Account if view.gift.owner.is_multiple_of(3) => return String::new(),
        Custody::Account => account(&person.username(), person.first_name()),
        Custody::Market => {
            let market = view.world.market_of(view.gift.shelf).map_or("", |market| market.id);
            account(&format!("{market}_bank"), market)
        }
    };
    format!("<tr><th>Owner</th><td>{cell}</td></tr>\n")
}

fn account(username: &str, name: &str) -> String {
    format!(
        "<a href=\"https://t.me/{username}\"><i class=\"tgme_gift_owner_photo bgcolor2\"></i><span dir=\"auto\">{}</span></a>",
        escape(name)
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::{Answer, open, options, send};

    async fn ask(running: &crate::Running, target: &str) -> Answer {
        let key = [("authorization", crate::getgems::API_KEY)];
        let key = if target.starts_with("/getgems") { &key[..] } else { &[] };
        send(running.address(), "GET", target, key, "").await.expect("an answer")
    }

    /// One gift, one world: what the owner does is seen by everybody who can see it, and by nobody else.
    #[tokio::test]
    async fn a_gift_leaves_a_market_is_exported_listed_and_seen_on_chain() {
        let running = open(options(4)).await;
        let lots = |market: &str| running.truth(market, &crate::TruthQuery::default()).unwrap().lots;
        let before: Vec<String> = lots("portals").iter().map(|lot| lot.gift.to_string()).collect();
        let name = running.export("portals", 5_000_000_000).expect("something is for sale on Portals");
        assert!(before.contains(&name));
        assert!(lots("portals").iter().all(|lot| lot.gift.to_string() != name), "it left");
        let shown = lots("getgems").into_iter().find(|lot| lot.gift.to_string() == name).unwrap();
        assert_eq!(shown.price.amount, 5_000_000_000);
        let address = shown.details.address.unwrap();

        let history = ask(&running, "/getgems/public-api/v1/nfts/history/gifts?limit=2").await.json();
        let kinds: Vec<&str> = history["response"]["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["typeData"]["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds, ["putUpForSale", "mint"], "newest first");
        let item = ask(&running, &format!("/tonapi/v2/nfts/{address}")).await.json();
        assert_eq!(item["sale"]["price"]["value"], "5000000000");
        assert_eq!(item["owner"]["address"], item["sale"]["address"], "the contract holds it");
        let items = ask(&running, &format!("/toncenter/api/v3/nft/items?address={address}")).await.json();
        let contract = items["nft_items"][0]["sale_contract_address"].as_str().unwrap().to_lowercase();
        assert_eq!(Value::from(contract), item["sale"]["address"]);
        let metadata = ask(&running, &format!("/fragment/nft/gift/{name}.json")).await;
        assert_eq!(metadata.status, 200, "the static host knows exported gifts");
        let page = ask(&running, &format!("/t.me/nft/{name}")).await.text();
        assert!(page.contains("tgme_gift_owner_address"), "{page}");
    }

    #[tokio::test]
    async fn a_page_without_a_gift_has_no_table() {
        let running = open(options(1)).await;
        for name in ["PlushPepe-999999999", "nothing", "x-1"] {
            let page = ask(&running, &format!("/t.me/nft/{name}")).await;
            assert_eq!((page.status, page.text().contains("tgme_gift_table")), (200, false), "{name}");
        }
    }
}
