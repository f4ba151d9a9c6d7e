//! One subscription of one subscriber, as a stream of messages: first its own way up to the shared topic's position, then the topic's
//! bytes. Between the two nothing is lost and nothing repeated, because the topic was joined before the way up began.

use std::sync::Arc;

use async_graphql::{Request, Response, parser::types::OperationType};
use futures_util::{Stream, StreamExt as _, stream, stream::BoxStream};
use tokio::sync::broadcast::error::RecvError;

use super::{
    Fanout,
    message::{Answer, Message},
    share::{TopicKey, is_plain, shareable, topic_of},
    topic::{Hub, ItemEnd, Joined, TopicItem},
};
use crate::{
    limits::{Admitted, RawRequest},
    refusal::{Refusal, RefusalCode, finish_errors},
    scalar::Cursor,
    schema::{Engine, Pushed, request_id},
    subscription::{CatchUp, GoOnBehind, Mode, ReloadReason},
};

/// Ways up that may fail because the topic moved too fast meanwhile, before the subscriber is told to reload.
const CATCH_UPS_MAX: u32 = 3;

/// The messages of one subscription.
pub(crate) type Messages = BoxStream<'static, Message>;

/// The messages of one operation, to the last; a refusal is the only one.
pub(crate) fn messages(fanout: Arc<Fanout>, raw: RawRequest) -> impl Stream<Item = Message> + Send + use<> {
    let messages = stream::once(async move {
        let begun = match fanout.engine.admit(raw) {
            Ok(admitted) => begin(&fanout, admitted, None).await,
            Err(refusal) => Err(refusal),
        };
        begun.unwrap_or_else(|refusal| one(Message::refused(refusal)))
    });
    messages.flatten()
}

/// One message and nothing else.
pub(crate) fn one(message: Message) -> Messages {
    Box::pin(stream::iter([message]))
}

/// The messages of an operation that may run, to the last. A subscription goes on behind `after`, which takes the place of its
/// argument of that name.
///
/// # Errors
/// A refusal before the first message: a mutation, a field in a fragment, too many topics, or no database.
pub(crate) async fn begin(
    fanout: &Fanout,
    admitted: Admitted,
    after: Option<Cursor>,
) -> Result<Messages, Refusal> {
    match admitted.kind {
        Some(OperationType::Subscription) => subscription(fanout, admitted, after).await,
        Some(OperationType::Mutation) => {
            Err(Refusal::new(RefusalCode::WrongTransport, "mutations are sent by POST to /graphql"))
        }
        Some(OperationType::Query) | None => Ok(query(&fanout.engine, admitted).await),
    }
}

/// A single answer, as both protocols allow.
async fn query(engine: &Engine, admitted: Admitted) -> Messages {
    let request_id = request_id();
    let response = match engine.frame(&request_id).await {
        Ok(frame) => engine.execute(admitted.into_request(), &frame, &request_id).await,
        Err(response) => response,
    };
    if is_request_error(&response) {
        return one(Message::failed(&response.errors));
    }
    let payload = serde_json::to_string(&response).unwrap_or_default();
    Box::pin(stream::iter([Message::Next(Answer::new(payload, None)), Message::Complete]))
}

async fn subscription(
    fanout: &Fanout,
    admitted: Admitted,
    after: Option<Cursor>,
) -> Result<Messages, Refusal> {
    let Fanout { engine, hub, .. } = fanout;
    let name = admitted.raw.operation_name.as_deref();
    if !is_plain(&admitted.document, name) {
        let what = "the field of a subscription stands in the operation itself, not in a fragment; fragments may be used below it";
        return Err(Refusal::new(RefusalCode::BadRequest, what));
    }
    let Some(shared) = shareable(&admitted.document, name, &engine.shape) else {
        return Ok(alone(engine, admitted, after));
    };
    let (key, shared_raw) = topic_of(&admitted.raw, &admitted.document, &shared);
    let joined = hub.join(key, &shared.field, &shared_raw).await?;
    let own = Own { key, field: shared.field, raw: admitted.raw, shared_raw, after };
    let (engine, hub) = (Arc::clone(engine), Arc::clone(hub));
    let mut subscriber = Subscriber { engine, hub, own, phase: Phase::Done, catch_ups: 0 };
    subscriber.phase = subscriber.catch_up(joined, None, None);
    Ok(Box::pin(stream::unfold(subscriber, |mut subscriber| async move {
        let message = subscriber.next().await?;
        Some((message, subscriber))
    })))
}

/// The stock path: executed for this subscriber alone.
fn alone(engine: &Engine, admitted: Admitted, after: Option<Cursor>) -> Messages {
    let answers = engine.execute_stream(own_request(admitted, after.as_ref()), Mode::Alone);
    let messages = answers.flat_map(|pushed| {
        let Told { message, is_damaged } = Told::of(pushed);
        stream::iter([Some(message), is_damaged.then_some(Message::Complete)].into_iter().flatten())
    });
    // Whichever message is the last one, none may follow it.
    Box::pin(messages.chain(stream::iter([Message::Complete])).scan(false, |has_ended, message| {
        let goes_on = !*has_ended;
        *has_ended |= message.is_last();
        std::future::ready(goes_on.then_some(message))
    }))
}

/// The subscriber's own request, which the shared topic does not know.
fn own_request(admitted: Admitted, after: Option<&Cursor>) -> Request {
    let request = admitted.into_request();
    match after {
        Some(after) => request.data(GoOnBehind(after.clone())),
        None => request,
    }
}

fn is_request_error(response: &Response) -> bool {
    response.data == async_graphql::Value::Null && !response.errors.is_empty()
}

/// An answer of the subscriber's own execution as a message.
struct Told {
    message: Message,
    /// It carries data with errors in it. What is missing there would not be told again, so nothing may follow.
    is_damaged: bool,
}

impl Told {
    fn of(pushed: Pushed) -> Self {
        let Pushed { mut response, cursor } = pushed;
        finish_errors(&mut response.errors, &request_id());
        if is_request_error(&response) {
            return Self { message: Message::failed(&response.errors), is_damaged: false };
        }
        let is_damaged = !response.errors.is_empty();
        let payload = serde_json::to_string(&response).unwrap_or_default();
        let answer = if is_damaged {
            Answer::damaged(payload, &response.errors)
        } else {
            Answer::new(payload, cursor)
        };
        Self { message: Message::Next(answer), is_damaged }
    }
}

enum Phase {
    /// On its own way up to the topic's position.
    CatchUp {
        answers: BoxStream<'static, Pushed>,
        catch_up: Arc<CatchUp>,
        joined: Joined,
    },
    /// With the topic; everything up to `reached` has been sent.
    Tail {
        joined: Joined,
        reached: i64,
    },
    /// One more message.
    Last(Message),
    Done,
}

/// What a subscriber asked for, and the topic that serves it.
struct Own {
    key: TopicKey,
    field: String,
    raw: RawRequest,
    shared_raw: RawRequest,
    /// Where it goes on, given beside the operation.
    after: Option<Cursor>,
}

struct Subscriber {
    engine: Arc<Engine>,
    hub: Arc<Hub>,
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

    fn execute(&self, mode: Mode) -> BoxStream<'static, Pushed> {
        match self.engine.admit(self.own.raw.clone()) {
            Ok(admitted) => self.engine.execute_stream(own_request(admitted, self.own.after.as_ref()), mode),
            // It was admitted before, and the limits do not change.
            Err(_) => Box::pin(stream::empty()),
        }
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Done) {
                Phase::Done => return None,
                Phase::Last(message) => return Some(message),
                Phase::CatchUp { mut answers, catch_up, joined } => match answers.next().await {
                    Some(pushed) => {
                        let Told { message, is_damaged } = Told::of(pushed);
                        self.phase = match (message.is_last(), is_damaged) {
                            (true, _) => Phase::Done,
                            (false, true) => Phase::Last(Message::Complete),
                            (false, false) => Phase::CatchUp { answers, catch_up, joined },
                        };
                        return Some(message);
                    }
                    None if catch_up.has_reloaded() => return Some(Message::Complete),
                    None => self.phase = Phase::Tail { joined, reached: catch_up.reached() },
                },
                Phase::Tail { mut joined, reached } => match joined.items.recv().await {
                    Ok(item) => {
                        if let Some(message) = self.take(&item, joined, reached).await {
                            return Some(message);
                        }
                    }
                    Err(RecvError::Lagged(_)) => {
                        if let Some(message) = self.lag(joined, reached).await {
                            return Some(message);
                        }
                    }
                    Err(RecvError::Closed) => return Some(Message::Complete),
                },
            }
        }
    }

    /// An item of the topic: passed on, passed over, or fetched anew where it begins before what has been sent.
    async fn take(&mut self, item: &TopicItem, joined: Joined, reached: i64) -> Option<Message> {
        match item.end {
            ItemEnd::Closed => return Some(Message::Complete),
            ItemEnd::Reload if joined.topic.is_state => return self.begin_anew(reached).await,
            ItemEnd::Failed | ItemEnd::Reload => {
                self.phase = Phase::Last(Message::Complete);
                return Some(Message::Next(Arc::clone(&item.answer)));
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
        Some(Message::Next(Arc::clone(&item.answer)))
    }

    /// The topic ended because it could not be followed: the latest values are sent, then the new topic's.
    async fn begin_anew(&mut self, reached: i64) -> Option<Message> {
        match self.hub.join(self.own.key, &self.own.field, &self.own.shared_raw).await {
            Ok(joined) => {
                self.phase = self.catch_up(joined, Some(reached), None);
                None
            }
            Err(refusal) => Some(Message::refused(refusal)),
        }
    }

    /// Too far behind the topic. Where only the latest values count they are sent; else the subscriber is told to reload, unless
    /// it was still on its way up, which is our slowness and not its own.
    async fn lag(&mut self, mut joined: Joined, reached: i64) -> Option<Message> {
        let is_on_its_way = (1..=CATCH_UPS_MAX).contains(&self.catch_ups);
        if joined.topic.is_state || is_on_its_way {
            joined.join_again();
            self.phase = self.catch_up(joined, Some(reached), None);
            return None;
        }
        let mut answers = self.execute(Mode::Reload(ReloadReason::Lagged));
        match answers.next().await {
            Some(pushed) => {
                let message = Told::of(pushed).message;
                if !message.is_last() {
                    self.phase = Phase::Last(Message::Complete);
                }
                Some(message)
            }
            None => Some(Message::Complete),
        }
    }
}
