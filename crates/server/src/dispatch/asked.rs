//! Questions that went out to clients of the legacy era, until they are answered.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use foldhash::fast::RandomState;
use parking_lot::Mutex;
use serde_json::Value;
use tidegate_era::Envelope;
use tidegate_handler::Context;
use tidegate_model::{Failure, Id, Raw};
use tidegate_session::{NewAsk, SessionKey};

/// The questions that are out.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    next: AtomicU64,
    out: Mutex<HashMap<u64, Question, RandomState>>,
}

#[derive(Debug)]
struct Question {
    session: SessionKey,
    cx: Context,
    key: String,
    /// Which of the call's questions it is.
    ask: u64,
}

/// One call's questions that are out; dropped, they are withdrawn.
#[derive(Debug)]
pub(super) struct Out {
    asked: Arc<Asked>,
    numbers: Vec<u64>,
}

/// What stands before the number in the ids of our requests.
const PREFIX: &str = "ask-";

// === impl Asked ===

impl Asked {
    /// Notes a question that goes out, and returns the id of its request.
    pub(super) fn send(
        self: &Arc<Self>,
        out: &mut Option<Out>,
        session: SessionKey,
        cx: &Context,
        ask: &NewAsk,
    ) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let question = Question {
            session,
            cx: cx.clone(),
            key: ask.key.clone(),
            ask: ask.number,
        };
        let out = out.get_or_insert_with(|| Out {
            asked: Arc::clone(self),
            numbers: Vec::new(),
        });
        let mut all = self.out.lock();
        out.forget_withdrawn(&mut all);
        all.insert(number, question);
        drop(all);
        out.numbers.push(number);
        format!("{PREFIX}{number}")
    }

    /// Returns how many questions are out.
    pub(crate) fn len(&self) -> usize {
        self.out.lock().len()
    }

    /// Takes a client's response to where it is waited for. One that nobody waits for is a race,
    /// and ignored; so is one from another session.
    pub(crate) fn take(&self, session: SessionKey, response: &Envelope) {
        let Some(Id::Text(id)) = &response.id else {
            return;
        };
        let Some(number) = id.strip_prefix(PREFIX).and_then(|text| text.parse().ok()) else {
            return;
        };
        let mut out = self.out.lock();
        if out
            .get(&number)
            .is_none_or(|question| question.session != session)
        {
            return;
        }
        let Some(question) = out.remove(&number) else {
            return;
        };
        drop(out);
        let answer = match (&response.result, &response.error) {
            (Some(result), _) => Ok(result.clone()),
            (None, error) => Err(refusal(error.as_ref())),
        };
        let asks = question.cx.asks();
        asks.answer_number(&question.key, question.ask, answer);
    }
}

/// A client's refusal, as the tool that asked may pass it on.
fn refusal(error: Option<&Raw>) -> Failure {
    let error: Value = error.and_then(|raw| raw.decode().ok()).unwrap_or_default();
    let why = error.get("message").and_then(Value::as_str);
    Failure::tool(format_args!(
        "the client refused to answer: {}",
        why.unwrap_or("it does not say why")
    ))
}

// === impl Out ===

impl Out {
    /// Forgets the questions that are not open any more: a tool may give up waiting, and ask again,
    /// for as long as its call goes on.
    fn forget_withdrawn(&mut self, all: &mut HashMap<u64, Question, RandomState>) {
        self.numbers.retain(|number| {
            let question = all.get(number);
            let is_open = question.is_some_and(|one| one.cx.asks().is_open(one.ask));
            if !is_open {
                all.remove(number);
            }
            is_open
        });
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        let mut out = self.asked.out.lock();
        for number in &self.numbers {
            out.remove(number);
        }
    }
}
