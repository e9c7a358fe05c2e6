//! What a running call may say and ask: progress, logs, who called, whether it still matters.

mod asking;
mod durable;

use std::{
    fmt, future,
    sync::Arc,
    task::{self, Poll},
    time::{Duration, Instant},
};

use serde::Serialize;
use tidegate_era::encode::{self, Framing};
use tidegate_model::{Level, Raw, Text};
use tidegate_session::{Asks, Lane, Numbers, Push};

pub use self::asking::Returned;
use crate::caller::Caller;

/// One call, seen from inside.
///
/// Cloning is cheap; all clones speak for the same call. What it sends arrives on the call's own
/// stream, in order, before the result.
///
/// # Cancel safety
///
/// When the caller goes away (modern) or cancels, the handler's future is dropped at its next
/// `await`. Work that runs elsewhere asks [`is_cancelled`](Self::is_cancelled) or waits for
/// [`cancelled`](Self::cancelled).
#[derive(Clone)]
pub struct Context {
    call: Arc<Running>,
}

struct Running {
    lane: Lane,
    asks: Asks,
    turn: durable::Turn,
    lent: Lent,
    caller: Caller,
}

/// What a front lends to a call.
#[derive(Clone, Debug)]
pub struct Lent {
    /// How frames are told apart on this front.
    pub framing: Framing,
    /// The token that progress carries; none: the caller wants no progress.
    pub progress_token: Option<Raw>,
    /// From which level on logs are sent; none: none are.
    pub log_level: Option<Level>,
    /// The trace the call belongs to (W3C Trace Context).
    pub traceparent: Option<Text>,
    /// The trace's vendor part.
    pub tracestate: Option<Text>,
    /// What the call brought from the round before, if it came again.
    pub returned: Option<Box<Returned>>,
}

// === impl Context ===

impl Context {
    /// Returns the context of a call; for fronts.
    #[must_use]
    pub fn new(caller: Caller, lent: Lent) -> Self {
        Self::numbered(caller, lent, None)
    }

    /// Returns the context of a call whose frames are numbered, if there are numbers; for fronts.
    #[must_use]
    pub fn numbered(caller: Caller, mut lent: Lent, numbers: Option<Box<Numbers>>) -> Self {
        let asks = match &mut lent.returned {
            Some(returned) => Asks::answered(std::mem::take(&mut returned.answers)),
            None => Asks::new(),
        };
        let running = Running {
            lane: Lane::with(numbers),
            asks,
            turn: durable::Turn::default(),
            lent,
            caller,
        };
        Self {
            call: Arc::new(running),
        }
    }

    /// Returns the lane that this call's frames leave through; for fronts.
    #[must_use]
    pub fn lane(&self) -> &Lane {
        &self.call.lane
    }

    /// Returns who called.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.call.caller
    }

    /// Returns the trace this call belongs to, to be passed on to whatever it calls.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.call.lent.traceparent.as_ref().map(Text::as_str)
    }

    /// Returns the trace's vendor part.
    #[must_use]
    pub fn tracestate(&self) -> Option<&str> {
        self.call.lent.tracestate.as_ref().map(Text::as_str)
    }

    /// Returns whether the caller wants to hear of progress.
    #[must_use]
    pub fn wants_progress(&self) -> bool {
        self.call.lent.progress_token.is_some()
    }

    /// Returns whether the caller wants log messages of `level`.
    #[must_use]
    pub fn wants_log(&self, level: Level) -> bool {
        self.call
            .lent
            .log_level
            .is_some_and(|lowest| level >= lowest)
    }

    /// Returns whether nobody waits for the answer any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.call.lane.is_cancelled()
    }

    /// Completes when nobody waits for the answer any more.
    pub async fn cancelled(&self) {
        future::poll_fn(|cx| self.call.lane.poll_cancelled(cx)).await;
    }

    /// Tells the caller that `done` of `total` is done, if it asked to know.
    ///
    /// `done` must grow; what does not is left out. A total that is not known is `None`.
    pub async fn progress(&self, done: impl Into<f64>, total: impl Into<Option<f64>>) {
        self.send_progress(done.into(), total.into(), None::<&str>)
            .await;
    }

    /// Like [`progress`](Self::progress), with a word for people.
    pub async fn progress_message(
        &self,
        done: impl Into<f64>,
        total: impl Into<Option<f64>>,
        message: impl fmt::Display + Send + Sync,
    ) {
        self.send_progress(done.into(), total.into(), Some(message))
            .await;
    }

    /// Sends a log message with structured data.
    pub async fn log(&self, level: Level, data: impl Serialize + Send + Sync) {
        self.send_log(level, |out| encode::json(out, &data)).await;
    }

    /// Sends a log message of level debug: details for whoever looks for a fault.
    pub async fn debug(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Debug, text).await;
    }

    /// Sends a log message of level info: how the work is going. What `format!` makes can be sent;
    /// `format_args!` cannot, because it must not be held across an `await`.
    pub async fn info(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Info, text).await;
    }

    /// Sends a log message of level notice: normal, but worth a look.
    pub async fn notice(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Notice, text).await;
    }

    /// Sends a log message of level warning: something may go wrong.
    pub async fn warning(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Warning, text).await;
    }

    /// Sends a log message of level error: an operation failed.
    pub async fn error(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Error, text).await;
    }

    /// Sends a log message of level critical: a part of the system failed.
    pub async fn critical(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Critical, text).await;
    }

    /// Sends a log message of level alert: somebody must act at once.
    pub async fn alert(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Alert, text).await;
    }

    /// Sends a log message of level emergency: the system cannot be used.
    pub async fn emergency(&self, text: impl fmt::Display + Send + Sync) {
        self.log_text(Level::Emergency, text).await;
    }

    /// Tells the client that the visit `id` of a page ([`ask::Elicit::url`](crate::ask::Elicit::url))
    /// has come to its end. Only 2025-11-25 knows the message; others are told nothing.
    pub async fn visited(&self, id: &str) {
        if !self.call.caller.facts.names_visits {
            return;
        }
        let mut push = Push::default();
        future::poll_fn(|cx| self.poll_send(cx, &mut push, None, |out| encode::visited(out, id)))
            .await;
    }

    /// Ends the connection that the caller reads, so that none has to stand open while the work
    /// goes on for long: the caller comes back for the rest (SEP-1699). What is sent from now on
    /// waits for it.
    ///
    /// Returns false, and does nothing, where the caller cannot come back: only callers of
    /// revision 2025-11-25 that read a stream can.
    pub async fn close_stream(&self) -> bool {
        self.close(None).await
    }

    /// Like [`close_stream`](Self::close_stream), and tells the caller to come back after `wait`.
    pub async fn close_stream_for(&self, wait: Duration) -> bool {
        self.close(Some(wait)).await
    }

    async fn close(&self, wait: Option<Duration>) -> bool {
        if !self.caller().facts.primes || !self.call.lane.close(wait) {
            return false;
        }
        let mut gave_way = false;
        future::poll_fn(|cx| {
            if std::mem::replace(&mut gave_way, true) {
                return Poll::Ready(true);
            }
            // Whoever polls the call ends the connection now.
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }

    async fn log_text(&self, level: Level, text: impl fmt::Display + Send + Sync) {
        self.send_log(level, |out| encode::text(out, &text)).await;
    }

    async fn send_log(&self, level: Level, data: impl Fn(&mut Vec<u8>)) {
        if !self.wants_log(level) {
            return;
        }
        let mut push = Push::default();
        future::poll_fn(|cx| {
            self.poll_send(cx, &mut push, None, |out| encode::log(out, level, &data))
        })
        .await;
    }

    async fn send_progress(
        &self,
        done: f64,
        total: Option<f64>,
        message: Option<impl fmt::Display + Send + Sync>,
    ) {
        let Some(token) = &self.call.lent.progress_token else {
            return;
        };
        if !done.is_finite() {
            return;
        }
        let mut push = Push::default();
        future::poll_fn(|cx| {
            self.poll_send(cx, &mut push, Some(done), |out| {
                let message = message.as_ref().map(|message| message as &dyn fmt::Display);
                encode::progress(out, token, done, total, message);
            })
        })
        .await;
    }

    fn poll_send(
        &self,
        cx: &task::Context<'_>,
        push: &mut Push,
        progress: Option<f64>,
        frame: impl FnOnce(&mut Vec<u8>),
    ) -> Poll<()> {
        let framing = self.call.lent.framing;
        self.call
            .lane
            .poll_push(cx, Instant::now(), push, progress, |out| {
                framing.write(out, frame)
            })
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("revision", &self.call.caller.facts.revision)
            .finish_non_exhaustive()
    }
}
