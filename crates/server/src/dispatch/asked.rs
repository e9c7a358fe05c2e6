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
use tidegate_session::SessionKey;

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
        key: String,
    ) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let question = Question {
            session,
            cx: cx.clone(),
            key,
        };
        self.out.lock().insert(number, question);
        out.get_or_insert_with(|| Out {
            asked: Arc::clone(self),
            numbers: Vec::new(),
        })
        .numbers
        .push(number);
        format!("{PREFIX}{number}")
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
        question.cx.asks().answer(&question.key, answer);
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

impl Drop for Out {
    fn drop(&mut self) {
        let mut out = self.asked.out.lock();
        for number in &self.numbers {
            out.remove(number);
        }
    }
}
