//! A GET stream: what a server says of its own accord inside a session.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
    time::Instant,
};

use bytes::Bytes;
use http::Response;
use tidegate_era::encode::Framing;
use tidegate_handler::{Change, Watched};
use tidegate_session::Seat;
use tokio::time::Sleep;

use super::{
    answer::sse,
    body::{Kind, ResponseBody},
    stream::{PING, Pings},
};
use crate::{dispatch::Open, state::State};

/// A GET stream.
pub(crate) struct StandingStream {
    open: Open,
    listening: Option<Listening>,
    silent: bool,
    pings: Pings,
    old: Pin<Box<Sleep>>,
}

/// What the stream has heard of.
struct Listening {
    seat: Seat,
    seen: u64,
    watched: Watched,
}

/// Answers a GET with a stream that stands until the session ends, the server stops, or it is old.
pub(crate) fn standing(state: &Arc<State>, open: Open) -> Response<ResponseBody> {
    let listening = state.handler.bulletin().map(|bulletin| Listening {
        seen: bulletin.version(),
        seat: bulletin.seat(),
        watched: Watched {
            tools: true,
            resources: true,
            prompts: true,
            ..Watched::default()
        },
    });
    sse(Kind::Standing(Box::new(StandingStream {
        open,
        listening,
        silent: true,
        pings: Pings::new(state.config.ping_every),
        old: Box::pin(tokio::time::sleep(state.config.stream_age)),
    })))
}

// === impl StandingStream ===

impl StandingStream {
    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if self.open.lane().poll_cancelled(task).is_ready()
            || self.old.as_mut().poll(task).is_ready()
        {
            return Poll::Ready(None);
        }
        self.poll_changes(task);
        if let Poll::Ready(drained) = self.open.lane().poll_drain(task, Instant::now()) {
            self.silent = false;
            self.pings.sent();
            return Poll::Ready(Some(drained.frames.into()));
        }
        if std::mem::take(&mut self.silent) {
            return Poll::Ready(Some(PING));
        }
        self.pings.poll(task).map(|()| Some(PING))
    }

    fn poll_changes(&mut self, task: &mut Task<'_>) {
        let Some(listening) = &mut self.listening else {
            return;
        };
        let (seat, watched) = (&listening.seat, &listening.watched);
        while let Poll::Ready(news) =
            seat.bulletin()
                .poll_since(task, seat, listening.seen, watched)
        {
            listening.seen = news.version;
            for change in &news.changes {
                tell(&self.open, change);
            }
        }
    }
}

fn tell(open: &Open, change: &Change) {
    let method = match change {
        Change::Tools => "notifications/tools/list_changed",
        Change::Resources => "notifications/resources/list_changed",
        Change::Prompts => "notifications/prompts/list_changed",
        // One resource is told of to those who asked for it.
        _ => return,
    };
    open.lane().push_now(|out| {
        Framing::Sse.write(out, |out| {
            out.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"method\":\"");
            out.extend_from_slice(method.as_bytes());
            out.extend_from_slice(b"\"}");
        });
    });
}
