//! A connection's bytes, counted: a peer that takes none is told from one that has nothing to take.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that counts.
#[derive(Debug)]
pub(super) struct Metered<S> {
    stream: S,
    /// How many bytes came.
    pub(super) read: u64,
    /// How many bytes were taken.
    pub(super) written: u64,
    /// Whether the peer takes no more at present.
    pub(super) stalled: bool,
}

// === impl Metered ===

impl<S> Metered<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self {
            stream,
            read: 0,
            written: 0,
            stalled: false,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(task, buf);
        self.read += (buf.filled().len() - before) as u64;
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(task, bytes);
        self.stalled = wrote.is_pending();
        if let Poll::Ready(Ok(count)) = wrote {
            self.written += count as u64;
        }
        wrote
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}
