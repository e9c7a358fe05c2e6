//! A tool's call: how it is made, and the handle on it while it runs.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use serde_json::Value;
use tidegate_model::{Id, Level, Raw};

use crate::{
    dispatch::Dispatch, endpoint::Outgoing, error::Error, input, message::Event, pursuit::Pursuit,
    results::CallResult, wire::Deadlines,
};

/// A call that is being made ready.
#[must_use = "a call does nothing until it is started"]
#[derive(Debug)]
pub struct CallBuilder {
    dispatch: Arc<Dispatch>,
    tool: String,
    arguments: Option<Raw>,
    meta: Value,
    log_level: Option<Level>,
    deadlines: Deadlines,
}

/// A call that runs: a stream of what it tells, and then its result.
///
/// It is read as fast as [`next`](Self::next) is called; what the server says meanwhile waits in
/// the connection, and then the server waits.
///
/// # Cancel safety
///
/// Dropping the handle cancels the call. In the modern era that closes its stream; in a session
/// the server is told, from a task, and then the stream is closed. A program that is about to end calls [`cancel`](Self::cancel),
/// which waits until it has been.
pub struct Call {
    pursuit: Pursuit,
}

// === impl CallBuilder ===

impl CallBuilder {
    pub(crate) fn new(dispatch: Arc<Dispatch>, tool: &str) -> Self {
        Self {
            tool: tool.to_owned(),
            arguments: None,
            meta: Value::Null,
            log_level: dispatch.wire.log_level,
            deadlines: dispatch.deadlines(),
            dispatch,
        }
    }

    /// Sets the arguments, a JSON object: a [`Value`], or [`Raw`] JSON that goes out as it is.
    pub fn arguments(mut self, arguments: impl Into<Raw>) -> Self {
        self.arguments = Some(arguments.into());
        self
    }

    /// Sets what goes into the request's `_meta`, a JSON object, beside what the protocol puts there.
    pub fn meta(mut self, meta: Value) -> Self {
        self.meta = meta;
        self
    }

    /// Sets from which level on log messages are wanted; `None`: not at all.
    pub fn log_level(mut self, level: impl Into<Option<Level>>) -> Self {
        self.log_level = level.into();
        self
    }

    /// Sets how long the call may take in all.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadlines.total = deadline.into();
        self
    }

    /// Sets how long the server may be silent while the call runs.
    pub fn idle_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadlines.idle = deadline.into();
        self
    }

    /// Sends the call and returns the handle on it.
    ///
    /// The call runs from now on; whatever goes wrong on its way is its result.
    ///
    /// # Errors
    ///
    /// When the arguments or `_meta` are no JSON object.
    #[expect(
        clippy::unused_async,
        reason = "timers and tasks need the runtime an await stands in"
    )]
    pub async fn start(self) -> Result<Call, Error> {
        let mut outgoing = Outgoing::new("tools/call", self.log_level).named("name", &self.tool);
        match self.meta {
            Value::Null => {}
            Value::Object(meta) => outgoing.meta = meta,
            _ => return Err(Error::input("`_meta` must be a JSON object")),
        }
        if let Some(arguments) = self.arguments {
            input::check_object(&self.tool, &arguments)?;
            outgoing = outgoing.field("arguments", arguments);
        }
        Ok(Call {
            pursuit: Pursuit::begin(self.dispatch, outgoing, self.deadlines),
        })
    }
}

// === impl Call ===

impl Call {
    /// Returns the next thing the call tells; `None` once its result is there.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|cx| self.pursuit.poll_event(cx)).await
    }

    /// Returns the result, leaving aside what the call still tells.
    ///
    /// # Errors
    ///
    /// When the call was refused, or broke, or its time ran out. A tool that ran and did not
    /// succeed has a result, whose [`is_error`](CallResult::is_error) says so.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call.
    pub async fn result(self) -> Result<CallResult, Error> {
        CallResult::read(self.pursuit.result().await?)
    }

    /// Cancels the call, and waits until the server has been told.
    pub async fn cancel(self) {
        self.pursuit.cancel().await;
    }

    /// Returns the id of the call's latest request, which is its progress token too. A call has a
    /// new one when it goes on with the answers to a question.
    #[must_use]
    pub const fn id(&self) -> &Id {
        self.pursuit.id()
    }
}

impl Stream for Call {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        self.pursuit.poll_event(cx)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("id", self.id())
            .finish_non_exhaustive()
    }
}
