//! A request in flight: what arrives on its stream, until its answer.
//!
//! ```text
//!   opening (a task) ─▶ Receive ─▶ Message ─┬─ notification ─▶ Event, handlers
//!                                           ├─ request ─▶ answered by a POST (legacy)
//!                                           └─ response ─▶ the outcome
//! ```

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{HeaderMap, StatusCode};
use tidegate_model::{Id, Level, Raw};
use tokio::{task::JoinHandle, time::timeout};

use crate::{
    endpoint::Session,
    error::Error,
    message::{Event, Message, Notification, Request, Response},
    receive::Receive,
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
    reply: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
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

/// How long the rest of a stream is read after its answer, so that its connection serves again.
const DRAIN: Duration = Duration::from_secs(1);

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
        Self {
            log_level: wire.log_level,
            wire,
            id,
            session: None,
            state: State::Opening(Opening(opening)),
            reply: None,
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
                    if let Some(idle) = &mut self.idle {
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
        let lost = || Err(Error::lost("the answer was taken already"));
        self.outcome.take().unwrap_or_else(lost)
    }

    /// Returns the request's id.
    pub(crate) const fn id(&self) -> &Id {
        &self.id
    }

    /// Cancels, and waits until the server has been told.
    pub(crate) async fn cancel(mut self) {
        if let Some(telling) = self.abandon() {
            telling.await;
        }
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
                match opened
                    .unwrap_or_else(|error| Err(Error::lost("the request broke").because(error)))
                {
                    Ok(receive) => self.state = State::Receiving(Box::new(receive)),
                    Err(error) => {
                        self.settled = true;
                        self.end(Err(error));
                    }
                }
                Poll::Ready(None)
            }
            State::Receiving(receive) => match ready!(receive.poll_next(cx)) {
                Some(Ok(message)) => {
                    self.wire.handlers.hear(&message);
                    Poll::Ready(Some(message))
                }
                Some(Err(error)) => {
                    self.settled = error.status().is_some();
                    self.end(Err(error));
                    Poll::Ready(None)
                }
                None => {
                    let error = receive.unanswered();
                    self.end(Err(error));
                    Poll::Ready(None)
                }
            },
            State::Ended => Poll::Ready(None),
        }
    }

    fn admit(&mut self, message: Message, cx: &mut Context<'_>) -> Option<Event> {
        match message {
            Message::Notification(notification) => return self.notified(&notification),
            Message::Request(request) => self.asked(&request),
            Message::Response(response) => self.answered(response, cx),
        }
        None
    }

    fn notified(&self, notification: &Notification) -> Option<Event> {
        let handlers = &self.wire.handlers;
        if let Some(log) = notification.log() {
            if self.log_level.is_none_or(|wanted| log.level < wanted) {
                return None;
            }
            if let Some(listener) = &handlers.log {
                listener(&log);
            }
            return Some(Event::Log(log));
        }
        let progress = notification.progress()?;
        if let Some(listener) = &handlers.progress {
            listener(&progress);
        }
        Some(Event::Progress(progress))
    }

    /// The server asks something on the request's stream.
    fn asked(&mut self, request: &Request) {
        let Some(session) = &self.session else {
            // No requests come from servers in the modern era, nor before a session is open.
            tracing::warn!(
                method = request.method,
                "a request of the server is left unanswered"
            );
            return;
        };
        let answer = session.current().answer(&self.wire, request);
        self.reply = Some(Box::pin(self.wire.clone().tell(answer)));
    }

    fn answered(&mut self, response: Response, cx: &mut Context<'_>) {
        let (status, headers) = match &self.state {
            State::Receiving(receive) => (receive.status(), receive.headers().clone()),
            _ => (StatusCode::OK, HeaderMap::new()),
        };
        // An error without id says that the request could not be read.
        let ours = response
            .id
            .as_ref()
            .map_or(response.outcome.is_err(), |id| *id == self.id);
        if !ours {
            tracing::warn!(id = ?response.id, "an answer to another request is left aside");
            return;
        }
        self.settled = true;
        self.drain(cx);
        self.end(match response.outcome {
            Ok(result) => Ok(Answer { headers, result }),
            Err(error) => Err(Error::answered(status, error)),
        });
    }

    /// Reads the stream to its end, which most often is there already.
    fn drain(&mut self, cx: &mut Context<'_>) {
        let State::Receiving(mut receive) = std::mem::replace(&mut self.state, State::Ended) else {
            return;
        };
        if receive.poll_drained(cx).is_pending() {
            let drained = async move { std::future::poll_fn(|cx| receive.poll_drained(cx)).await };
            self.wire.runtime.spawn(timeout(DRAIN, drained));
        }
    }

    fn end(&mut self, outcome: Result<Answer, Error>) {
        self.outcome = Some(outcome);
    }

    /// Closes the stream, or returns what tells the server first and closes it then.
    fn abandon(&mut self) -> Option<impl Future<Output = ()> + Send + 'static> {
        let state = std::mem::replace(&mut self.state, State::Ended);
        if std::mem::replace(&mut self.settled, true) {
            return None;
        }
        // In a session going away means nothing (2025-11-25 transports §Sending Messages).
        let session = self.session.take()?;
        let cancelled = session.current().cancelled(&self.wire, &self.id);
        let telling = self.wire.clone().tell(cancelled);
        Some(async move {
            telling.await;
            drop(state);
        })
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(telling) = self.abandon() {
            self.wire.runtime.clone().spawn(telling);
        }
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.0.abort();
    }
}
