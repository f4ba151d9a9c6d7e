//! Rates and quarantines.

use domain::{Fact, LoggedEvent};
use sqlx::PgConnection;

use super::FoldFault;

/// Rates: the latest in log order per source and pair.
pub(in crate::fold) async fn rates(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<(), FoldFault> {
    for logged in events {
        let Fact::RateObserved { base, rate_micros, quote } = &logged.event.fact else { continue };
        let source = logged.event.market.as_str();
        sqlx::query!(
            "update market.rates set to_position = $4 where source = $1 and base = $2 and quote = $3 and to_position is null",
            source,
            base.code(),
            quote.code(),
            logged.position
        )
        .execute(&mut *connection)
        .await?;
        sqlx::query!(
            "insert into market.rates (from_position, source, base, quote, rate_micros, at_us) values ($1, $2, $3, $4, $5, $6)",
            logged.position,
            source,
            base.code(),
            quote.code(),
            rate_micros,
            logged.event.key.at_us
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Quarantines: from the event that says so until the one that releases, or replaces the reason.
pub(in crate::fold) async fn quarantines(
    connection: &mut PgConnection,
    events: &[LoggedEvent],
) -> Result<(), FoldFault> {
    for logged in events {
        let (begin, end) = match &logged.event.fact {
            Fact::MarketQuarantined { path, why } => (Some((path, why)), true),
            Fact::MarketReleased => (None, true),
            _ => (None, false),
        };
        if !end {
            continue;
        }
        let market = logged.event.market.as_str();
        sqlx::query!(
            "update market.quarantines set to_position = $2 where market = $1 and to_position is null",
            market,
            logged.position
        )
        .execute(&mut *connection)
        .await?;
        if let Some((path, why)) = begin {
            sqlx::query!(
                "insert into market.quarantines (from_position, market, path, why) values ($1, $2, $3, $4)",
                logged.position,
                market,
                path,
                why
            )
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}
