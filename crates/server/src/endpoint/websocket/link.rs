//! A WebSocket's frames: text frames are messages, and all else is answered here.
//!
//! ```text
//!   socket ─▶ text frame ─▶ inbox ─▶ Channel
//!          ─▶ ping ─▶ pong, at once
//!   socket ◀─ a text frame a line ◀─ Outgoing ◀─ Channel
//! ```
//!
//! Reading and writing are one state machine, since pongs and closes cross over. It never waits
//! for a message to be taken: while the inbox is full it reads no more, and writes on.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use futures_util::{Sink, Stream};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::mpsc::{Sender, error::TrySendError},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message, Utf8Bytes, error::ProtocolError, protocol::frame::coding::CloseCode,
    },
};

use super::{
    metered::Metered,
    watch::{Due, Watch},
};
use crate::{channel::Outgoing, config::Config};

/// One connection, seen from its frames.
pub(super) struct Link<S> {
    socket: WebSocketStream<Metered<S>>,
    inbox: Sender<Bytes>,
    outgoing: Outgoing,
    /// What is left of the lines that are being sent.
    lines: Bytes,
    watch: Watch,
    ping: bool,
    /// Whether something waits to be flushed.
    unflushed: bool,
    /// Pings that came since what is sent was last taken.
    pings: u32,
    /// Whether frames are left unread at present.
    deaf: bool,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// The peer has closed it, or is gone.
    Gone,
    /// All is said.
    Said,
    /// It is closed for this reason.
    Refused(CloseCode, &'static str),
}

/// How many frames are read before others have their turn.
const READS: u32 = 32;

/// How many pings are answered while the peer takes nothing of what is sent. Each answer waits in
/// memory, and a peer that pings and does not read must not fill it.
const PINGS: u32 = 16;

// === impl Link ===

impl<S: AsyncRead + AsyncWrite + Unpin> Link<S> {
    pub(super) fn new(
        socket: WebSocketStream<Metered<S>>,
        inbox: Sender<Bytes>,
        outgoing: Outgoing,
        config: &Config,
    ) -> Self {
        Self {
            socket,
            inbox,
            outgoing,
            lines: Bytes::new(),
            watch: Watch::new(config),
            ping: false,
            unflushed: false,
            pings: 0,
            deaf: false,
        }
    }

    /// Returns the socket, to be closed.
    pub(super) fn into_socket(self) -> WebSocketStream<Metered<S>> {
        self.socket
    }

    /// Carries frames until the connection ends.
    ///
    /// The inbox must be emptied by the same task, before this is polled: room in it wakes nobody.
    pub(super) fn poll(&mut self, task: &mut Context<'_>) -> Poll<End> {
        loop {
            // Reading comes first: the answer to a ping leaves with what is written.
            if let Poll::Ready(end) = self.poll_read(task) {
                return Poll::Ready(end);
            }
            let pings = self.pings;
            if let Poll::Ready(end) = self.poll_write(task) {
                return Poll::Ready(end);
            }
            if pings >= PINGS && self.pings == 0 {
                // Their answers have left: it is read again.
                continue;
            }
            let stream = self.socket.get_ref();
            match ready!(self.watch.poll(task, stream, self.deaf)) {
                Due::Ping => self.ping = true,
                Due::End(why) => {
                    tracing::debug!("a WebSocket is closed: {why}");
                    return Poll::Ready(End::Gone);
                }
            }
        }
    }

    fn poll_read(&mut self, task: &mut Context<'_>) -> Poll<End> {
        for _ in 0..READS {
            let room = self.inbox.try_reserve();
            let full = matches!(room, Err(TrySendError::Full(())));
            self.deaf = full || (self.pings >= PINGS && self.socket.get_ref().stalled);
            if self.deaf {
                return Poll::Pending;
            }
            let frame = match ready!(Pin::new(&mut self.socket).poll_next(task)) {
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(End::broken(&error)),
                None => return Poll::Ready(End::Gone),
            };
            match frame {
                // Without an inbox the server stops: nothing more is begun.
                Message::Text(text) => {
                    if let Ok(room) = room {
                        room.send(text.into());
                    }
                }
                Message::Ping(_) => {
                    self.pings += 1;
                    self.unflushed = true;
                }
                Message::Binary(_) => {
                    return Poll::Ready(End::Refused(
                        CloseCode::Unsupported,
                        "send each message as a text frame",
                    ));
                }
                Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
            }
        }
        task.waker().wake_by_ref();
        Poll::Pending
    }

    fn poll_write(&mut self, task: &mut Context<'_>) -> Poll<End> {
        let mut said = false;
        loop {
            if ready!(Pin::new(&mut self.socket).poll_ready(task)).is_err() {
                return Poll::Ready(End::Gone);
            }
            let frame = if std::mem::take(&mut self.ping) {
                Message::Ping(Bytes::new())
            } else if let Some(line) = self.line() {
                Message::Text(line)
            } else {
                match self.outgoing.poll_next(task) {
                    Poll::Ready(Some(lines)) => {
                        self.lines = lines;
                        continue;
                    }
                    Poll::Ready(None) => said = true,
                    Poll::Pending => {}
                }
                break;
            };
            if Pin::new(&mut self.socket).start_send(frame).is_err() {
                return Poll::Ready(End::Gone);
            }
            self.unflushed = true;
        }
        if self.unflushed {
            if ready!(Pin::new(&mut self.socket).poll_flush(task)).is_err() {
                return Poll::Ready(End::Gone);
            }
            (self.unflushed, self.pings) = (false, 0);
        }
        if said {
            return Poll::Ready(End::Said);
        }
        Poll::Pending
    }

    /// Returns the next line of what is being sent.
    fn line(&mut self) -> Option<Utf8Bytes> {
        while !self.lines.is_empty() {
            let end = memchr::memchr(b'\n', &self.lines);
            let line = self.lines.split_to(end.unwrap_or(self.lines.len()));
            if end.is_some() {
                self.lines.advance(1);
            }
            match Utf8Bytes::try_from(line) {
                Ok(line) if line.is_empty() => {}
                Ok(line) => return Some(line),
                Err(error) => tracing::error!("a message that is no UTF-8 was kept back: {error}"),
            }
        }
        None
    }
}

// === impl End ===

impl End {
    /// What a frame that cannot be read means for the connection.
    fn broken(error: &Error) -> Self {
        tracing::debug!("a WebSocket broke: {error}");
        match error {
            Error::Capacity(_) => Self::Refused(CloseCode::Size, "the message is too long"),
            Error::Utf8(_) => Self::Refused(CloseCode::Invalid, "the message is no UTF-8"),
            Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => Self::Gone,
            Error::Protocol(_) => Self::Refused(CloseCode::Protocol, "a frame breaks RFC 6455"),
            _ => Self::Gone,
        }
    }
}
