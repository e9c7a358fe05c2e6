//! A wire that breaks: what stands between a client and a server, and cuts a connection mid-message.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::process::Endpoint;

/// A way to a server that cuts the connection on which a marker passes, right after the marker: in the
/// middle of the message that it stands in. It does so a set number of times, then carries all.
#[derive(Debug)]
pub struct Cutting {
    url: String,
    addr: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    marker: Vec<u8>,
    left: AtomicUsize,
    cuts: AtomicUsize,
    is_over: AtomicBool,
}

/// Returns a way to `server` that cuts the connection at the first `marker` the server sends.
///
/// # Panics
/// No loopback port is free.
#[must_use]
pub fn cutting_at(marker: &str, server: &impl Endpoint) -> Cutting {
    Cutting::times(1, marker, server)
}

// === impl Cutting ===

impl Cutting {
    /// Returns a way to `server` that cuts the connection at the marker, `times` times in all.
    ///
    /// # Panics
    /// No loopback port is free.
    #[must_use]
    pub fn times(times: usize, marker: &str, server: &impl Endpoint) -> Self {
        let (host, path) = server
            .url()
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once('/'))
            .expect("the servers of these tests have plain URLs");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port is free");
        let addr = listener.local_addr().expect("a listener has an address");
        let state = Arc::new(State {
            marker: marker.as_bytes().to_vec(),
            left: AtomicUsize::new(times),
            cuts: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let (url, host) = (format!("http://{addr}/{path}"), host.to_owned());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if shared.is_over.load(Ordering::Acquire) {
                    return;
                }
                if let Ok(server) = TcpStream::connect(&host) {
                    shared.carry(client, server);
                }
            }
        });
        Self { url, addr, state }
    }

    /// Returns how many connections were cut.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::Acquire)
    }
}

impl Endpoint for Cutting {
    fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cutting {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Release);
        // Wakes the thread that accepts; where it cannot, that has ended.
        let _ = TcpStream::connect(self.addr);
    }
}

// === impl State ===

impl State {
    /// Carries bytes both ways, each on a thread of its own, until either side ends or it is cut.
    fn carry(self: &Arc<Self>, client: TcpStream, server: TcpStream) {
        let clone = |stream: &TcpStream| stream.try_clone().expect("a socket can be shared");
        let (from, to) = (clone(&client), clone(&server));
        thread::spawn(move || copy(from, to, |_| None));
        let state = Arc::clone(self);
        thread::spawn(move || {
            let mut tail = Vec::new();
            copy(server, client, |bytes| state.cut(&mut tail, bytes));
        });
    }

    /// Returns after how many of `bytes` the connection is cut, if it is.
    fn cut(&self, tail: &mut Vec<u8>, bytes: &[u8]) -> Option<usize> {
        let before = tail.len();
        tail.extend_from_slice(bytes);
        let at = tail
            .windows(self.marker.len())
            .position(|window| window == self.marker);
        let end = at.map(|at| at + self.marker.len() - before);
        // A marker may come in two pieces.
        let keep = tail.len().min(self.marker.len() - 1);
        tail.drain(..tail.len() - keep);
        let end = end?;
        let one_less = |left: usize| left.checked_sub(1);
        self.left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_less)
            .ok()?;
        self.cuts.fetch_add(1, Ordering::AcqRel);
        Some(end)
    }
}

/// Copies until the end, or until `cut` says where to stop; then both sides are closed.
fn copy(mut from: TcpStream, mut to: TcpStream, mut cut: impl FnMut(&[u8]) -> Option<usize>) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        let end = cut(&buffer[..length]);
        if to.write_all(&buffer[..end.unwrap_or(length)]).is_err() || end.is_some() {
            break;
        }
    }
    for side in [&from, &to] {
        // The other side may have closed it already.
        let _ = side.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo(String);

    impl Endpoint for Echo {
        fn url(&self) -> &str {
            &self.0
        }
    }

    #[test]
    fn a_connection_is_cut_right_after_the_marker_and_the_next_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let echo = Echo(format!("http://{}/", listener.local_addr().expect("bound")));
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                for piece in ["one tw", "o three"] {
                    stream.write_all(piece.as_bytes()).expect("somebody reads");
                    thread::sleep(std::time::Duration::from_millis(20));
                }
            }
        });
        let way = cutting_at("two", &echo);
        for expected in ["one two", "one two three"] {
            let mut stream = TcpStream::connect(way.addr).expect("it accepts");
            let mut text = String::new();
            stream.read_to_string(&mut text).expect("it ends");
            assert_eq!(text, expected);
            assert_eq!(way.cuts(), 1);
        }
    }
}
