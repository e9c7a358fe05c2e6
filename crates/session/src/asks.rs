//! One call's questions to its client, and the answers that are there.
//!
//! ```text
//!   handler: poll(key) ──▶ answered? ──▶ at once
//!                  │ no
//!                  ▼
//!            open questions ──take──▶ the front sends them        (live: legacy, tasks)
//!                           └─close─▶ the round ends with all     (modern)
//! ```

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;
use tidegate_model::{Failure, Raw, ask::InputRequest};

/// One call's questions. It allocates nothing before the first.
#[derive(Debug, Default)]
pub struct Asks {
    /// Whether questions are open that no front has seen yet: looked at after each poll.
    unseen: AtomicBool,
    state: Mutex<Option<Box<State>>>,
}

#[derive(Debug, Default)]
struct State {
    answers: Answers,
    open: Vec<Open>,
    /// How many questions were opened.
    opened: u64,
}

/// Answers by their keys: what the client said, or why it did not.
pub type Answers = BTreeMap<String, Result<Raw, Failure>>;

/// A question that a front has to send.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAsk {
    /// Which of the call's questions it is. One that is asked again after it was withdrawn is
    /// another, whatever its key.
    pub number: u64,
    /// Its key.
    pub key: String,
    /// What is asked.
    pub request: InputRequest,
}

#[derive(Debug)]
struct Open {
    number: u64,
    key: String,
    request: InputRequest,
    seen: bool,
    /// All who wait for it: a tool may ask the same in two places at once.
    waiting: Vec<Waker>,
}

// === impl Asks ===

impl Asks {
    /// How many questions of a call may be open at a time. A round with more is a loop gone wrong:
    /// people see each of them.
    pub const MAX_OPEN: usize = 64;

    /// How many bytes a key may have.
    pub const MAX_KEY: usize = 128;

    /// Returns no questions and no answers.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            unseen: AtomicBool::new(false),
            state: Mutex::new(None),
        }
    }

    /// Returns no questions, and answers that came with the call.
    #[must_use]
    pub fn answered(answers: Answers) -> Self {
        let state = State {
            answers,
            ..State::default()
        };
        Self {
            unseen: AtomicBool::new(false),
            state: Mutex::new(Some(Box::new(state))),
        }
    }

    /// Returns the answer to `key`, if it is there.
    pub fn get(&self, key: &str) -> Option<Result<Raw, Failure>> {
        let state = self.state.lock();
        state.as_ref()?.answers.get(key).cloned()
    }

    /// Forgets the answer to `key`: it must be asked anew.
    pub fn forget(&self, key: &str) {
        if let Some(state) = self.state.lock().as_mut() {
            state.answers.remove(key);
        }
    }

    /// Completes when the question `key` has its answer; opens it first, if it is not open.
    pub fn poll(
        &self,
        cx: &Context<'_>,
        key: &str,
        request: &InputRequest,
    ) -> Poll<Result<Raw, Failure>> {
        let mut state = self.state.lock();
        let state = state.get_or_insert_default();
        if let Some(answer) = state.answers.get(key) {
            return Poll::Ready(answer.clone());
        }
        if let Some(open) = state.open.iter_mut().find(|open| open.key == key) {
            if open.request != *request {
                return Poll::Ready(Err(Failure::internal(
                    "two questions of a call have one key",
                )));
            }
            if !open.waiting.iter().any(|one| one.will_wake(cx.waker())) {
                open.waiting.push(cx.waker().clone());
            }
            return Poll::Pending;
        }
        if key.is_empty() || key.len() > Self::MAX_KEY || state.open.len() >= Self::MAX_OPEN {
            return Poll::Ready(Err(Failure::internal(
                "a call asks too much at once, or by keys that are none",
            )));
        }
        state.opened += 1;
        state.open.push(Open {
            number: state.opened,
            key: key.to_owned(),
            request: request.clone(),
            seen: false,
            waiting: vec![cx.waker().clone()],
        });
        self.unseen.store(true, Ordering::Release);
        Poll::Pending
    }

    /// Withdraws the question `key`: nobody waits for its answer any more. Whoever does after all,
    /// asks again.
    pub fn withdraw(&self, key: &str) {
        let mut guard = self.state.lock();
        let open = guard.as_mut().and_then(|state| self.remove(state, key));
        drop(guard);
        open.into_iter().for_each(Open::wake);
    }

    /// Returns whether there are questions that no front has seen yet.
    pub fn has_new(&self) -> bool {
        self.unseen.load(Ordering::Acquire)
    }

    /// Returns the questions that are new since the last time; they stay open.
    pub fn take_new(&self) -> Vec<NewAsk> {
        let mut state = self.state.lock();
        self.unseen.store(false, Ordering::Release);
        let open = state.as_mut().map(|state| &mut state.open);
        let new = open.into_iter().flatten().filter(|open| !open.seen);
        new.map(|open| {
            open.seen = true;
            NewAsk {
                number: open.number,
                key: open.key.clone(),
                request: open.request.clone(),
            }
        })
        .collect()
    }

    /// Returns all open questions.
    pub fn open(&self) -> Vec<(String, InputRequest)> {
        let state = self.state.lock();
        let open = state.iter().flat_map(|state| &state.open);
        open.map(|open| (open.key.clone(), open.request.clone()))
            .collect()
    }

    /// Returns the answers that are there.
    pub fn answers(&self) -> Answers {
        let state = self.state.lock();
        state
            .as_ref()
            .map_or_else(Answers::new, |state| state.answers.clone())
    }

    /// Answers an open question; false if there is none of this key.
    pub fn answer(&self, key: &str, answer: Result<Raw, Failure>) -> bool {
        self.answer_if(key, answer, |_| true)
    }

    /// Answers the question that went out under `number`; false if it is not open any more. What
    /// was said to an earlier question of this key says nothing to a later one.
    pub fn answer_number(&self, key: &str, number: u64, answer: Result<Raw, Failure>) -> bool {
        self.answer_if(key, answer, |open| open.number == number)
    }

    /// Returns whether the question that went out under `number` is open.
    pub fn is_open(&self, number: u64) -> bool {
        let state = self.state.lock();
        let mut open = state.iter().flat_map(|state| &state.open);
        open.any(|open| open.number == number)
    }

    fn answer_if(
        &self,
        key: &str,
        answer: Result<Raw, Failure>,
        fits: impl Fn(&Open) -> bool,
    ) -> bool {
        let mut guard = self.state.lock();
        let Some(state) = guard.as_mut() else {
            return false;
        };
        if !state.open.iter().any(|open| open.key == key && fits(open)) {
            return false;
        }
        let Some(open) = self.remove(state, key) else {
            return false;
        };
        state.answers.insert(open.key.clone(), answer);
        drop(guard);
        open.wake();
        true
    }

    /// Closes a question. One that is closed before a front saw it is not new any more.
    fn remove(&self, state: &mut State, key: &str) -> Option<Open> {
        let at = state.open.iter().position(|open| open.key == key)?;
        let open = state.open.remove(at);
        let unseen = state.open.iter().any(|open| !open.seen);
        self.unseen.store(unseen, Ordering::Release);
        Some(open)
    }
}

// === impl Open ===

impl Open {
    fn wake(self) {
        self.waiting.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests;
