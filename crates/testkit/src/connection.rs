//! A connection that sends what it is told to, byte for byte.

use std::{fmt, io};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{Answer, Request, soon};

/// A connection to a server. Dropping it hangs up.
pub struct Connection {
    io: Box<dyn Io>,
    read: BytesMut,
}

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

// === impl Connection ===

impl Connection {
    /// Returns a connection over anything that carries bytes.
    pub fn over(io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self {
            io: Box::new(io),
            read: BytesMut::new(),
        }
    }

    /// Writes bytes.
    ///
    /// # Errors
    ///
    /// When the server has hung up.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.io.write_all(bytes).await?;
        self.io.flush().await
    }

    /// Sends a request and returns once the answer's head is here.
    ///
    /// # Panics
    ///
    /// When no answer comes.
    pub async fn send(mut self, request: impl Into<Request>) -> Answer {
        self.write(&request.into().bytes())
            .await
            .expect("the server reads");
        self.answer().await
    }

    /// Reads an answer's head; its body waits to be read.
    ///
    /// # Panics
    ///
    /// When no answer comes.
    pub async fn answer(mut self) -> Answer {
        let head = soon("an answer", self.until(b"\r\n\r\n")).await;
        let head = head.expect("an answer before the connection ends");
        let head = String::from_utf8(head.to_vec()).expect("a head is ASCII");
        Answer::new(&head, self)
    }

    /// Waits until the server hangs up.
    ///
    /// # Panics
    ///
    /// When it does not, or says something before.
    pub async fn ended(mut self) {
        let said = soon("the end of the connection", self.take(usize::MAX)).await;
        assert_eq!(said, None);
    }

    /// Returns what comes up to `mark` and with it; `None` if the connection ends before.
    pub(crate) async fn until(&mut self, mark: &[u8]) -> Option<Bytes> {
        loop {
            if let Some(at) = memchr::memmem::find(&self.read, mark) {
                return Some(self.read.split_to(at + mark.len()).freeze());
            }
            self.more().await?;
        }
    }

    /// Returns what is here, at most `most` bytes, and waits only if that is nothing.
    pub(crate) async fn take(&mut self, most: usize) -> Option<Bytes> {
        if self.read.is_empty() {
            self.more().await?;
        }
        let size = self.read.len().min(most);
        Some(self.read.split_to(size).freeze())
    }

    async fn more(&mut self) -> Option<()> {
        self.read.reserve(16 * 1024);
        match self.io.read_buf(&mut self.read).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(()),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("unread", &self.read.len())
            .finish_non_exhaustive()
    }
}
