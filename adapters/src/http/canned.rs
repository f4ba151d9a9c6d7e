//! A server on loopback that answers with prepared bytes, one reply a connection, and keeps what it was sent.

use std::sync::{Arc, Mutex};

use domain::ports::Clock;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// What happens on one connection.
#[derive(Clone)]
pub(crate) enum Reply {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// The request is read and never answered.
    Silence,
    /// The connection is closed before anything is read.
    Hangup,
}

impl Reply {
    /// An answer with its length told rightly.
    pub(crate) fn of(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n",
            body.len()
        );
        Self::Bytes([head.as_bytes(), body].concat())
    }

    /// JSON with success.
    pub(crate) fn json(body: &str) -> Self {
        Self::of(200, "content-type: application/json\r\n", body)
    }
}

/// The server. It ends with its runtime.
pub(crate) struct Canned {
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Starts it; connections beyond the replies get the last one.
    pub(crate) async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/base", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut silent = Vec::new();
            for index in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let reply = replies[index.min(replies.len() - 1)].clone();
                if matches!(reply, Reply::Hangup) {
                    continue;
                }
                let request = read_request(&mut stream).await;
                kept.lock().unwrap().push(request);
                match reply {
                    Reply::Bytes(bytes) => drop(stream.write_all(&bytes).await),
                    Reply::Silence | Reply::Hangup => silent.push(stream),
                }
            }
        });
        Self { base, requests }
    }

    /// Requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let count = stream.read(&mut piece).await.unwrap_or(0);
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_lowercase()
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        if count == 0 {
            return text;
        }
    }
}

/// A clock that counts its readings.
#[derive(Default)]
pub(crate) struct Ticks(std::sync::atomic::AtomicI64);

impl Clock for Ticks {
    fn now_us(&self) -> i64 {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }
}

/// The provider that `main` installs in the product.
pub(crate) fn install_tls() {
    drop(rustls::crypto::ring::default_provider().install_default());
}
