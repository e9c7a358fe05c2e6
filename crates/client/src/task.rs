//! A call that has become a task: asked after until it is done (the extension
//! `io.modelcontextprotocol/tasks`).

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use tidegate_model::{Raw, Task, TaskStatus, ask::InputRequest};
use tokio::time::sleep;

use crate::{
    dispatch::Dispatch, endpoint::Outgoing, error::Error, message::RpcError, pursuit::Next,
    pursuit::Pursuit, rounds,
};

/// A task's state, as `tasks/get` tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct State {
    #[serde(flatten)]
    task: Task,
    #[serde(default)]
    input_requests: BTreeMap<String, InputRequest>,
}

/// What a finished task leaves.
#[derive(Debug, Deserialize)]
struct Left {
    #[serde(default)]
    result: Option<Box<RawValue>>,
    #[serde(default)]
    error: Option<RpcError>,
}

/// How often to ask if the server does not say: a person sees it end within a second.
const INTERVAL: Duration = Duration::from_secs(1);

/// How often at most, whatever the server says: twenty times a second is no load for either.
const SHORTEST: Duration = Duration::from_millis(50);

/// Asks after a task until it is done, answering its questions on the way.
pub(crate) async fn follow(dispatch: Arc<Dispatch>, task: Box<Task>) -> Next {
    Next::Done(done(&dispatch, *task).await)
}

async fn done(dispatch: &Arc<Dispatch>, mut task: Task) -> Result<Raw, Error> {
    // Keys are unique over a task's life; a question may be seen again before its answer is.
    let mut answered = HashSet::new();
    let mut first = true;
    loop {
        if !std::mem::take(&mut first) || !task.status.is_terminal() {
            sleep(interval(&task)).await;
        }
        let raw = request(dispatch, "tasks/get", &task.task_id, None).await?;
        let shape = |error| Error::shape("tasks/get", error);
        let state: State = raw.decode().map_err(shape)?;
        task = Task {
            task_id: task.task_id,
            ..state.task
        };
        match task.status {
            TaskStatus::Working => {}
            TaskStatus::InputRequired => {
                let mut asked = state.input_requests;
                asked.retain(|key, _| !answered.contains(key));
                answer(dispatch, &task.task_id, asked, &mut answered).await?;
            }
            TaskStatus::Completed => {
                let left: Left = raw.decode().map_err(shape)?;
                let result = left
                    .result
                    .ok_or_else(|| Error::answer("the task is completed and has no result"))?;
                return Ok(Raw::trusted(Box::<str>::from(result).into_string().into()));
            }
            TaskStatus::Failed => {
                let left: Left = raw.decode().map_err(shape)?;
                return Err(left.error.map_or_else(
                    || Error::answer("the task failed and does not say why"),
                    |error| Error::answered(StatusCode::OK, error),
                ));
            }
            TaskStatus::Cancelled => {
                return Err(Error::cancelled(task.status_message.as_deref()));
            }
        }
    }
}

/// Answers the questions that are new.
async fn answer(
    dispatch: &Arc<Dispatch>,
    id: &str,
    asked: BTreeMap<String, InputRequest>,
    answered: &mut HashSet<String>,
) -> Result<(), Error> {
    if asked.is_empty() {
        return Ok(());
    }
    answered.extend(asked.keys().cloned());
    let answers = rounds::answer_all(&dispatch.wire, asked).await?;
    request(dispatch, "tasks/update", id, Some(answers.into())).await?;
    Ok(())
}

/// Cancels a task. It ends when it can: this is a wish.
pub(crate) async fn cancel(dispatch: Arc<Dispatch>, id: String) {
    if let Err(error) = request(&dispatch, "tasks/cancel", &id, None).await {
        tracing::debug!(%error, "the server was not told to cancel a task");
    }
}

async fn request(
    dispatch: &Arc<Dispatch>,
    method: &str,
    id: &str,
    answers: Option<Value>,
) -> Result<Raw, Error> {
    let mut outgoing = Outgoing::new(method, None).named("taskId", id);
    if let Some(answers) = answers {
        outgoing = outgoing.field("inputResponses", json!(answers));
    }
    // A box, because a pursuit may follow a task, which follows pursuits.
    let pursuit = Pursuit::begin(dispatch.clone(), outgoing, dispatch.deadlines());
    Box::pin(pursuit.result()).await
}

fn interval(task: &Task) -> Duration {
    task.poll_interval_ms
        .map_or(INTERVAL, Duration::from_millis)
        .max(SHORTEST)
}
