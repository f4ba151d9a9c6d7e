//! Collections and attributes.

use domain::{Fact, LoggedEvent, Rarity};
use sqlx::PgConnection;

use super::FoldFault;
use crate::{fold::listings::per_mille, log::text};

/// Collections: the latest telling in log order; a telling without an address or a picture keeps the one known.
pub(in crate::fold) async fn catalog(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<(), FoldFault> {
    for logged in events {
        let Fact::CollectionSeen { slug, title, address, image_url } = &logged.event.fact else { continue };
        sqlx::query!(
            "insert into market.collections (slug, title, address, image_url, first_position, position) values ($1, $2, $3, $4, $5, $5)
             on conflict (slug) do update set title = excluded.title, address = coalesce(excluded.address, collections.address),
                image_url = coalesce(excluded.image_url, collections.image_url), position = excluded.position",
            slug.as_str(),
            title,
            address.as_deref(),
            image_url.as_deref(),
            logged.position
        )
        .execute(&mut *connection)
        .await?;
    }
    attributes(connection, events).await
}

async fn attributes(connection: &mut PgConnection, events: &[LoggedEvent]) -> Result<(), FoldFault> {
    let told: Vec<_> = events
        .iter()
        .flat_map(|logged| told_by(logged).into_iter().map(|told| (logged.position, told)))
        .collect();
    if told.is_empty() {
        return Ok(());
    }
    let slug: Vec<String> = told.iter().map(|(_, told)| told.0.clone()).collect();
    let kind: Vec<String> = told.iter().map(|(_, told)| told.1.to_owned()).collect();
    let name: Vec<String> = told.iter().map(|(_, told)| told.2.clone()).collect();
    let rarity: Vec<String> = told.iter().map(|(_, told)| rarity_text(told.3)).collect();
    let thousandths: Vec<Option<i64>> = told.iter().map(|(_, told)| per_mille(Some(told.3))).collect();
    let position: Vec<i64> = told.iter().map(|(position, _)| *position).collect();
    sqlx::query!(
        "insert into market.attributes (slug, kind, name, rarity, per_mille, first_position)
         select u.slug, u.kind, u.name, u.rarity, min(u.per_mille), min(u.position)
         from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[]) as u(slug, kind, name, rarity, per_mille, position)
         group by u.slug, u.kind, u.name, u.rarity
         on conflict do nothing",
        &slug,
        &kind,
        &name,
        &rarity,
        &thousandths as &[Option<i64>],
        &position
    )
    .execute(connection)
    .await?;
    Ok(())
}

type Told = (String, &'static str, String, Rarity);

/// Attributes with a rarity that an event tells: by itself, or beside a gift.
fn told_by(logged: &LoggedEvent) -> Vec<Told> {
    match (&logged.event.fact, &logged.event.gift) {
        (Fact::AttributeSeen { slug, attribute, name, rarity }, _) => {
            vec![(slug.as_str().to_owned(), attribute.as_str(), name.clone(), *rarity)]
        }
        (Fact::MetadataSeen { details, .. }, Some(gift)) => details
            .attributes
            .iter()
            .filter_map(|told| {
                told.rarity.map(|rarity| {
                    (gift.slug.as_str().to_owned(), told.kind.as_str(), told.name.clone(), rarity)
                })
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// A rarity as text: its number in per mille, or its tier's word.
fn rarity_text(rarity: Rarity) -> String {
    match rarity {
        Rarity::PerMille(value) => value.to_string(),
        tier => text(&tier),
    }
}
