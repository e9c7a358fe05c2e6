//! Answering what a server asks on a stream (legacy): each question in a task of its own, so that
//! a user who thinks holds up nothing that arrives meanwhile.

use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc};

use serde_json::{Value, json};
use tidegate_era::code;
use tidegate_model::{
    Failure, FailureKind, Id,
    ask::{InputKind, InputRequest},
};
use tokio::task::{AbortHandle, JoinSet};

use crate::{
    endpoint::legacy::Current,
    message::{Notification, Request},
    wire::Wire,
};

/// The questions of one stream that are being answered. Dropped, it asks nobody any more; what
/// has been answered is still sent.
#[derive(Debug, Default)]
pub(crate) struct Answering {
    tasks: JoinSet<()>,
    by_id: HashMap<Id, AbortHandle>,
}

/// An answer on its way.
pub(crate) type Reply = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How many questions of one stream are answered at once. A call asks for one thing, seldom for
/// three; a stream that asks for more than sixteen wants to fill this process.
const MOST: usize = 16;

// === impl Answering ===

impl Answering {
    /// Answers a question; `session` is the one it came in. What can be said at once is returned,
    /// to be sent before more is read.
    pub(crate) fn begin(
        &mut self,
        wire: &Arc<Wire>,
        session: Current,
        asked: &Request,
    ) -> Option<Reply> {
        while self.tasks.try_join_next().is_some() {}
        self.by_id.retain(|_, task| !task.is_finished());
        if asked.method == "ping" {
            let answer = answer(&asked.id, Ok(json!({})));
            return Some(Box::pin(wire.clone().tell(session.answer(wire, &answer))));
        }
        let question = match self.admit(wire, asked) {
            Ok(question) => question,
            Err(failure) => {
                let answer = answer(&asked.id, Err(failure));
                return Some(Box::pin(wire.clone().tell(session.answer(wire, &answer))));
            }
        };
        let (asker, id) = (wire.clone(), asked.id.clone());
        let task = async move {
            let answer = answer(&id, asker.asks.answer(&question).await);
            // From a task of its own, which the end of the stream does not stop.
            let request = session.answer(&asker, &answer);
            asker.runtime.spawn(asker.clone().deliver(request));
        };
        let task = self.tasks.spawn_on(task, &wire.runtime);
        self.by_id.insert(asked.id.clone(), task);
        None
    }

    /// Returns the question, if somebody here answers such.
    fn admit(&self, wire: &Wire, asked: &Request) -> Result<InputRequest, Failure> {
        let question = question(asked)?;
        if !wire.asks.knows(question.method) {
            return Err(Failure::method_not_found(&asked.method));
        }
        if self.by_id.len() >= MOST {
            let why = format_args!("more than {MOST} questions at once");
            return Err(Failure::internal(why));
        }
        Ok(question)
    }

    /// Stops answering what the server does not want to know any more.
    pub(crate) fn heed(&mut self, told: &Notification) {
        if told.method != "notifications/cancelled" {
            return;
        }
        let params: Value = told.params.decode().unwrap_or_default();
        let id = serde_json::from_value(params["requestId"].clone()).ok();
        if let Some(task) = id.and_then(|id: Id| self.by_id.remove(&id)) {
            task.abort();
        }
    }
}

fn question(asked: &Request) -> Result<InputRequest, Failure> {
    let kinds = [InputKind::Elicit, InputKind::Sample, InputKind::Roots];
    let method = kinds.into_iter().find(|kind| kind.name() == asked.method);
    let method = method.ok_or_else(|| Failure::method_not_found(&asked.method))?;
    let params = asked.params.decode().map_err(Failure::invalid_params)?;
    Ok(InputRequest { method, params })
}

fn answer(id: &Id, outcome: Result<Value, Failure>) -> Value {
    let failure = match outcome {
        Ok(result) => return json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(failure) => failure,
    };
    let mut error = json!({"code": error_code(&failure), "message": failure.message()});
    if let Some(data) = failure.data().and_then(|data| data.decode().ok()) {
        error["data"] = data;
    }
    json!({"jsonrpc": "2.0", "id": id, "error": error})
}

fn error_code(failure: &Failure) -> i64 {
    match failure.kind() {
        // What the user or the model would not do (2025-11-25 sampling §Error Handling).
        FailureKind::Tool | FailureKind::Arguments => -1,
        FailureKind::InvalidParams | FailureKind::UnknownName | FailureKind::NotFound => {
            code::INVALID_PARAMS
        }
        FailureKind::MethodNotFound => code::METHOD_NOT_FOUND,
        FailureKind::InvalidRequest => code::INVALID_REQUEST,
        FailureKind::Code(code) => code,
        _ => code::INTERNAL,
    }
}
