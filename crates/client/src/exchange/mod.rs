//! A request in flight: what arrives on its stream, until its answer.
//!
//! ```text
//!   opening (a task) ─▶ Receive ─▶ Message ─┬─ notification ─▶ Event, handlers
//!        ▲                 │                ├─ request ─▶ answered by a POST (legacy)
//!        └─ taken up again ┘ broken         └─ response ─▶ the outcome
//! ```

mod ending;
mod heard;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::HeaderMap;
use tidegate_model::{Id, Level, Raw};
use tokio::{task::JoinHandle, time::sleep};

use crate::{
    asks::{Answering, Reply},
    endpoint::Session,
    error::Error,
    message::{Event, Message},
    receive::Receive,
    resume::{Later, Resumed, Resuming},
    timer::Timer,
    wire::{Deadlines, Wire},
};

/// A request in flight. It reads as fast as it is polled, so a slow caller slows its server and
/// nobody else.
///
/// Dropped before its answer, it closes its stream; in a session it also tells the server.
pub(crate) struct Exchange {
    wire: Arc<Wire>,
    id: Id,
    /// The session it belongs to (legacy).
    session: Option<Arc<Session>>,
    /// From which level on the caller wants log messages.
    log_level: Option<Level>,
    state: State,
    /// An answer of ours that is being sent.
    reply: Option<Reply>,
    /// What the server asks on the request's stream.
    answering: Answering,
    resuming: Resuming,
    total: Option<Timer>,
    idle: Option<Timer>,
    outcome: Option<Result<Answer, Error>>,
    /// Whether the server has said its last word on the request.
    settled: bool,
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) result: Raw,
}

enum State {
    Opening(Opening),
    Receiving(Box<Receive>),
    Ended,
}

/// The task that sends the request; dropped, it stops.
struct Opening(JoinHandle<Result<Receive, Error>>);

// === impl Exchange ===

impl Exchange {
    /// Begins: `opening` sends the request, from this moment on.
    pub(crate) fn begin(
        wire: Arc<Wire>,
        id: Id,
        opening: impl Future<Output = Result<Receive, Error>> + Send + 'static,
        deadlines: Deadlines,
    ) -> Self {
        let opening = wire.runtime.spawn(opening);
        let resuming = Resuming::new(wire.reconnect);
        Self {
            log_level: wire.log_level,
            wire,
            id,
            session: None,
            state: State::Opening(Opening(opening)),
            reply: None,
            answering: Answering::default(),
            resuming,
            total: deadlines.total.map(Timer::new),
            idle: deadlines.idle.map(Timer::new),
            outcome: None,
            settled: false,
        }
    }

    /// Says which session the request belongs to, and which log messages are wanted.
    pub(crate) fn within(
        mut self,
        session: Option<Arc<Session>>,
        log_level: Option<Level>,
    ) -> Self {
        self.session = session;
        self.log_level = log_level;
        self
    }

    /// Returns the next event; `None` once the outcome is there.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        while self.outcome.is_none() {
            if let Some(after) = Timer::poll_expired(&mut self.total, cx) {
                self.end(Err(Error::timeout("the call was not done", after)));
                break;
            }
            match self.poll_message(cx) {
                Poll::Ready(message) => {
                    // A stream that is taken up again and again says nothing by that.
                    if let Some(idle) = self.idle.as_mut().filter(|_| message.is_some()) {
                        idle.reset();
                    }
                    if let Some(event) = message.and_then(|message| self.admit(message, cx)) {
                        return Poll::Ready(Some(event));
                    }
                }
                Poll::Pending => {
                    let Some(after) = Timer::poll_expired(&mut self.idle, cx) else {
                        return Poll::Pending;
                    };
                    self.end(Err(Error::timeout("nothing came from the server", after)));
                }
            }
        }
        Poll::Ready(None)
    }

    /// Drains the events and returns the answer.
    pub(crate) async fn answer(mut self) -> Result<Answer, Error> {
        while std::future::poll_fn(|cx| self.poll_event(cx))
            .await
            .is_some()
        {}
        self.take_outcome()
    }

    /// Returns the outcome, once the events have ended.
    pub(crate) fn take_outcome(&mut self) -> Result<Answer, Error> {
        let lost = || Err(Error::lost("the answer was taken already"));
        self.outcome.take().unwrap_or_else(lost)
    }

    /// Moves on by one message; `None` if it moved without one.
    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        if let Some(reply) = &mut self.reply {
            ready!(reply.as_mut().poll(cx));
            self.reply = None;
        }
        match &mut self.state {
            State::Opening(opening) => {
                let opened = ready!(Pin::new(&mut opening.0).poll(cx));
                let opened = opened
                    .unwrap_or_else(|error| Err(Error::lost("the request broke").because(error)));
                self.opened(opened);
                Poll::Ready(None)
            }
            State::Receiving(receive) => match ready!(receive.poll_next(cx)) {
                Some(Ok(message)) => {
                    self.wire.handlers.hear(&message);
                    Poll::Ready(Some(message))
                }
                Some(Err(error)) => {
                    self.broke(error);
                    Poll::Ready(None)
                }
                None => {
                    let error = receive.unanswered();
                    self.broke(error);
                    Poll::Ready(None)
                }
            },
            State::Ended => Poll::Ready(None),
        }
    }

    /// The request, or what takes its stream up, has been answered.
    fn opened(&mut self, opened: Result<Receive, Error>) {
        match self.resuming.resumed(opened) {
            Resumed::Stream(receive) => self.state = State::Receiving(receive),
            Resumed::Again(opening) => self.again(opening),
            Resumed::Failed(error) => {
                self.settled = !self.resuming.has_begun();
                self.end(Err(error));
            }
        }
    }

    /// The stream has ended without an answer: it is taken up again if it can be.
    fn broke(&mut self, error: Error) {
        let State::Receiving(receive) = &mut self.state else {
            return;
        };
        match self.resuming.broke(receive, error) {
            Ok(opening) => self.again(opening),
            Err(error) => {
                self.settled = error.status().is_some();
                self.end(Err(error));
            }
        }
    }

    /// Sends once more, later.
    fn again(&mut self, later: Later) {
        let wire = self.wire.clone();
        let opening = self.wire.runtime.spawn(async move {
            sleep(later.after).await;
            let request = later.session.stream(&wire, Some(&later.behind));
            wire.send(request).await
        });
        self.state = State::Opening(Opening(opening));
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.abort();
    }
}
