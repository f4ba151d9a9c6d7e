//! One subscription of one socket, as a stream of messages: first its own way up to the shared topic's position, then the topic's
//! bytes. Between the two nothing is lost and nothing repeated, because the topic was joined before the way up began.

use std::sync::Arc;

use async_graphql::{Response, parser::types::OperationType};
use futures_util::{Stream, StreamExt as _, stream, stream::BoxStream};
use tokio::sync::broadcast::error::RecvError;

use super::{
    frame::{Frame, QuotedId},
    share::{TopicKey, is_plain, shareable, topic_of},
    topic::{Hub, ItemEnd, Joined, TopicItem},
};
use crate::{
    limits::{Admitted, RawRequest},
    refusal::{Refusal, RefusalCode, finish_errors},
    schema::{Engine, request_id},
    subscription::{CatchUp, Mode, ReloadReason},
};

/// Ways up that may fail because the topic moved too fast meanwhile, before the subscriber is told to reload.
const CATCH_UPS_MAX: u32 = 3;

/// The messages of one subscription, to the last.
pub(super) fn messages(
    engine: Arc<Engine>,
    hub: Arc<Hub>,
    id: &str,
    raw: RawRequest,
) -> impl Stream<Item = Frame> + Send + use<> {
    let id = QuotedId::new(id);
    let messages = stream::once(async move {
        let admitted = match engine.admit(raw) {
            Ok(admitted) => admitted,
            Err(refusal) => return one(refused(&id, refusal)),
        };
        match admitted.kind {
            Some(OperationType::Subscription) => subscription(engine, hub, id, admitted).await,
            Some(OperationType::Mutation) => {
                let refusal =
                    Refusal::new(RefusalCode::WrongTransport, "mutations are sent by POST to /graphql");
                one(refused(&id, refusal))
            }
            Some(OperationType::Query) | None => query(&engine, &id, admitted).await,
        }
    });
    messages.flatten()
}

fn one(frame: Frame) -> BoxStream<'static, Frame> {
    Box::pin(stream::iter([frame]))
}

fn refused(id: &QuotedId, refusal: Refusal) -> Frame {
    let errors = [refusal.into_server_error()];
    id.error(&serde_json::to_string(&errors).unwrap_or_default())
}

/// A single answer over the socket, as the protocol allows.
async fn query(engine: &Engine, id: &QuotedId, admitted: Admitted) -> BoxStream<'static, Frame> {
    let request_id = request_id();
    let response = match engine.frame(&request_id).await {
        Ok(frame) => engine.execute(admitted.into_request(), &frame, &request_id).await,
        Err(response) => response,
    };
    if is_request_error(&response) {
        return one(id.error(&serde_json::to_string(&response.errors).unwrap_or_default()));
    }
    let payload = serde_json::to_string(&response).unwrap_or_default();
    Box::pin(stream::iter([id.next(&payload), id.complete()]))
}

async fn subscription(
    engine: Arc<Engine>,
    hub: Arc<Hub>,
    id: QuotedId,
    admitted: Admitted,
) -> BoxStream<'static, Frame> {
    let name = admitted.raw.operation_name.as_deref();
    if !is_plain(&admitted.document, name) {
        let what = "the field of a subscription stands in the operation itself, not in a fragment; fragments may be used below it";
        return one(refused(&id, Refusal::new(RefusalCode::BadRequest, what)));
    }
    let Some(shared) = shareable(&admitted.document, name, &engine.shape) else {
        return alone(&engine, id, admitted);
    };
    let (key, shared_raw) = topic_of(&admitted.raw, &admitted.document, &shared);
    let joined = match hub.join(key, &shared.field, &shared_raw).await {
        Ok(joined) => joined,
        Err(refusal) => return one(refused(&id, refusal)),
    };
    let own = Own { key, field: shared.field, raw: admitted.raw, shared_raw };
    let mut subscriber = Subscriber { engine, hub, id, own, phase: Phase::Done, catch_ups: 0 };
    subscriber.phase = subscriber.catch_up(joined, None, None);
    Box::pin(stream::unfold(subscriber, |mut subscriber| async move {
        let frame = subscriber.next().await?;
        Some((frame, subscriber))
    }))
}

/// The stock path: executed for this subscriber alone.
fn alone(engine: &Engine, id: QuotedId, admitted: Admitted) -> BoxStream<'static, Frame> {
    let answers = engine.execute_stream(admitted.into_request(), Mode::Alone);
    let last = id.complete();
    let frames = answers.map(move |response| answer(&id, response)).chain(stream::iter([last]));
    // An error ends the subscription by itself: no "complete" may follow.
    Box::pin(frames.scan(false, |has_ended, frame| {
        let goes_on = !*has_ended;
        *has_ended |= frame.is_last;
        std::future::ready(goes_on.then_some(frame))
    }))
}

fn is_request_error(response: &Response) -> bool {
    response.data == async_graphql::Value::Null && !response.errors.is_empty()
}

fn answer(id: &QuotedId, mut response: Response) -> Frame {
    finish_errors(&mut response.errors, &request_id());
    if is_request_error(&response) {
        return id.error(&serde_json::to_string(&response.errors).unwrap_or_default());
    }
    id.next(&serde_json::to_string(&response).unwrap_or_default())
}

enum Phase {
    /// On its own way up to the topic's position.
    CatchUp {
        answers: BoxStream<'static, Response>,
        catch_up: Arc<CatchUp>,
        joined: Joined,
    },
    /// With the topic; everything up to `reached` has been sent.
    Tail {
        joined: Joined,
        reached: i64,
    },
    /// One more message.
    Last(Frame),
    Done,
}

/// What a subscriber asked for, and the topic that serves it.
struct Own {
    key: TopicKey,
    field: String,
    raw: RawRequest,
    shared_raw: RawRequest,
}

struct Subscriber {
    engine: Arc<Engine>,
    hub: Arc<Hub>,
    id: QuotedId,
    own: Own,
    phase: Phase,
    /// Ways up since the last message of the topic.
    catch_ups: u32,
}

impl Subscriber {
    /// The way up from `from` (the subscriber's `after`, if `None`) to `to` (the topic's position, if `None`).
    fn catch_up(&mut self, joined: Joined, from: Option<i64>, to: Option<i64>) -> Phase {
        self.catch_ups += 1;
        let catch_up = CatchUp::new(from, to.unwrap_or(joined.from));
        let answers = self.execute(Mode::CatchUp(Arc::clone(&catch_up)));
        Phase::CatchUp { answers, catch_up, joined }
    }

    fn execute(&self, mode: Mode) -> BoxStream<'static, Response> {
        match self.engine.admit(self.own.raw.clone()) {
            Ok(admitted) => self.engine.execute_stream(admitted.into_request(), mode),
            // It was admitted before, and the limits do not change.
            Err(_) => Box::pin(stream::empty()),
        }
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Done) {
                Phase::Done => return None,
                Phase::Last(frame) => return Some(frame),
                Phase::CatchUp { mut answers, catch_up, joined } => match answers.next().await {
                    Some(response) => {
                        let frame = answer(&self.id, response);
                        if !frame.is_last {
                            self.phase = Phase::CatchUp { answers, catch_up, joined };
                        }
                        return Some(frame);
                    }
                    None if catch_up.has_reloaded() => return Some(self.id.complete()),
                    None => self.phase = Phase::Tail { joined, reached: catch_up.reached() },
                },
                Phase::Tail { mut joined, reached } => match joined.items.recv().await {
                    Ok(item) => {
                        if let Some(frame) = self.take(&item, joined, reached).await {
                            return Some(frame);
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        if let Some(frame) = self.lag(joined, reached).await {
                            return Some(frame);
                        }
                    }
                    Err(RecvError::Closed) => return Some(self.id.complete()),
                },
            }
        }
    }

    /// An item of the topic: passed on, passed over, or fetched anew where it begins before what has been sent.
    async fn take(&mut self, item: &TopicItem, joined: Joined, reached: i64) -> Option<Frame> {
        match item.end {
            ItemEnd::Closed => return Some(self.id.complete()),
            ItemEnd::Failed => {
                self.phase = Phase::Last(self.id.complete());
                return Some(self.id.next(item.payload.as_str()));
            }
            ItemEnd::Reload if joined.topic.is_state => return self.begin_anew(reached).await,
            ItemEnd::Reload => {
                self.phase = Phase::Last(self.id.complete());
                return Some(self.id.next(item.payload.as_str()));
            }
            ItemEnd::Open => {}
        }
        if item.to <= reached {
            self.phase = Phase::Tail { joined, reached };
            return None;
        }
        if item.from < reached {
            self.phase = self.catch_up(joined, Some(reached), Some(item.to));
            return None;
        }
        self.catch_ups = 0;
        self.phase = Phase::Tail { joined, reached: item.to };
        Some(self.id.next(item.payload.as_str()))
    }

    /// The topic ended because it could not be followed: the latest values are sent, then the new topic's.
    async fn begin_anew(&mut self, reached: i64) -> Option<Frame> {
        match self.hub.join(self.own.key, &self.own.field, &self.own.shared_raw).await {
            Ok(joined) => {
                self.phase = self.catch_up(joined, Some(reached), None);
                None
            }
            Err(refusal) => Some(refused(&self.id, refusal)),
        }
    }

    /// Too far behind the topic. Where only the latest values count they are sent; else the subscriber is told to reload, unless
    /// it was still on its way up, which is our slowness and not its own.
    async fn lag(&mut self, mut joined: Joined, reached: i64) -> Option<Frame> {
        let is_on_its_way = (1..=CATCH_UPS_MAX).contains(&self.catch_ups);
        if joined.topic.is_state || is_on_its_way {
            joined.join_again();
            self.phase = self.catch_up(joined, Some(reached), None);
            return None;
        }
        let mut answers = self.execute(Mode::Reload(ReloadReason::Lagged));
        match answers.next().await {
            Some(response) => {
                self.phase = Phase::Last(self.id.complete());
                Some(answer(&self.id, response))
            }
            None => Some(self.id.complete()),
        }
    }
}
