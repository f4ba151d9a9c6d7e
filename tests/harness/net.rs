//! Ports, a client, and the one TLS provider.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Once;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// Ports from here on are below the range that the system itself gives to outgoing connections.
const PORT_FIRST: u16 = 20_000;
const PORT_COUNT: u16 = 12_000;

/// Installs ring as the TLS provider of this process, once. Without it the first HTTP client panics. Everything here
/// that needs it calls it; a test that makes a client of its own calls it first.
pub fn install_tls() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        // An error means that another part of this process has installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// An HTTP client that gives up after 30 seconds.
///
/// # Panics
/// When the client cannot be made.
pub fn http() -> reqwest::Client {
    install_tls();
    let builder = reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy();
    builder.build().expect("an HTTP client")
}

/// A port on loopback that nobody listens on and that this process has not given out before. Where a server can be
/// told to take port 0 and say which it got, prefer that.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Two test processes begin at different places, so they rarely meet.
    let first = (std::process::id() % u32::from(PORT_COUNT)) as u16;
    for _ in 0..PORT_COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = PORT_FIRST + (first.wrapping_add(step) % PORT_COUNT);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {PORT_FIRST} and {}", PORT_FIRST + PORT_COUNT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_free_and_given_once() {
        let ports: std::collections::HashSet<u16> = (0..50).map(|_| free_port()).collect();
        assert_eq!(ports.len(), 50);
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, free_port())).expect("it is free");
        assert!((0..50).all(|_| free_port() != taken.local_addr().expect("an address").port()));
    }
}
