//! `tasks/get`, `tasks/update`, `tasks/cancel`: whoever asks after a task.

use serde::Deserialize;
use tidegate_era::{Facts, encode};
use tidegate_handler::{Caller, Failure, TASKS};
use tidegate_model::{Call, Method, Outcome, Raw};
use tidegate_session::{Answers, read_answers};
use tidegate_store::{Place, Record, Updated, Versioned};

use super::{desk::unkept, turn::missing};
use crate::state::{State, now_in_ms};

/// Who is asked after.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "taskId")]
    task_id: String,
}

/// How often a change is tried while others are faster: each of them has changed something, and
/// there are not many who know one task's id.
const TRIES: usize = 64;

/// Returns whether the method asks after a task.
pub(crate) const fn is_about_tasks(method: &Method) -> bool {
    matches!(
        method,
        Method::TasksGet | Method::TasksUpdate | Method::TasksCancel
    )
}

/// Answers whoever asks after a task.
pub(crate) async fn answer(state: &State, call: &Call, caller: &Caller) -> Outcome {
    match try_answer(state, call, caller).await {
        Ok(outcome) => outcome,
        Err(failure) => failure.into(),
    }
}

async fn try_answer(state: &State, call: &Call, caller: &Caller) -> Result<Outcome, Failure> {
    if !caller.client_capabilities().has_extension(TASKS) {
        return Err(missing());
    }
    let named: Named = call.params.decode().map_err(|_| {
        Failure::invalid_params(format_args!(
            "{} needs the task's `taskId`, a string",
            call.method.name()
        ))
    })?;
    let place = Place {
        id: &named.task_id,
        owner: caller.principal_id(),
    };
    state.tasks.sweep(now_in_ms()).await;
    match call.method {
        Method::TasksUpdate => {
            let answers = answers(call)?;
            change(state, place, |record, now| give(record, &answers, now)).await
        }
        Method::TasksCancel => {
            change(state, place, |record, now| {
                record.cancel(now);
                true
            })
            .await
        }
        _ => {
            let found = get(state, place).await?;
            Ok(Outcome::complete(shown(caller.facts, &found.record)))
        }
    }
}

/// Returns a record as its client sees it.
pub(super) fn shown(facts: Facts, record: &Record) -> Raw {
    encode::task(facts, &record.task, record.open(), record.end.as_ref())
}

async fn get(state: &State, place: Place<'_>) -> Result<Versioned, Failure> {
    let found = state.tasks.store.get(place, now_in_ms()).await;
    found
        .map_err(|error| unkept(&error))?
        .ok_or_else(|| Failure::invalid_params("no such task: it is unknown here, or has expired"))
}

/// Changes a record, until nobody came in between; one that has ended stays as it is. `change`
/// returns whether there is anything to change.
async fn change(
    state: &State,
    place: Place<'_>,
    change: impl Fn(&mut Record, u64) -> bool,
) -> Result<Outcome, Failure> {
    let acknowledged = || Ok(Outcome::complete(Raw::empty_object()));
    for _ in 0..TRIES {
        let Versioned {
            mut record,
            version,
        } = get(state, place).await?;
        let now = now_in_ms();
        if record.has_ended() || !change(&mut record, now) {
            return acknowledged();
        }
        let updated = state.tasks.store.update(record, version, now).await;
        match updated {
            Ok(Updated::Done(_) | Updated::Ended) => return acknowledged(),
            // Gone: the next look says so.
            Ok(Updated::Stale | Updated::Gone) => {}
            Err(error) if error.is_too_large() => {
                return Err(Failure::invalid_params(
                    "the answers are larger than a task can keep",
                ));
            }
            Err(error) => return Err(unkept(&error)),
        }
    }
    Err(Failure::busy(
        "too many change this task at once; try again in a moment",
    ))
}

/// Gives a task its answers; those to no open question are left out.
fn give(record: &mut Record, answers: &Answers, now: u64) -> bool {
    let mut any = false;
    for (key, answer) in answers {
        if let Ok(answer) = answer {
            any |= record.answer(key, answer.clone(), now);
        }
    }
    any
}

fn answers(call: &Call) -> Result<Answers, Failure> {
    let responses = call.input_responses.as_ref();
    responses
        .and_then(|raw| read_answers(raw.bytes()))
        .ok_or_else(|| {
            Failure::invalid_params(
                "tasks/update needs `inputResponses`, an object of answers by their keys",
            )
        })
}
