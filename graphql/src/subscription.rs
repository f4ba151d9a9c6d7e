//! The subscription root. A stream is the same code in all its uses: alone (catch up, then follow), as a shared topic (follow only),
//! or as one subscriber's catch-up up to the topic's position.

mod events;
mod floors;
mod mode;
mod push;

use std::sync::Arc;

use async_graphql::{Context, Subscription};
use futures_util::{Stream, TryStreamExt as _, stream::BoxStream};
pub(crate) use mode::{CatchUp, Follow, FollowFeed, GoOnBehind, Mode, Noted, Reflected};
pub(crate) use push::ReloadReason;
use push::{EventsPush, FloorsPush};

use crate::{
    input::{EventFilter, FloorFilter},
    refusal::Fault,
    scalar::Cursor,
    state::ApiState,
    tail::HeadNow,
};

/// The subscription root.
pub(crate) struct SubscriptionRoot;

fn parts(ctx: &Context<'_>) -> Result<(ApiState, Mode), Fault> {
    let state =
        ctx.data::<ApiState>().map_err(|error| Fault::internal(std::io::Error::other(error.message)))?;
    Ok((state.clone(), ctx.data_opt::<Mode>().cloned().unwrap_or_default()))
}

/// Where to go on: what was told beside the operation, else the argument.
fn place(ctx: &Context<'_>, after: Option<Cursor>) -> Option<Cursor> {
    ctx.data_opt::<GoOnBehind>().map(|told| told.0.clone()).or(after)
}

/// Notes of each item as it is given out what it reflects and where it ends; of one that reflects nothing of its own, where the log was
/// last seen to end.
fn noting<T: Send + 'static>(
    ctx: &Context<'_>,
    state: ApiState,
    pushes: Pushes<T>,
    of: impl Fn(&T) -> Option<(Option<HeadNow>, Cursor)> + Send + 'static,
) -> Pushes<T> {
    let reflected = ctx.data_opt::<Arc<Reflected>>().cloned().unwrap_or_default();
    let field = ctx.field();
    let field = field.alias().unwrap_or(field.name()).to_owned();
    Box::pin(pushes.inspect_ok(move |push| {
        let (head, cursor) = of(push).map_or((None, None), |(head, cursor)| (head, Some(cursor)));
        reflected.note(&field, Noted { head: head.unwrap_or_else(|| state.last_head()), cursor });
    }))
}

/// Everything that can be followed: over the WebSocket `/graphql/ws` by the protocol graphql-transport-ws, or as server-sent events at
/// `/graphql/sse`, where the id of an event is the cursor to go on behind.
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// The log's events in order. The first message comes at once and tells where the stream begins; keep the latest cursor and
    /// give it as `after` to go on later without loss or repeat, or to be told to reload.
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<EventFilter>,
        #[graphql(desc = "Go on behind this cursor, of an event or of a message; from now on if absent.")]
        after: Option<Cursor>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<EventsPush>> + use<>> {
        let (state, mode) = parts(ctx)?;
        let pushes =
            events::stream(state.clone(), mode, filter.unwrap_or_default().of_store(), place(ctx, after))?;
        Ok(noting(ctx, state, pushes, |push| match push {
            EventsPush::Batch(batch) => Some((batch.reading.head, batch.end())),
            EventsPush::Reload(_) => None,
        }))
    }

    /// Floors: first all that the filter finds, then those that change, each with its latest value alone. Keep the latest cursor
    /// and give it as `after` to receive only what changed since, or to be told to reload.
    async fn floors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if absent.")] filter: Option<FloorFilter>,
        #[graphql(desc = "Go on behind this cursor of an earlier message; the whole picture if absent.")]
        after: Option<Cursor>,
    ) -> async_graphql::Result<impl Stream<Item = async_graphql::Result<FloorsPush>> + use<>> {
        let (state, mode) = parts(ctx)?;
        let pushes =
            floors::stream(state.clone(), mode, filter.unwrap_or_default().of_store()?, place(ctx, after))?;
        Ok(noting(ctx, state, pushes, |push| match push {
            FloorsPush::Batch(batch) => Some((batch.reading.head, batch.end())),
            FloorsPush::Reload(_) => None,
        }))
    }
}

/// What a stream of a subscription yields.
type Pushes<T> = BoxStream<'static, async_graphql::Result<T>>;

/// A stream that ends after one item.
fn just<T: Send + 'static>(item: T) -> Pushes<T> {
    Box::pin(futures_util::stream::once(std::future::ready(Ok(item))))
}

/// A reading of now at a position of the log.
fn reading_at(state: &ApiState, position: i64) -> Arc<crate::reading::Reading> {
    let head = HeadNow { position, read_at_us: state.last_head().read_at_us };
    crate::reading::Reading::new(state.clone(), position, Some(head))
}
