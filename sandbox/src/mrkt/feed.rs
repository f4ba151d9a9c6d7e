//! The feed: every event, newest first, in pages that never overlap.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    ask,
    auth::SignedInAs,
    bad,
    gift::{Shown, gift},
    ids,
    saling::{Body, COUNT_MAX, Names},
    shelf,
    wire::{Event, Feed},
};
use crate::{
    fault::pages::Rows,
    outside::Outside,
    serve::list::{Asked, iso, row},
    world::{Happening, Kind, World},
};

/// The words of the `type` filter. Nobody sells by lot in this world, so `lucky_buy` finds nothing.
const WORDS: [&str; 5] = ["sale", "listing", "change_price", "unlisting", "lucky_buy"];

#[derive(Debug, Deserialize)]
struct Question {
    count: u64,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default, rename = "type")]
    types: Vec<String>,
    #[serde(default)]
    ordering: Option<String>,
    #[serde(flatten)]
    names: Names,
}

fn read(body: serde_json::Map<String, Value>) -> Result<Question, String> {
    let question: Question =
        serde_json::from_value(Value::Object(body)).map_err(|fault| fault.to_string())?;
    if question.count == 0 {
        return Err("count must be positive".to_owned());
    }
    if question.ordering.as_deref().is_some_and(|ordering| ordering != "Latest") {
        return Err("ordering must be Latest".to_owned());
    }
    match question.types.iter().find(|word| !WORDS.contains(&word.as_str())) {
        Some(word) => Err(format!("type {word} is unknown")),
        None => Ok(question),
    }
}

/// The feed's word for a happening; `None` for what it does not tell.
pub(super) fn word(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Listed => Some("listing"),
        Kind::Repriced => Some("change_price"),
        Kind::Cancelled => Some("unlisting"),
        Kind::Sold => Some("sale"),
        Kind::AuctionStarted | Kind::AuctionCancelled | Kind::Transferred | Kind::Exported => None,
    }
}

pub(super) async fn page(
    State(outside): State<Arc<Outside>>,
    Extension(asked): Extension<Asked>,
    user: SignedInAs,
    body: Body,
) -> Response {
    let Ok(Json(body)) = body else { return bad("the body is no JSON object") };
    let question = match read(body) {
        Ok(question) => question,
        Err(why) => return bad(&why),
    };
    let world = outside.world();
    let me = world.person_by_telegram(user.telegram_id).map(|person| person.index);
    let after = question.cursor.as_deref().filter(|cursor| !cursor.is_empty());
    let answer = asked.page(&outside, after, |after| events(&world, asked, &question, after, me));
    match answer {
        Ok(Rows { rows, cursor }) => {
            let items = rows.into_iter().map(|row| row.json).collect();
            Json(Feed { items, cursor }).into_response()
        }
        Err(why) => bad(why),
    }
}

/// Events older than the cursor's. The cursor is the last event's id, on the last page too; an empty page has none.
fn events(
    world: &World,
    asked: Asked,
    question: &Question,
    after: Option<&str>,
    me: Option<u32>,
) -> Result<Rows, &'static str> {
    let older = |text: &str| ids::sequence_of_event(world, Uuid::try_parse(text).ok()?);
    let below = after.map(|text| older(text).ok_or("cursor is invalid")).transpose()?;
    let count = usize::try_from(question.count).unwrap_or(COUNT_MAX).min(COUNT_MAX);
    let fits = |(_, happening): &(u64, &Happening)| {
        let word = word(happening.kind);
        let wanted =
            question.types.is_empty() || question.types.iter().any(|kind| Some(kind.as_str()) == word);
        word.is_some() && wanted && question.names.fit(world, happening.gift)
    };
    let newest = world.history(asked.market).below(below.unwrap_or(u64::MAX));
    let page: Vec<(u64, &Happening)> = newest.filter(fits).take(count).collect();
    let cursor = page.last().map(|(sequence, _)| ids::event(world, *sequence).to_string());
    let shelf = shelf(world, asked);
    let rows = page
        .iter()
        .map(|(sequence, happening)| row(&event(world, shelf, *sequence, happening, me), Some(*sequence)));
    Ok(Rows { rows: rows.collect(), cursor })
}

/// An event with its gift as it stood then.
fn event(world: &World, shelf: u8, sequence: u64, happening: &Happening, me: Option<u32>) -> Event {
    let amount = ask(happening.amount);
    let shown = Shown {
        on_sale: matches!(happening.kind, Kind::Listed | Kind::Repriced),
        price: amount,
        without_fee: if happening.kind == Kind::Listed { 0 } else { happening.amount },
        deposits: happening.deposits,
    };
    Event {
        kind: word(happening.kind).unwrap_or_default(),
        id: ids::event(world, sequence).to_string(),
        amount,
        date: iso(happening.at_us, 6),
        gift: gift(&world.view(happening.gift), shelf, me, shown),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_body_panics(name in "count|cursor|type|ordering|collectionNames", text in "\\PC{0,20}", number: i64) {
            for value in [Value::String(text.clone()), number.into(), Value::Null, Value::Array(vec![text.clone().into()])] {
                let _ = read([(name.clone(), value)].into_iter().collect());
            }
        }
    }
}
