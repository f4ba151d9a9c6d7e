//! Where a gift lives, who says so, and who says otherwise.

use std::sync::Arc;

use async_graphql::{Object, SimpleObject};
use domain::{GiftId, holding::Place, lot::Register};

use super::{event::evidence_url, gift::since, market::Market, words::Custody};
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, Position},
};

/// Where a gift lives, by the latest telling.
pub(crate) struct GiftCustody {
    reading: Arc<Reading>,
    gift: GiftId,
    place: Register<Place>,
}

impl GiftCustody {
    pub(crate) fn new(reading: &Arc<Reading>, gift: &GiftId, place: Register<Place>) -> Self {
        Self { reading: Arc::clone(reading), gift: gift.clone(), place }
    }

    /// What open listings say, each market once.
    async fn claims_of_listings(&self) -> Result<Vec<CustodyClaim>, Fault> {
        let rows = self.reading.gift_listings(&self.gift).await?;
        let mut claims: Vec<CustodyClaim> = Vec::new();
        for row in rows.iter() {
            let Some(kind) = row.custody.as_deref().and_then(Custody::of_word) else { continue };
            let (source, _) = row.leader();
            let position = row.details_position.unwrap_or(row.ask_position);
            // With whom it is: only a market's own custody is with that market.
            let custodian = if kind == Custody::Market { row.market.as_str() } else { "" };
            let place = &self.place.value;
            let agrees = kind == Custody::of_domain(place.custody)
                && (kind != Custody::Market || custodian == place.market.as_str());
            if claims.iter().all(|claim| claim.key != (kind, row.market.clone())) {
                claims.push(CustodyClaim {
                    kind,
                    market: Market::new(&self.reading, &row.market),
                    source: Market::new(&self.reading, source),
                    position: Position(position),
                    evidence_url: evidence_url(position),
                    agrees,
                    key: (kind, row.market.clone()),
                });
            }
        }
        Ok(claims)
    }
}

/// Where a gift lives, by the latest telling of any source; older words that still stand on open listings are beside it as `claims`.
#[Object]
impl GiftCustody {
    /// Account, market or chain.
    async fn kind(&self) -> Custody {
        Custody::of_domain(self.place.value.custody)
    }

    /// The market that says so; the custodian where `kind` is `MARKET`.
    async fn market(&self) -> Market {
        Market::new(&self.reading, self.place.value.market.as_str())
    }

    /// When that was told, by the source's clock. Null when it was told by a page without times.
    async fn since(&self) -> Option<DateTime> {
        since(&self.place)
    }

    /// Position of the event that told it.
    async fn position(&self) -> Position {
        Position(self.place.position)
    }

    /// Where its evidence can be downloaded, below this server's address.
    async fn evidence_url(&self) -> String {
        evidence_url(self.place.position)
    }

    /// What each open listing of it says of where it lives.
    async fn claims(&self) -> async_graphql::Result<Vec<CustodyClaim>> {
        Ok(self.claims_of_listings().await?)
    }

    /// A sentence where an open listing contradicts the latest telling: a gift can be in one place only. Null while none does.
    async fn conflict(&self) -> async_graphql::Result<Option<String>> {
        let claims = self.claims_of_listings().await?;
        let word = |kind: Custody, market: &Market| match kind {
            Custody::Account => "in its owner's account".to_owned(),
            Custody::Market => format!("with {}", market.display_name()),
            Custody::Chain => "on TON".to_owned(),
        };
        let others: Vec<String> = claims
            .iter()
            .filter(|claim| !claim.agrees)
            .map(|claim| {
                format!("{} lists it as {}", claim.market.display_name(), word(claim.kind, &claim.market))
            })
            .collect();
        let place = &self.place.value;
        let market = Market::new(&self.reading, place.market.as_str());
        let now = word(Custody::of_domain(place.custody), &market);
        let source = market.display_name();
        Ok((!others.is_empty())
            .then(|| format!("The latest word, {source}'s, is that it is {now}; {}.", others.join(", "))))
    }
}

/// What an open listing says of where the gift lives.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct CustodyClaim {
    /// Account, market or chain.
    kind: Custody,
    /// The market whose listing it is; the custodian where `kind` is `MARKET`.
    market: Market,
    /// Whose word leads there.
    source: Market,
    /// Position of the event that told it.
    position: Position,
    /// Where its evidence can be downloaded, below this server's address.
    evidence_url: String,
    /// Whether it fits the latest telling.
    agrees: bool,
    #[graphql(skip)]
    key: (Custody, String),
}
