//! A task and what its status brings, and the rules by which it may change.
//!
//! ```text
//!   working ──ask──▶ input_required ──answer (the last one)──▶ working
//!      └───────────────────┴──end, cancel──▶ completed │ failed │ cancelled   and no further
//! ```

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use tidegate_model::{Raw, Task, TaskStatus};

pub use self::questions::{Input, InputState, KeyTaken};
use crate::tasks::Place;

mod questions;

/// A task and what its status brings.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What its client sees.
    pub task: Task,
    /// The principal it belongs to; empty: anyone.
    pub owner: Vec<u8>,
    /// When it began, in milliseconds since 1970.
    pub created: u64,
    /// What it asked in all its life, in order.
    pub inputs: Vec<Input>,
    /// How it ended.
    pub end: Option<End>,
}

/// How a task ended: the result, or the JSON-RPC error.
pub type End = Result<Raw, Raw>;

/// The system has no random bytes to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEntropy;

// === impl Record ===

impl Record {
    /// Returns a task that begins now, under an id that cannot be guessed. It is kept for `ttl`
    /// milliseconds; none: for ever.
    ///
    /// # Errors
    ///
    /// When the system has no random bytes to give.
    pub fn new(
        owner: &[u8],
        ttl: Option<u64>,
        poll_interval: Option<u64>,
        now: u64,
    ) -> Result<Self, NoEntropy> {
        let mut id = [0; 24];
        getrandom::fill(&mut id).map_err(|_| NoEntropy)?;
        Ok(Self {
            task: Task {
                task_id: URL_SAFE_NO_PAD.encode(id),
                status: TaskStatus::Working,
                status_message: None,
                created_at: written(now),
                last_updated_at: written(now),
                ttl_ms: ttl,
                poll_interval_ms: poll_interval,
            },
            owner: owner.to_vec(),
            created: now,
            inputs: Vec::new(),
            end: None,
        })
    }

    /// Ends the task with its result or its error.
    pub fn finish(&mut self, end: End, message: Option<String>, now: u64) {
        let status = match end {
            Ok(_) => TaskStatus::Completed,
            Err(_) => TaskStatus::Failed,
        };
        self.end = Some(end);
        self.stop(status, message, now);
    }

    /// Ends the task without either: its client wants it no more.
    pub fn cancel(&mut self, now: u64) {
        let message = "cancelled by its client".to_owned();
        self.stop(TaskStatus::Cancelled, Some(message), now);
    }

    /// Returns whether it changes no more.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        self.task.status.is_terminal()
    }

    /// Returns when it expires, in milliseconds since 1970; `None`: never.
    #[must_use]
    pub fn expires(&self) -> Option<u64> {
        self.task.ttl_ms.map(|ttl| self.created.saturating_add(ttl))
    }

    /// Returns whether it has expired by `now`.
    #[must_use]
    pub fn has_expired(&self, now: u64) -> bool {
        self.expires().is_some_and(|expires| expires <= now)
    }

    /// Returns where it is kept.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place {
            id: &self.task.task_id,
            owner: &self.owner,
        }
    }

    fn settle(&mut self, now: u64) {
        let waits = self.open().next().is_some();
        self.task.status = if waits {
            TaskStatus::InputRequired
        } else {
            TaskStatus::Working
        };
        self.task.last_updated_at = written(now);
    }

    fn stop(&mut self, status: TaskStatus, message: Option<String>, now: u64) {
        // Whoever answered a form need not have it kept for longer than the task wanted it.
        for input in &mut self.inputs {
            input.state = match input.state {
                InputState::Open | InputState::Withdrawn => InputState::Withdrawn,
                InputState::Answered(_) | InputState::Taken => InputState::Taken,
            };
        }
        self.task.status = status;
        self.task.status_message = message;
        self.task.last_updated_at = written(now);
    }
}

/// Writes a time as RFC 3339 has it.
fn written(now: u64) -> String {
    let now = i64::try_from(now).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(now)
        .unwrap_or(Timestamp::MAX)
        .to_string()
}

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system has no random bytes to give")
    }
}

impl std::error::Error for NoEntropy {}

#[cfg(test)]
mod tests;
