//! A connection's socket, counting what goes through, and the watch that closes it when it is
//! of no use any more.

use std::{
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::OwnedSemaphorePermit,
};

use super::{address::Stream, crowd::Counted};
use crate::{config::Config, connection::Pulse};

/// A socket that is watched.
pub(super) struct Watched {
    stream: Stream,
    pulse: Arc<Pulse>,
    /// Its place among the connections: whoever has the socket holds it, so that one that became a
    /// WebSocket counts until it is closed.
    _place: Place,
}

/// A connection's place, among all and among those from its address.
pub(super) type Place = (OwnedSemaphorePermit, Counted);

/// How often a connection is looked at. All limits are longer; one timer a connection serves
/// all of them, and no request touches it.
const LOOK_EVERY: Duration = Duration::from_secs(1);

// === impl Watched ===

impl Watched {
    pub(super) const fn new(stream: Stream, pulse: Arc<Pulse>, place: Place) -> Self {
        Self {
            stream,
            pulse,
            _place: place,
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_read(task, buf),
            Stream::Unix(stream) => Pin::new(stream).poll_read(task, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(task, buf),
        };
        if read.is_ready() {
            self.pulse.reads.fetch_add(1, Ordering::Relaxed);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_write(task, bytes),
            Stream::Unix(stream) => Pin::new(stream).poll_write(task, bytes),
            // Counted below, where bytes leave.
            Stream::Tls(stream) => return Pin::new(stream).poll_write(task, bytes),
        };
        self.pulse.wrote(&wrote);
        wrote
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_write_vectored(task, pieces),
            Stream::Unix(stream) => Pin::new(stream).poll_write_vectored(task, pieces),
            Stream::Tls(stream) => return Pin::new(stream).poll_write_vectored(task, pieces),
        };
        self.pulse.wrote(&wrote);
        wrote
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_flush(task),
            Stream::Unix(stream) => Pin::new(stream).poll_flush(task),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(task),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Tcp(stream) => Pin::new(stream).poll_shutdown(task),
            Stream::Unix(stream) => Pin::new(stream).poll_shutdown(task),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(task),
        }
    }
}

/// Completes when a connection is of no use any more: idle for too long, a head that does not
/// arrive, or a reader that does not read. Says which.
pub(super) async fn watch(pulse: &Pulse, config: &Config) -> &'static str {
    let mut quiet = Duration::ZERO;
    let mut stalled = Duration::ZERO;
    let mut in_head = Duration::ZERO;
    let mut began = 0;
    let mut reads_when_quiet = 0;
    let mut writes = 0;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        // A slow reader takes some bytes between two looks; one that does not read takes none.
        let written = pulse.writes.load(Ordering::Relaxed);
        let is_stalled = pulse.stalled.load(Ordering::Relaxed);
        stalled = if is_stalled && written == writes {
            stalled + LOOK_EVERY
        } else {
            Duration::ZERO
        };
        writes = written;
        if stalled >= config.stall_timeout {
            return "its reader does not read";
        }
        let begun = pulse.began.load(Ordering::Relaxed);
        let reads = pulse.reads.load(Ordering::Relaxed);
        if pulse.is_working() || begun != began || is_stalled {
            (began, reads_when_quiet) = (begun, reads);
            (quiet, in_head) = (Duration::ZERO, Duration::ZERO);
            pulse.quiet.store(0, Ordering::Relaxed);
            continue;
        }
        quiet += LOOK_EVERY;
        pulse.quiet.fetch_add(1, Ordering::Relaxed);
        // Bytes came, but no request: a head is on its way, or trickles.
        if reads != reads_when_quiet && !pulse.framed.load(Ordering::Relaxed) {
            in_head += LOOK_EVERY;
        }
        if in_head >= config.head_timeout {
            return "the head of its request does not arrive";
        }
        if quiet >= config.idle_timeout {
            return "it lay idle";
        }
    }
}
