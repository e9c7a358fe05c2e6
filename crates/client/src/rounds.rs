//! One round of a call that needs input: every question to its handler at once, and the request
//! made ready to be sent again (2026-07-28 mrtr).

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Map, Value};
use tidegate_model::{Raw, ask::InputRequest};
use tokio::{task::JoinSet, time::sleep};

use crate::{
    endpoint::Outgoing,
    error::Error,
    pursuit::Next,
    retry::{Attempts, Reconnect},
    settle::Input,
    wire::Wire,
};

/// Answers what the server asks, and returns the request with the answers.
pub(crate) async fn answer(
    wire: Arc<Wire>,
    outgoing: Arc<Outgoing>,
    input: Input,
    round: usize,
) -> Next {
    let Input {
        input_requests,
        request_state,
    } = input;
    // An earlier round's answers and state are that round's alone.
    let mut next = outgoing.without("inputResponses").without("requestState");
    if input_requests.is_empty() {
        wait(wire.reconnect, round).await;
    } else {
        match answer_all(&wire, input_requests).await {
            Ok(answers) => next = next.field("inputResponses", Value::Object(answers)),
            Err(error) => return Next::Done(Err(error)),
        }
    }
    if let Some(state) = request_state {
        let state = Box::<str>::from(state).into_string();
        next = next.field("requestState", Raw::trusted(state.into()));
    }
    Next::Send(Arc::new(next))
}

/// Answers all questions side by side; each answer gets its question's key.
///
/// # Errors
///
/// When one of them cannot be answered; the others are not waited for.
pub(crate) async fn answer_all(
    wire: &Arc<Wire>,
    questions: BTreeMap<String, InputRequest>,
) -> Result<Map<String, Value>, Error> {
    let mut running = JoinSet::new();
    for (key, question) in questions {
        let asker = wire.clone();
        let task = async move {
            let answer = asker.asks.answer(&question).await;
            (key, question.method.name(), answer)
        };
        running.spawn_on(task, &wire.runtime);
    }
    let mut answers = Map::new();
    while let Some(done) = running.join_next().await {
        let (key, method, answer) =
            done.map_err(|error| Error::declined("a handler was stopped").because(error))?;
        let answer = answer.map_err(|failure| {
            Error::declined(format_args!(
                "the server asked for input ({method}) that it does not get: {failure}"
            ))
        })?;
        answers.insert(key, answer);
    }
    Ok(answers)
}

/// A server that asks for nothing wants to be asked later: longer with each round.
async fn wait(settings: Reconnect, round: usize) {
    let mut attempts = Attempts::new(Reconnect {
        attempts: round,
        ..settings
    });
    let mut longest = None;
    while let Some(delay) = attempts.next(None) {
        longest = Some(delay);
    }
    sleep(longest.unwrap_or(settings.base)).await;
}
