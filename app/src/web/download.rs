//! A long body with a bound on the reader's patience: made by a task of its own, so that a reader who takes nothing for a while
//! loses his place instead of keeping it from the others.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// A reader who takes nothing for so long has gone.
pub(super) const STALL: Duration = Duration::from_secs(30);
/// Parts made ahead of the reader.
const AHEAD: usize = 2;

/// What the task hands over.
enum Part {
    Bytes(Result<Bytes, std::io::Error>),
    End,
}

/// The parts as a body; the permit is given back at their end, or when the reader takes none of them for `stall`. A body that was
/// given up breaks off with a fault: it never looks like a whole one.
pub(super) fn body<E: std::fmt::Display>(
    parts: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    permit: OwnedSemaphorePermit,
    stall: Duration,
) -> Body {
    let (sender, receiver) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let _held = permit;
        let made =
            parts.map(|part| Part::Bytes(part.map_err(|fault| std::io::Error::other(fault.to_string()))));
        let mut made = std::pin::pin!(made.chain(stream::iter([Part::End])));
        while let Some(part) = made.next().await {
            match tokio::time::timeout(stall, sender.send(part)).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => return tracing::info!("A download was given up: its reader takes nothing"),
            }
        }
    });
    let parts = stream::unfold(Some(receiver), |receiver| async {
        let mut receiver: mpsc::Receiver<Part> = receiver?;
        match receiver.recv().await {
            Some(Part::Bytes(Ok(bytes))) => Some((Ok(bytes), Some(receiver))),
            Some(Part::Bytes(Err(fault))) => {
                tracing::warn!(error = %fault, "A download broke off");
                Some((Err(fault), None))
            }
            Some(Part::End) => None,
            None => Some((Err(std::io::Error::from(std::io::ErrorKind::TimedOut)), None)),
        }
    });
    // The compression in front of it asks again after the end.
    Body::from_stream(parts.fuse())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::*;

    fn parts(count: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
        stream::iter((0..count).map(|_| Ok(Bytes::from_static(b"part "))))
    }

    async fn permit(places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
        places.clone().acquire_owned().await.unwrap()
    }

    #[tokio::test]
    async fn who_reads_gets_all_and_gives_his_place_back() {
        let places = Arc::new(Semaphore::new(1));
        let body = body(parts(100), permit(&places).await, STALL);
        let read = axum::body::to_bytes(body, 1_000).await.unwrap();
        assert_eq!(read.len(), 500);
        drop(permit(&places).await);
    }

    #[tokio::test]
    async fn who_takes_nothing_loses_his_place_and_sees_that_it_is_not_all() {
        let places = Arc::new(Semaphore::new(1));
        let body = body(parts(100), permit(&places).await, Duration::from_millis(20));
        // Nobody reads, so only the stall gives the place back.
        drop(permit(&places).await);
        assert!(axum::body::to_bytes(body, 1_000).await.is_err());
    }

    #[tokio::test]
    async fn it_may_be_asked_again_after_its_end() {
        let places = Arc::new(Semaphore::new(1));
        let mut body = body(parts(1), permit(&places).await, STALL).into_data_stream();
        assert!(body.next().await.unwrap().is_ok());
        assert!(body.next().await.is_none());
        assert!(body.next().await.is_none());
    }

    #[tokio::test]
    async fn a_fault_ends_it() {
        let places = Arc::new(Semaphore::new(1));
        let parts = stream::iter([Ok(Bytes::from_static(b"a")), Err("gone"), Ok(Bytes::from_static(b"b"))]);
        assert!(axum::body::to_bytes(body(parts, permit(&places).await, STALL), 1_000).await.is_err());
        drop(permit(&places).await);
    }
}
