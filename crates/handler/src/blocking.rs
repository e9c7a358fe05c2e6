//! The context of a tool that blocks: the same words, without `await`.

use std::{fmt, time::Duration};

use serde::Serialize;
use tidegate_model::{Failure, Level};
use tokio::runtime::Handle;

use crate::{ask::Ask, caller::Caller, context::Context};

/// One call, seen from a thread that may block.
///
/// Each method waits, as its twin of [`Context`] does, until there is room in the call's lane. The
/// thread cannot be stopped from outside: long work asks [`is_cancelled`](Self::is_cancelled).
#[derive(Clone, Debug)]
pub struct BlockingContext {
    cx: Context,
    runtime: Handle,
}

// === impl BlockingContext ===

impl BlockingContext {
    pub(crate) const fn new(cx: Context, runtime: Handle) -> Self {
        Self { cx, runtime }
    }

    /// Returns who called.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        self.cx.caller()
    }

    /// Returns the same call's context, for code that is async after all.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.cx
    }

    /// Returns whether the caller wants to hear of progress.
    #[must_use]
    pub fn wants_progress(&self) -> bool {
        self.cx.wants_progress()
    }

    /// Returns whether the caller wants log messages of `level`.
    #[must_use]
    pub fn wants_log(&self, level: Level) -> bool {
        self.cx.wants_log(level)
    }

    /// Returns whether nobody waits for the answer any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cx.is_cancelled()
    }

    /// See [`Context::ask`].
    ///
    /// # Errors
    ///
    /// As there. In the modern era a call whose round has ended is run again from its top; the
    /// thread that asked gets an error and should return.
    pub fn ask<A: Ask>(&self, key: &str, question: A) -> Result<A::Answer, Failure> {
        self.runtime.block_on(self.cx.ask(key, question))
    }

    /// See [`Context::ask_once`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn ask_once<A: Ask>(&self, key: &str, question: A) -> Result<A::Answer, Failure> {
        self.runtime.block_on(self.cx.ask_once(key, question))
    }

    /// See [`Context::go_durable`].
    pub fn go_durable(&self) {
        self.runtime.block_on(self.cx.go_durable());
    }

    /// See [`Context::is_durable`].
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.cx.is_durable()
    }

    /// See [`Context::can_ask`].
    #[must_use]
    pub fn can_ask(&self, question: &impl Ask) -> bool {
        self.cx.can_ask(question)
    }

    /// See [`Context::progress`].
    pub fn progress(&self, done: impl Into<f64>, total: impl Into<Option<f64>>) {
        self.runtime.block_on(self.cx.progress(done, total));
    }

    /// See [`Context::progress_message`].
    pub fn progress_message(
        &self,
        done: impl Into<f64>,
        total: impl Into<Option<f64>>,
        message: impl fmt::Display + Send + Sync,
    ) {
        self.runtime
            .block_on(self.cx.progress_message(done, total, message));
    }

    /// See [`Context::log`].
    pub fn log(&self, level: Level, data: impl Serialize + Send + Sync) {
        self.runtime.block_on(self.cx.log(level, data));
    }

    /// See [`Context::debug`].
    pub fn debug(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.debug(text));
    }

    /// See [`Context::info`].
    pub fn info(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.info(text));
    }

    /// See [`Context::notice`].
    pub fn notice(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.notice(text));
    }

    /// See [`Context::warning`].
    pub fn warning(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.warning(text));
    }

    /// See [`Context::error`].
    pub fn error(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.error(text));
    }

    /// See [`Context::critical`].
    pub fn critical(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.critical(text));
    }

    /// See [`Context::alert`].
    pub fn alert(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.alert(text));
    }

    /// See [`Context::close_stream`].
    pub fn close_stream(&self) -> bool {
        self.runtime.block_on(self.cx.close_stream())
    }

    /// See [`Context::close_stream_for`].
    pub fn close_stream_for(&self, wait: Duration) -> bool {
        self.runtime.block_on(self.cx.close_stream_for(wait))
    }

    /// See [`Context::emergency`].
    pub fn emergency(&self, text: impl fmt::Display + Send + Sync) {
        self.runtime.block_on(self.cx.emergency(text));
    }
}
