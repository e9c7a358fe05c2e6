//! One keep-alive HTTP/1.1 connection, so small that the load costs less than what it measures.

use std::net::SocketAddr;

use memchr::memmem::find;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Fault;

/// A head longer than this is no head that we measure.
const MAX_HEAD: usize = 64 * 1024;
/// Room asked for before a read: what a server that coalesces writes at once.
const READ: usize = 32 * 1024;

/// A connection to a server.
#[derive(Debug)]
pub struct Link {
    socket: TcpStream,
    input: Vec<u8>,
    /// What of `input` has been used already; `used <= input.len()`.
    used: usize,
}

/// What the load reads of a response's head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// How long the body is.
    pub length: Length,
    /// Whether the body is an event stream.
    pub events: bool,
    /// The session that the server opened.
    pub session: Option<String>,
}

/// How a body's end is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// After so many bytes.
    Known(usize),
    /// After the empty chunk.
    Chunked,
}

// === impl Link ===

impl Link {
    /// Connects, with Nagle off.
    ///
    /// # Errors
    /// When the server cannot be reached.
    pub async fn open(addr: SocketAddr) -> Result<Self, Fault> {
        let socket = TcpStream::connect(addr).await?;
        socket.set_nodelay(true)?;
        Ok(Self {
            socket,
            input: Vec::new(),
            used: 0,
        })
    }

    /// Writes a request in one write.
    ///
    /// # Errors
    /// When the connection is gone.
    pub async fn send(&mut self, request: &[u8]) -> Result<(), Fault> {
        Ok(self.socket.write_all(request).await?)
    }

    /// Reads a response's head.
    ///
    /// # Errors
    /// When the connection ends, or what came is not a response.
    pub async fn head(&mut self) -> Result<Head, Fault> {
        loop {
            if let Some(end) = find(&self.input[self.used..], b"\r\n\r\n") {
                let head = Head::read(&self.input[self.used..self.used + end])?;
                self.used += end + 4;
                return Ok(head);
            }
            if self.input.len() - self.used > MAX_HEAD {
                return Err("a response head above 64 KB".into());
            }
            self.fill().await?;
        }
    }

    /// Reads a body and hands its pieces to `take`, as they come and without their framing.
    ///
    /// # Errors
    /// When the connection ends before the body does, or a chunk is malformed.
    pub async fn body(&mut self, length: Length, mut take: impl FnMut(&[u8])) -> Result<(), Fault> {
        match length {
            Length::Known(length) => self.piece(length, &mut take).await,
            Length::Chunked => loop {
                let size = self.chunk_size().await?;
                self.piece(size, &mut take).await?;
                self.line_end().await?;
                if size == 0 {
                    return Ok(());
                }
            },
        }
    }

    /// Hands on the next `left` bytes.
    async fn piece(&mut self, mut left: usize, take: &mut impl FnMut(&[u8])) -> Result<(), Fault> {
        while left > 0 {
            if self.used == self.input.len() {
                self.fill().await?;
            }
            let ready = left.min(self.input.len() - self.used);
            take(&self.input[self.used..self.used + ready]);
            self.used += ready;
            left -= ready;
        }
        Ok(())
    }

    /// Reads a chunk's first line.
    async fn chunk_size(&mut self) -> Result<usize, Fault> {
        loop {
            if let Some(end) = find(&self.input[self.used..], b"\r\n") {
                let line = std::str::from_utf8(&self.input[self.used..self.used + end])?;
                let size = usize::from_str_radix(line, 16)
                    .map_err(|_| format!("a chunk of size {line:?}"))?;
                self.used += end + 2;
                return Ok(size);
            }
            self.fill().await?;
        }
    }

    /// Reads the line end after a chunk's data.
    async fn line_end(&mut self) -> Result<(), Fault> {
        while self.input.len() - self.used < 2 {
            self.fill().await?;
        }
        if !self.input[self.used..].starts_with(b"\r\n") {
            return Err("a chunk longer than it said".into());
        }
        self.used += 2;
        Ok(())
    }

    /// Reads what has arrived; what is used makes room first.
    async fn fill(&mut self) -> Result<(), Fault> {
        self.input.drain(..self.used);
        self.used = 0;
        self.input.reserve(READ);
        match self.socket.read_buf(&mut self.input).await? {
            0 => Err("the server closed the connection in the middle of an answer".into()),
            _ => Ok(()),
        }
    }
}

// === impl Head ===

impl Head {
    /// Reads a head without its empty line.
    fn read(head: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(head)?;
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|code| code.parse().ok())
            .ok_or_else(|| format!("a response that begins {first:?}"))?;
        let mut read = Self {
            status,
            length: Length::Known(0),
            events: false,
            session: None,
        };
        for line in lines {
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| format!("a header line {line:?}"))?;
            read.take(name, value.trim())?;
        }
        Ok(read)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        if name.eq_ignore_ascii_case("content-length") {
            self.length = Length::Known(value.parse()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            self.length = Length::Chunked;
        } else if name.eq_ignore_ascii_case("content-type") {
            self.events = value.starts_with("text/event-stream");
        } else if name.eq_ignore_ascii_case("mcp-session-id") {
            self.session = Some(value.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    use super::*;

    /// Serves `pieces`, each in a write of its own, to the one who connects.
    async fn server_of(pieces: &'static [&'static str]) -> Link {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let link = Link::open(listener.local_addr().unwrap()).await.unwrap();
        let (mut socket, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            for piece in pieces {
                socket.write_all(piece.as_bytes()).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        link
    }

    async fn body(link: &mut Link) -> Result<String, Fault> {
        let head = link.head().await?;
        let mut body = Vec::new();
        link.body(head.length, |piece| body.extend_from_slice(piece))
            .await?;
        Ok(String::from_utf8(body)?)
    }

    #[tokio::test]
    async fn two_answers_on_one_connection_however_they_are_cut() {
        let mut link = server_of(&[
            "HTTP/1.1 200 OK\r\ncontent-le",
            "ngth: 5\r\n\r\nhel",
            "loHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r",
            "\nabc\r",
            "\n2\r\nde\r\n0\r\n\r\n",
        ])
        .await;
        assert_eq!(body(&mut link).await.unwrap(), "hello");
        assert_eq!(body(&mut link).await.unwrap(), "abcde");
    }

    #[tokio::test]
    async fn a_body_cut_short_is_a_fault() {
        let mut link = server_of(&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello"]).await;
        assert!(
            body(&mut link)
                .await
                .unwrap_err()
                .to_string()
                .contains("in the middle")
        );
    }

    #[test]
    fn a_head_says_what_the_load_needs() {
        let head = Head::read(
            b"HTTP/1.1 200 OK\r\nmcp-session-id: abc\r\ncontent-type: text/event-stream",
        )
        .unwrap();
        assert_eq!(
            (head.status, head.events, head.session.as_deref()),
            (200, true, Some("abc"))
        );
        assert!(Head::read(b"SSH-2.0").is_err());
    }
}
