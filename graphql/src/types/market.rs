//! Markets: what is said of them, what is not covered, and how they stand now.

use std::sync::Arc;

use async_graphql::{Enum, Object, SimpleObject};
use store::read::{MarketRow, UnknownFieldRow};

use super::picture::Picture;
use crate::{
    reading::Reading,
    refusal::Fault,
    scalar::{DateTime, MarketName, clamp_seconds},
};

/// A market as of a reading.
pub(crate) struct Market {
    reading: Arc<Reading>,
    id: String,
}

impl Market {
    pub(crate) fn new(reading: &Arc<Reading>, id: &str) -> Self {
        Self { reading: Arc::clone(reading), id: id.to_owned() }
    }

    /// The name people know; the id where nothing is said of the market.
    pub(crate) fn display_name(&self) -> String {
        self.reading.state.markets.get(&self.id).map_or_else(|| self.id.clone(), |info| info.name.to_owned())
    }
}

/// A place where gifts trade, or another source of the log.
#[Object]
impl Market {
    /// Its id.
    async fn id(&self) -> async_graphql::Result<MarketName> {
        Ok(MarketName(domain::MarketId::parse(&self.id).map_err(Fault::internal)?))
    }

    /// The name people know, as in `GetGems`.
    async fn name(&self) -> String {
        self.display_name()
    }

    /// Whether it is a place to buy on, or a witness of what stands on TON. Null for a source that is neither, such as one of rates.
    async fn kind(&self) -> Option<SourceKind> {
        self.reading.state.markets.get(&self.id).map(|info| info.kind.into())
    }

    /// Its site. Null for a source that is no market.
    async fn site_url(&self) -> Option<&str> {
        self.reading.state.markets.get(&self.id).map(|info| info.site_url)
    }

    /// Our own budget: it is asked at most so often. It stays within what its operators document, or what others have measured where they document nothing. Null for a source that is no market.
    async fn request_budget(&self) -> Option<RequestBudget> {
        let budget = self.reading.state.markets.get(&self.id)?.budget;
        Some(RequestBudget {
            requests: i32::try_from(budget.requests).unwrap_or(i32::MAX),
            window_seconds: i32::try_from(budget.window_ms / 1_000).unwrap_or(i32::MAX),
        })
    }

    /// What is gathered from it, one sentence each.
    async fn covers(&self) -> Vec<&str> {
        self.reading.state.markets.get(&self.id).map(|info| info.covers.to_vec()).unwrap_or_default()
    }

    /// What exists there and is not gathered, one sentence each.
    async fn not_covered(&self) -> Vec<&str> {
        self.reading.state.markets.get(&self.id).map(|info| info.not_covered.to_vec()).unwrap_or_default()
    }

    /// How it stands now, whatever `asOf` was asked for. Null when no worker has looked at it yet.
    async fn status(&self) -> async_graphql::Result<Option<MarketStatus>> {
        let row = self.reading.market(&self.id).await?;
        Ok(row.map(|row| MarketStatus::of(&self.reading, row)))
    }

    /// How many of its listings are open now, whoever shows them, whatever `asOf` was asked for.
    async fn listings_count(&self) -> async_graphql::Result<i32> {
        Ok(i32::try_from(self.reading.open_listings(&self.id).await?).unwrap_or(i32::MAX))
    }

    /// How old the picture of each of its collections is now, whatever `asOf` was asked for, by slug. A collection whose first scan is not
    /// complete is not among them.
    async fn pictures(&self) -> async_graphql::Result<Vec<Picture>> {
        let rows = self.reading.pictures().await?;
        let of_this = rows.iter().filter(|row| row.market == self.id);
        Ok(of_this.map(|row| Picture::new(&self.reading, row.clone())).collect())
    }

    /// Fields on its pages that we do not know, newest first: what they tell is not shown here, and nothing that is shown depends on them.
    async fn unknown_fields(
        &self,
        #[graphql(default = 100, desc = "At most so many, 1 to 1000.")] first: i32,
    ) -> async_graphql::Result<Vec<UnknownField>> {
        let at_most = i64::from(first.clamp(1, 1_000));
        let rows = store::read::unknown_fields(&self.reading.state.pool, &self.id, at_most)
            .await
            .map_err(Fault::from)?;
        Ok(rows.into_iter().map(UnknownField::of).collect())
    }

    /// How many open listings its own pages show now, whosever they are, whatever `asOf` was asked for: GetGems shows Fragment's too, a reader of the chain has none of its own.
    async fn shown_count(&self) -> async_graphql::Result<i32> {
        Ok(i32::try_from(self.reading.shown_lots(&self.id).await?).unwrap_or(i32::MAX))
    }

    /// The quarantine in force as of the answer's position. Null while its pages can be read.
    async fn quarantine(&self) -> async_graphql::Result<Option<Quarantine>> {
        Ok(self.reading.quarantine(&self.id).await?.map(|row| Quarantine {
            path: row.path,
            why: row.why,
            since: DateTime(row.since_us),
            position: crate::scalar::Position(row.from_position),
        }))
    }
}

/// A field on a market's pages that we do not know.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct UnknownField {
    /// JSON path of the field, indexes as `*`.
    path: String,
    /// How often it stood on a page.
    seen: i32,
    /// When it was first counted.
    first_seen_at: DateTime,
    /// When it was last counted.
    last_seen_at: DateTime,
}

impl UnknownField {
    fn of(row: UnknownFieldRow) -> Self {
        let UnknownFieldRow { path, seen, first_seen_at_us, last_seen_at_us } = row;
        Self {
            path,
            seen: i32::try_from(seen).unwrap_or(i32::MAX),
            first_seen_at: DateTime(first_seen_at_us),
            last_seen_at: DateTime(last_seen_at_us),
        }
    }
}

/// What a source is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::SourceKind")]
pub(crate) enum SourceKind {
    /// A place to buy on.
    Market,
    /// A witness of what stands on TON: it shows the listings of others and sells nothing itself.
    Chain,
}

/// How often a market is asked at most.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct RequestBudget {
    /// So many requests ...
    requests: i32,
    /// ... in so many seconds.
    window_seconds: i32,
}

/// A time during which a market's pages cannot be read: its listings stay, marked stale.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct Quarantine {
    /// JSON pointer of the place that broke.
    path: String,
    /// What was expected and what stood there.
    why: String,
    /// Since when, by the database's clock.
    since: DateTime,
    /// Position of the event that says so.
    position: crate::scalar::Position,
}

/// How a market stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum MarketState {
    /// Its first picture is being gathered.
    Starting,
    /// Its pages come and can be read.
    Ok,
    /// It failed or asked for time; it is tried again.
    BackingOff,
    /// Its pages have a shape we do not know; its listings are stale.
    Quarantined,
    /// It refuses us until an operator acts.
    Refused,
    /// No worker runs.
    Stopped,
}

impl MarketState {
    fn of_word(word: &str) -> Self {
        match word {
            "ok" => Self::Ok,
            "backing_off" => Self::BackingOff,
            "quarantined" => Self::Quarantined,
            "refused" => Self::Refused,
            "stopped" => Self::Stopped,
            _ => Self::Starting,
        }
    }
}

/// How a market stands now. Times by the database's clock.
#[derive(SimpleObject)]
#[graphql(serial)]
pub(crate) struct MarketStatus {
    /// In a word.
    state: MarketState,
    /// Since when.
    since: DateTime,
    /// Why, for a reader. Null while nothing is wrong.
    reason: Option<String>,
    /// JSON pointer of what broke, for a quarantine.
    path: Option<String>,
    /// When an answer of it was last read in full. Null before the first.
    checked_at: Option<DateTime>,
    /// Seconds since then.
    age_seconds: Option<i32>,
    /// When it last answered without a fault.
    last_ok_at: Option<DateTime>,
    /// When it last failed.
    last_fault_at: Option<DateTime>,
    /// How it last failed.
    last_fault: Option<String>,
    /// Faults since the last answer that could be read.
    faults_in_a_row: i32,
    /// When it is tried next. Null while it is not waiting.
    next_attempt_at: Option<DateTime>,
    /// Parts of the market that are scanned separately.
    scopes_total: i32,
    /// Parts whose first scan is complete: only of these is absence known.
    scopes_done: i32,
    /// The oldest happening that was read of its history so far. Null before the first.
    history_from: Option<DateTime>,
    /// Whether its history was read back to the configured depth, or to its beginning.
    history_is_done: bool,
    /// Part of `requestBudget` that is used, in thousandths: halved whenever it asks for time, raised a little with each answer; 125 to 1000.
    request_share_per_mille: i32,
    /// The market itself has asked for time until then. Null while it has not.
    held_until: Option<DateTime>,
    /// Distinct fields on its pages that we do not know.
    unknown_fields: i32,
}

impl MarketStatus {
    fn of(reading: &Reading, row: MarketRow) -> Self {
        let MarketRow {
            market: _,
            state,
            state_since_us,
            reason,
            path,
            checked_at_us,
            last_ok_at_us,
            last_fault_at_us,
            last_fault,
            faults_in_a_row,
            next_attempt_at_us,
            scopes_total,
            scopes_done,
            history_from_us,
            history_is_done,
            request_share_per_mille,
            held_until_us,
            unknown_fields,
        } = row;
        let count = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            state: MarketState::of_word(&state),
            since: DateTime(state_since_us),
            reason,
            path,
            checked_at: checked_at_us.map(DateTime),
            age_seconds: checked_at_us.map(|at_us| clamp_seconds(reading.now_us() - at_us)),
            last_ok_at: last_ok_at_us.map(DateTime),
            last_fault_at: last_fault_at_us.map(DateTime),
            last_fault,
            faults_in_a_row: count(faults_in_a_row),
            next_attempt_at: next_attempt_at_us.map(DateTime),
            scopes_total: count(scopes_total),
            scopes_done: count(scopes_done),
            history_from: history_from_us.map(DateTime),
            history_is_done,
            request_share_per_mille: count(request_share_per_mille),
            held_until: held_until_us.filter(|until_us| *until_us > reading.now_us()).map(DateTime),
            unknown_fields: count(unknown_fields),
        }
    }
}

/// A place where gifts trade that is not gathered at all.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(serial)]
pub(crate) struct NotCovered {
    /// Its name.
    pub(crate) name: &'static str,
    /// Why not, and what that means for the numbers shown here.
    pub(crate) why: &'static str,
}

/// Places that are known and not gathered, each with the id under which it would be registered.
const KNOWN_PLACES: [(&str, NotCovered); 6] = [
    (
        "telegram",
        NotCovered {
            name: "Telegram's own resale market",
            why: "it is served only to signed-in Telegram clients; floors and listings here do not include it",
        },
    ),
    ("getgems", NotCovered { name: "GetGems", why: "no worker of this server gathers it" }),
    ("mrkt", NotCovered { name: "MRKT", why: "no worker of this server gathers it" }),
    (
        "fragment",
        NotCovered {
            name: "Fragment",
            why: "no worker of this server gathers it; its listings are seen only as far as another market repeats them",
        },
    ),
    ("tonnel", NotCovered { name: "Tonnel", why: "no worker of this server gathers it" }),
    ("portals", NotCovered { name: "Portals", why: "no worker of this server gathers it" }),
];

/// The known places without those that are gathered.
pub(crate) fn not_covered(is_gathered: impl Fn(&str) -> bool) -> Vec<NotCovered> {
    KNOWN_PLACES.iter().filter(|(id, _)| !is_gathered(id)).map(|(_, place)| place.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gathered_is_not_listed_as_missing() {
        let names = |gathered: &[&str]| -> Vec<_> {
            not_covered(|id| gathered.contains(&id)).into_iter().map(|place| place.name).collect()
        };
        assert!(names(&["getgems", "mrkt"]).contains(&"Telegram's own resale market"));
        assert!(!names(&["getgems", "mrkt"]).contains(&"GetGems"));
        assert!(names(&[]).contains(&"MRKT"));
    }
}
