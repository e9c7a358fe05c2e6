//! A wire that breaks between two frames: what stands between a client and a server, and cuts the
//! connection on which a given frame ends.
//!
//! ```text
//!   client ─────────────────────▶ Cutting ─▶ server
//!          ◀─ frame ─ frame ─ ✂ ◀─┘ counts frames, over all connections
//! ```

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

/// A way to a server that cuts one connection, right after the frame it was told.
///
/// Run a scenario over one that never cuts, and it counts the frames; run it once more for each of
/// them, and the client has met every cut there is.
#[derive(Debug)]
pub struct Cutting {
    addr: SocketAddr,
    state: Arc<State>,
    accepting: AbortHandle,
}

/// What counts as a frame of what a server says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frames {
    /// An event of a server-sent stream: it ends with an empty line. Answers that are no streams
    /// have none.
    Events,
    /// A line.
    Lines,
    /// A WebSocket frame; the handshake is one too.
    WebSocket,
}

#[derive(Debug)]
struct State {
    frames: Frames,
    /// How many frames pass before the cut.
    most: usize,
    passed: AtomicUsize,
    cuts: AtomicUsize,
}

/// Finds the ends of frames in the bytes of one connection.
#[derive(Debug)]
struct Ends {
    frames: Frames,
    /// The bytes of a frame that is not whole yet; of a stream, its last few.
    begun: Vec<u8>,
    /// Whether the WebSocket handshake is over.
    shaken: bool,
}

// === impl Cutting ===

impl Cutting {
    /// Returns a way to the server at `to` that cuts once, after `most` frames.
    ///
    /// # Panics
    ///
    /// When no loopback port is free.
    pub async fn after(most: usize, frames: Frames, to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("bound");
        let state = Arc::new(State {
            frames,
            most,
            passed: AtomicUsize::new(0),
            cuts: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, to, state.clone())).abort_handle();
        Self {
            addr,
            state,
            accepting,
        }
    }

    /// Returns a way that never cuts.
    pub async fn never(frames: Frames, to: SocketAddr) -> Self {
        Self::after(usize::MAX, frames, to).await
    }

    /// Returns where it listens.
    #[must_use]
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns how many frames have passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.state.passed.load(Ordering::Acquire)
    }

    /// Returns how many connections were cut.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.state.cuts.load(Ordering::Acquire)
    }
}

impl Drop for Cutting {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, state: Arc<State>) {
    let mut carrying = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let state = state.clone();
        carrying.spawn(async move {
            if let Ok(server) = TcpStream::connect(to).await {
                state.carry(client, server).await;
            }
        });
        while carrying.try_join_next().is_some() {}
    }
}

// === impl State ===

impl State {
    /// Carries bytes both ways until either side ends or it is cut; then both are closed.
    async fn carry(&self, mut client: TcpStream, mut server: TcpStream) {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let up = async {
            let copied = tokio::io::copy(&mut from_client, &mut to_server).await;
            copied.is_ok() && to_server.shutdown().await.is_ok()
        };
        let down = async {
            let mut ends = Ends::of(self.frames);
            let mut buffer = [0; 16 * 1024];
            while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
                let cut = self.cut(&mut ends, &buffer[..length]);
                let passes = &buffer[..cut.unwrap_or(length)];
                if to_client.write_all(passes).await.is_err() || cut.is_some() {
                    return;
                }
            }
        };
        tokio::pin!(up);
        tokio::select! {
            () = down => {}
            false = &mut up => {}
        }
    }

    /// Returns after how many of `bytes` the connection is cut, if it is.
    fn cut(&self, ends: &mut Ends, bytes: &[u8]) -> Option<usize> {
        if self.most == 0 && self.cuts.fetch_max(1, Ordering::AcqRel) == 0 {
            return Some(0);
        }
        let mut at = 0;
        for byte in bytes {
            at += 1;
            if !ends.push(*byte) {
                continue;
            }
            if self.passed.fetch_add(1, Ordering::AcqRel) + 1 == self.most {
                self.cuts.fetch_add(1, Ordering::AcqRel);
                return Some(at);
            }
        }
        None
    }
}

// === impl Ends ===

impl Ends {
    const fn of(frames: Frames) -> Self {
        Self {
            frames,
            begun: Vec::new(),
            shaken: false,
        }
    }

    /// Takes the next byte; returns whether a frame ends with it.
    fn push(&mut self, byte: u8) -> bool {
        self.begun.push(byte);
        let ends = match self.frames {
            Frames::Events => self.begun.ends_with(b"\n\n"),
            Frames::Lines => byte == b'\n',
            Frames::WebSocket if self.shaken => is_whole(&self.begun),
            Frames::WebSocket => {
                self.shaken = self.begun.ends_with(b"\r\n\r\n");
                self.shaken
            }
        };
        if ends {
            self.begun.clear();
        }
        ends
    }
}

/// Returns whether these bytes are a whole frame of a WebSocket server, which masks none (RFC 6455 §5.2).
fn is_whole(bytes: &[u8]) -> bool {
    let number = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0_usize, |number, byte| number << 8 | usize::from(*byte))
    };
    let (head, length) = match bytes {
        [_, 126, length @ ..] if length.len() >= 2 => (4, number(&length[..2])),
        [_, 127, length @ ..] if length.len() >= 8 => (10, number(&length[..8])),
        [_, 126 | 127, ..] | [] | [_] => return false,
        [_, length, ..] => (2, usize::from(*length)),
    };
    bytes.len() == head + length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(frames: Frames, bytes: &[u8]) -> Vec<usize> {
        let mut ends = Ends::of(frames);
        let mut found = Vec::new();
        for (at, byte) in bytes.iter().enumerate() {
            if ends.push(*byte) {
                found.push(at + 1);
            }
        }
        found
    }

    #[test]
    fn each_kind_of_frame_ends_where_it_ends() {
        assert_eq!(ends(Frames::Events, b"a\nb\n\n\n\nc\r\n\r\n"), [5, 7]);
        assert_eq!(ends(Frames::Lines, b"a\n\nbc\nd"), [2, 3, 6]);
        let mut socket = b"HTTP/1.1 101\r\n\r\n".to_vec();
        socket.extend([0x81, 2, b'h', b'i', 0x81, 0]);
        socket.extend([0x81, 126, 0, 200]);
        socket.extend([b'\n'; 200]);
        socket.extend([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, b'x']);
        assert_eq!(ends(Frames::WebSocket, &socket), [16, 20, 22, 226, 237]);
    }

    #[tokio::test]
    async fn one_connection_is_cut_and_the_next_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let to = listener.local_addr().expect("bound");
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.write_all(b"one\ntwo\nthree\n").await.expect("sent");
            }
        });
        let way = Cutting::after(2, Frames::Lines, to).await;
        for expected in ["one\ntwo\n", "one\ntwo\nthree\n"] {
            let mut stream = TcpStream::connect(way.addr()).await.expect("it accepts");
            let mut text = String::new();
            stream.read_to_string(&mut text).await.expect("it ends");
            assert_eq!(text, expected);
        }
        assert_eq!((way.cuts(), way.passed()), (1, 5));
        serving.abort();
    }
}
