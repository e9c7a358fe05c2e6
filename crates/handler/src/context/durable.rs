//! A running call that goes on as a task.
//!
//! ```text
//!   tool: go_durable ──wants──▶ whoever polls the call ──▶ the record is made, the call is answered
//!              ▲                                                  │
//!              └────────────────── settled ───────────────────────┘ or it goes on as it was
//! ```

use std::{
    future,
    sync::atomic::{AtomicU8, Ordering},
    task::{self, Poll, Waker},
};

use parking_lot::Mutex;
use tidegate_model::TASKS;

use super::Context;

/// Whether a call is a task, or wants to be. It allocates nothing.
#[derive(Debug, Default)]
pub(super) struct Turn {
    state: AtomicU8,
    waker: Mutex<Option<Waker>>,
}

/// It is answered on its own stream, and nobody asked for more.
const CALL: u8 = 0;
/// Its tool wants it to be a task.
const WANTS: u8 = 1;
/// Somebody is making it one.
const TURNING: u8 = 2;
/// It is a task.
const TASK: u8 = 3;
/// It stays a call.
const STAYS: u8 = 4;

// === impl Context ===

impl Context {
    /// Lets the call go on as a task, if its client knows tasks: the client is answered now, with
    /// the task's id, and asks after it; what stands behind this line runs on its own, whether the
    /// client is there or not. For all others it returns at once, and the call stays a call.
    ///
    /// A tool that is durable from its first line is marked so
    /// ([`ToolSpec::durable`](crate::ToolSpec::durable)); this is for one that settles something
    /// with its client first. The server must say that it speaks the extension: a router does when
    /// one of its tools is marked.
    ///
    /// Progress and logs of a task go nowhere. Its questions ([`ask`](Self::ask)) are shown to
    /// whoever asks after it, and answered while it waits: nothing runs twice from here on.
    ///
    /// ```
    /// use tidegate_handler::{Context, Failure, ask::{Elicit, Field, Form}};
    ///
    /// async fn migrate(database: String, cx: Context) -> Result<String, Failure> {
    ///     let form = Form::new().required("sure", Field::boolean().title("Migrate it"));
    ///     let answer = cx.ask("sure", Elicit::form(format!("Migrate {database}?"), form)).await?;
    ///     if answer.get("sure").is_none_or(|sure| sure != true) {
    ///         return Ok("left as it was".to_owned());
    ///     }
    ///     cx.go_durable().await;
    ///     // … hours of work …
    ///     Ok(format!("{database} is migrated"))
    /// }
    /// ```
    pub async fn go_durable(&self) {
        if !self.knows_tasks() {
            return;
        }
        future::poll_fn(|task| self.poll_durable(task)).await;
    }

    /// Returns whether the call goes on as a task.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.call.turn.state.load(Ordering::Acquire) == TASK
    }

    /// Returns whether the client declared, with this call, that it knows tasks.
    #[must_use]
    pub fn knows_tasks(&self) -> bool {
        let client = self.caller();
        client.facts.typed_results && client.client_capabilities().has_extension(TASKS)
    }

    /// Returns, once, whether the call wants to be a task; for fronts, who then
    /// [settle](Self::settle_durable) it.
    #[must_use]
    pub fn wants_durable(&self) -> bool {
        let state = &self.call.turn.state;
        state.load(Ordering::Acquire) == WANTS
            && state
                .compare_exchange(WANTS, TURNING, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
    }

    /// Says whether the call is a task from now on, or stays what it was; for fronts.
    pub fn settle_durable(&self, is_task: bool) {
        let turn = &self.call.turn;
        turn.state
            .store(if is_task { TASK } else { STAYS }, Ordering::Release);
        let waker = turn.waker.lock().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn poll_durable(&self, task: &task::Context<'_>) -> Poll<()> {
        let turn = &self.call.turn;
        let mut waker = turn.waker.lock();
        let before = turn
            .state
            .compare_exchange(CALL, WANTS, Ordering::AcqRel, Ordering::Acquire);
        if matches!(before, Err(TASK | STAYS)) || self.is_cancelled() {
            return Poll::Ready(());
        }
        *waker = Some(task.waker().clone());
        drop(waker);
        if before.is_ok() {
            // Whoever polls the call looks whether it wants to; a thread's wish comes while nobody
            // does.
            self.lane().wake_reader();
        }
        // A thread that waits here must not wait for ever.
        self.lane().poll_cancelled(task)
    }
}
