//! Writes what a fold changed, a statement or two per table whatever the count: new rows by COPY, others by `unnest` over columns.

mod auctions;
mod catalog;
mod gifts;
mod lots;
mod offers;
mod sales;
mod trades;
mod versions;

use sqlx::PgConnection;

use super::{FoldFault, Touched};

pub(super) use catalog::catalog;
pub(super) use trades::{quarantines, rates};

/// Gifts, lots and their versions. Ends of stored versions come first: a unique index allows one open version each.
pub(super) async fn flush(connection: &mut PgConnection, touched: &Touched) -> Result<(), FoldFault> {
    gifts::gifts(connection, touched).await?;
    lots::lots(connection, touched).await?;
    versions::end_listings(connection, touched).await?;
    versions::begin_listings(connection, touched).await?;
    auctions::auctions(connection, touched).await?;
    offers::offers(connection, touched).await?;
    versions::holdings(connection, touched).await?;
    sales::sales(connection, touched).await?;
    Ok(())
}
