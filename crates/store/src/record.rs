//! A task and what its status brings, and the rules by which it may change.
//!
//! ```text
//!   working ──ask──▶ input_required ──answer (the last one)──▶ working
//!      └───────────────────┴──end, cancel──▶ completed │ failed │ cancelled   and no further
//! ```

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use tidegate_model::{Raw, Task, TaskStatus, ask::InputRequest};

use crate::tasks::Place;

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

/// A question of a task.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its key: it stands for this question as long as the task lives.
    pub key: String,
    /// The question.
    pub request: InputRequest,
    /// What became of it.
    pub state: InputState,
}

/// What became of a question.
#[derive(Clone, Debug, PartialEq)]
pub enum InputState {
    /// It waits for its answer.
    Open,
    /// It was answered, and the task has not taken the answer yet.
    Answered(Raw),
    /// The task has taken its answer.
    Taken,
    /// The task does not want the answer any more.
    Withdrawn,
}

/// How a task ended: the result, or the JSON-RPC error.
pub type End = Result<Raw, Raw>;

/// The key stands for another question already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTaken;

/// The system has no random bytes to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoEntropy;

// === impl Record ===

impl Record {
    /// How many questions a task may ask in all its life. Each is one that a person or a model
    /// reads; more is a loop gone wrong.
    pub const MAX_INPUTS: usize = 1024;

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

    /// Asks something of the client. The same question again is the same question.
    ///
    /// # Errors
    ///
    /// When the key stands for another question, or too many were asked.
    pub fn ask(&mut self, key: &str, request: &InputRequest, now: u64) -> Result<(), KeyTaken> {
        if let Some(input) = self.inputs.iter_mut().find(|input| input.key == key) {
            let unanswered = matches!(input.state, InputState::Open | InputState::Withdrawn);
            if input.request != *request || !unanswered {
                return Err(KeyTaken);
            }
            input.state = InputState::Open;
            self.settle(now);
            return Ok(());
        }
        if self.inputs.len() >= Self::MAX_INPUTS {
            return Err(KeyTaken);
        }
        self.inputs.push(Input {
            key: key.to_owned(),
            request: request.clone(),
            state: InputState::Open,
        });
        self.settle(now);
        Ok(())
    }

    /// Answers an open question; false if there is none of this key.
    pub fn answer(&mut self, key: &str, answer: Raw, now: u64) -> bool {
        let open = |input: &&mut Input| input.key == key && input.state == InputState::Open;
        let Some(input) = self.inputs.iter_mut().find(open) else {
            return false;
        };
        input.state = InputState::Answered(answer);
        self.settle(now);
        true
    }

    /// Notes that the task has taken the answer to a question; it is not kept any longer.
    pub fn take(&mut self, key: &str) {
        let named = self.inputs.iter_mut().find(|input| input.key == key);
        if let Some(input) = named.filter(|input| matches!(input.state, InputState::Answered(_))) {
            input.state = InputState::Taken;
        }
    }

    /// Withdraws an open question: the task does not want the answer any more.
    pub fn withdraw(&mut self, key: &str, now: u64) {
        let named = self.inputs.iter_mut().find(|input| input.key == key);
        if let Some(input) = named.filter(|input| input.state == InputState::Open) {
            input.state = InputState::Withdrawn;
            self.settle(now);
        }
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

    /// Returns the questions that wait for an answer.
    pub fn open(&self) -> impl Iterator<Item = (&str, &InputRequest)> {
        let open = self.inputs.iter();
        open.filter(|input| input.state == InputState::Open)
            .map(|input| (input.key.as_str(), &input.request))
    }

    /// Returns the answers that the task has not taken yet.
    pub fn answered(&self) -> impl Iterator<Item = (&str, &Raw)> {
        self.inputs.iter().filter_map(|input| match &input.state {
            InputState::Answered(answer) => Some((input.key.as_str(), answer)),
            _ => None,
        })
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

impl fmt::Display for KeyTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a key stands for one question as long as its task lives, and 1024 are all it has",
        )
    }
}

impl std::error::Error for KeyTaken {}

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the system has no random bytes to give")
    }
}

impl std::error::Error for NoEntropy {}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use tidegate_model::ask::InputKind;

    use super::*;

    fn roots() -> InputRequest {
        InputRequest {
            method: InputKind::Roots,
            params: Value::Null,
        }
    }

    fn record() -> Record {
        Record::new(b"ann", Some(1000), None, 5_000).expect("entropy")
    }

    #[test]
    fn questions_make_it_wait_until_all_are_answered() {
        let mut record = record();
        record.ask("a", &roots(), 6_000).expect("new");
        record.ask("b", &roots(), 6_000).expect("new");
        assert_eq!(record.task.status, TaskStatus::InputRequired);
        assert!(record.answer("a", Raw::empty_object(), 7_000));
        assert!(!record.answer("a", Raw::empty_object(), 7_000), "once");
        assert!(!record.answer("c", Raw::empty_object(), 7_000), "unknown");
        assert_eq!(record.task.status, TaskStatus::InputRequired);
        assert_eq!(record.open().count(), 1);
        record.withdraw("b", 8_000);
        assert_eq!(record.task.status, TaskStatus::Working);
        assert_eq!(record.task.last_updated_at, "1970-01-01T00:00:08Z");
        assert_eq!(record.answered().count(), 1);
        record.take("a");
        assert_eq!(record.answered().count(), 0);
    }

    #[test]
    fn a_key_stands_for_one_question_for_ever() {
        let mut record = record();
        record.ask("a", &roots(), 6_000).expect("new");
        record.ask("a", &roots(), 6_000).expect("the same");
        assert_eq!(record.inputs.len(), 1);
        let mut other = roots();
        other.params = serde_json::json!({"x": 1});
        assert_eq!(record.ask("a", &other, 6_000), Err(KeyTaken));
        record.withdraw("a", 6_000);
        record
            .ask("a", &roots(), 6_000)
            .expect("nobody answered it");
        assert_eq!(record.task.status, TaskStatus::InputRequired);
        record.answer("a", Raw::empty_object(), 7_000);
        assert_eq!(record.ask("a", &roots(), 7_000), Err(KeyTaken), "answered");
    }

    #[test]
    fn its_time_counts_from_its_beginning() {
        let mut record = record();
        record.ask("a", &roots(), 5_999).expect("new");
        assert!(!record.has_expired(5_999) && record.has_expired(6_000));
        record.task.ttl_ms = None;
        assert!(!record.has_expired(u64::MAX));
    }

    #[test]
    fn the_end_closes_what_was_open() {
        let mut record = record();
        record.ask("a", &roots(), 6_000).expect("new");
        record.cancel(7_000);
        assert!(record.has_ended() && record.open().next().is_none());
        assert_eq!(record.end, None);
    }
}
