//! A small HTTP/1.1 client on one connection: what a client costs shall not hide what a server costs.

use std::net::SocketAddr;

use anyhow::Context as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Longest answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// A connection that is kept.
pub(crate) struct Http {
    stream: TcpStream,
    address: SocketAddr,
    received: Vec<u8>,
}

impl Http {
    /// Connects.
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("a connection")?;
        stream.set_nodelay(true).context("no delay")?;
        Ok(Self { stream, address, received: Vec::with_capacity(64 << 10) })
    }

    /// Status and body of a GET.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<(u16, &[u8])> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address);
        self.exchange(request.as_bytes()).await
    }

    /// Bytes of a POST of JSON, made once for many.
    pub(crate) fn post_bytes(address: SocketAddr, path: &str, body: &str) -> Vec<u8> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        [head.as_bytes(), body.as_bytes()].concat()
    }

    /// Body of the answer to a POST of JSON; another status than 200 is an error.
    pub(crate) async fn post(&mut self, path: &str, body: &str) -> anyhow::Result<&[u8]> {
        let request = Self::post_bytes(self.address, path, body);
        let (status, body) = self.exchange(&request).await?;
        anyhow::ensure!(status == 200, "status {status}: {}", String::from_utf8_lossy(body));
        Ok(body)
    }

    /// Sends a request and gives status and body of its answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<(u16, &[u8])> {
        self.stream.write_all(request).await.context("the request is sent")?;
        self.received.clear();
        loop {
            if let Some((head_end, status, length)) = head(&self.received)? {
                let end = head_end + length;
                if self.received.len() >= end {
                    return Ok((status, &self.received[head_end..end]));
                }
            }
            anyhow::ensure!(self.received.len() < ANSWER_BYTES_MAX, "the answer does not end");
            let count = self.stream.read_buf(&mut self.received).await.context("the answer is read")?;
            anyhow::ensure!(count > 0, "the connection was closed before the answer was whole");
        }
    }
}

/// Where the head ends, the status, and the body's length, once the head is whole.
fn head(bytes: &[u8]) -> anyhow::Result<Option<(usize, u16, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&bytes[..end]).context("the head is text")?;
    let status = text.split(' ').nth(1).and_then(|word| word.parse().ok()).context("a status")?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok()).flatten()
    });
    Ok(Some((end + 4, status, length.context("an answer tells its length")?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        assert_eq!(head(b"HTTP/1.1 200 OK\r\ncontent-le").unwrap(), None);
        let whole = b"HTTP/1.1 404 Not Found\r\nContent-Length: 12\r\n\r\nabc";
        assert_eq!(head(whole).unwrap(), Some((46, 404, 12)));
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
    }
}
