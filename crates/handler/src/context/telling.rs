//! What a running call tells its caller meanwhile: progress, logs, visits that ended.

use std::{
    fmt, future,
    task::{self, Poll},
    time::Instant,
};

use serde::Serialize;
use tidegate_era::encode;
use tidegate_model::Level;
use tidegate_session::Push;

use super::Context;

// === impl Context ===

impl Context {
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
        let framing = self.call.lent.framing;
        future::poll_fn(|cx| {
            self.poll_send(cx, &mut push, None, |out| {
                framing.write(out, |out| encode::visited(out, id));
            })
        })
        .await;
    }

    async fn log_text(&self, level: Level, text: impl fmt::Display + Send + Sync) {
        self.send_log(level, |out| encode::text(out, &text)).await;
    }

    async fn send_log(&self, level: Level, data: impl Fn(&mut Vec<u8>)) {
        if !self.wants_log(level) {
            return;
        }
        let mut push = Push::default();
        let framing = self.call.lent.framing;
        future::poll_fn(|cx| {
            self.poll_send(cx, &mut push, None, |out| {
                framing.log(out, level, self.call.lent.shared_as.as_ref(), &data);
            })
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
        let framing = self.call.lent.framing;
        future::poll_fn(|cx| {
            self.poll_send(cx, &mut push, Some(done), |out| {
                let message = message.as_ref().map(|message| message as &dyn fmt::Display);
                framing.progress(out, token, done, total, message);
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
        self.call
            .lane
            .poll_push(cx, Instant::now(), push, progress, frame)
    }
}
