//! What a running call may say and ask: progress, logs, who called, whether it still matters.

mod telling;
mod asking;
mod durable;

use std::{fmt, future, sync::Arc, task::Poll, time::Duration};

use tidegate_era::encode::Framing;
use tidegate_model::{Id, Level, Raw, Text};
use tidegate_session::{Asks, Lane, Numbers};

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
    /// The call's id, where it shares a connection with others: its log messages name it.
    pub shared_as: Option<Id>,
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

    /// Returns how the frames on the lane are told apart; for fronts.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.call.lent.framing
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

    /// Returns whether nobody waits for the answer any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.call.lane.is_cancelled()
    }

    /// Completes when nobody waits for the answer any more.
    pub async fn cancelled(&self) {
        future::poll_fn(|cx| self.call.lane.poll_cancelled(cx)).await;
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
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("revision", &self.call.caller.facts.revision)
            .finish_non_exhaustive()
    }
}
