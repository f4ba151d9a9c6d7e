//! The listener: bounded connections, an idle limit, and a handle by which a fault cuts a connection off after a number
//! of bytes, as a broken network would.

use std::{
    future::Future as _,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};

/// Most connections at once; the next waits.
const CONNECTIONS_MAX: usize = 512;
/// A connection on which nothing moves for this long is closed.
const IDLE: Duration = Duration::from_secs(90);
/// No cut ordered.
const WHOLE: u64 = u64::MAX;

/// The listener.
#[derive(Debug)]
pub(crate) struct Doors {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl Doors {
    pub(crate) fn new(listener: TcpListener) -> Self {
        Self { listener, places: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }
    }
}

/// Who is at the other end, and the means to cut them off.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// Bytes that may still be written, or [`WHOLE`].
    left: Arc<AtomicU64>,
}

impl Peer {
    /// Resets the connection after so many more bytes.
    pub(crate) fn cut_after(&self, bytes: u64) {
        self.left.store(bytes.min(WHOLE - 1), Ordering::Release);
    }
}

impl Connected<IncomingStream<'_, Doors>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Doors>) -> Self {
        stream.remote_addr().clone()
    }
}

impl Listener for Doors {
    type Io = Door;
    type Addr = Peer;

    async fn accept(&mut self) -> (Door, Peer) {
        loop {
            let place = self.places.clone().acquire_owned().await;
            let (Ok(place), Ok((stream, address))) = (place, self.listener.accept().await) else {
                // Out of file handles, or a client gone before it was let in: neither ends the listener.
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let peer = Peer { address, left: Arc::new(AtomicU64::new(WHOLE)) };
            let idle = Box::pin(sleep(IDLE));
            return (Door { stream, left: peer.left.clone(), idle, _place: place }, peer);
        }
    }

    fn local_addr(&self) -> io::Result<Peer> {
        let address = self.listener.local_addr()?;
        Ok(Peer { address, left: Arc::new(AtomicU64::new(WHOLE)) })
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Door {
    stream: TcpStream,
    left: Arc<AtomicU64>,
    idle: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Door {
    fn moved(&mut self) {
        self.idle.as_mut().reset(Instant::now() + IDLE);
    }

    /// How many of these bytes may be written; none left is a reset.
    fn allowed(&mut self, wanted: usize) -> io::Result<usize> {
        match self.left.load(Ordering::Acquire) {
            WHOLE => Ok(wanted),
            0 => {
                // Nothing is sent after this, so the peer sees a reset and not an orderly end.
                let _ = self.stream.set_zero_linger();
                Err(io::ErrorKind::ConnectionReset.into())
            }
            left => Ok(wanted.min(usize::try_from(left).unwrap_or(usize::MAX))),
        }
    }

    fn wrote(&mut self, bytes: usize) {
        self.moved();
        let left = self.left.load(Ordering::Acquire);
        if left != WHOLE {
            self.left.store(left.saturating_sub(bytes as u64), Ordering::Release);
        }
    }
}

impl AsyncRead for Door {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.moved();
            return read;
        }
        ready!(self.idle.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Door {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let allowed = self.allowed(bytes.len())?;
        let wrote = ready!(Pin::new(&mut self.stream).poll_write(context, &bytes[..allowed]))?;
        self.wrote(wrote);
        Poll::Ready(Ok(wrote))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
