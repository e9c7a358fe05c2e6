//! What a task asks in its life, and what becomes of each question.
//!
//! ```text
//!   ask ──▶ open ──answer──▶ answered ──take──▶ taken
//!            │ ▲
//!            ▼ └──ask again
//!        withdrawn
//! ```

use std::fmt;

use tidegate_model::{Raw, ask::InputRequest};

use super::Record;

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

/// The key stands for another question already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTaken;

// === impl Record ===

impl Record {
    /// How many questions a task may ask in all its life. Each is one that a person or a model
    /// reads; more is a loop gone wrong.
    pub const MAX_INPUTS: usize = 1024;

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
}

impl fmt::Display for KeyTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a key stands for one question as long as its task lives, and 1024 are all it has",
        )
    }
}

impl std::error::Error for KeyTaken {}
