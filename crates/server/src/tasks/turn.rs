//! From a call to a task: the record is there before the caller hears of it.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use serde_json::json;
use tidegate_handler::{Context, Durable, Failure, TASKS, Work};
use tidegate_model::{Outcome, Task};
use tidegate_store::Record;
use tokio::sync::oneshot;
use tracing::Span;

use super::{
    desk::{Running, unkept},
    runner::Runner,
};
use crate::state::{State, now_in_ms};

/// A call's work.
pub(super) type Boxed = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A call that is to go on as a task.
pub(crate) struct Seed {
    pub(super) work: Boxed,
    pub(super) cx: Context,
    pub(super) limit: Duration,
    pub(super) span: Span,
    /// What happens where it cannot.
    otherwise: Otherwise,
}

/// What happens to a call that cannot become a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Otherwise {
    /// It is refused.
    Refused,
    /// It is answered directly where the server does not offer tasks, and refused where there is
    /// no room for one more.
    Direct,
    /// It goes on as a call, whatever the reason: it has begun already.
    GoesOn,
}

/// What became of a seed.
enum Turned {
    Task(Box<Task>),
    Stays(Boxed),
    Refused(Failure),
}

/// Lets durable work become a task where its caller knows tasks.
///
/// # Errors
///
/// When the work is nothing but a task, and the caller knows none.
pub(crate) fn admit(
    state: &Arc<State>,
    cx: &Context,
    work: Work,
    span: &Span,
) -> Result<Work, Failure> {
    let otherwise = match work.durable {
        Durable::No => return Ok(work),
        Durable::Optional => Otherwise::Direct,
        Durable::Required => Otherwise::Refused,
    };
    if !cx.knows_tasks() {
        return if otherwise == Otherwise::Refused {
            Err(missing())
        } else {
            Ok(work)
        };
    }
    let most = state.config.call_deadline;
    let seed = Seed {
        work: work.future,
        cx: cx.clone(),
        limit: work.deadline.map_or(most, |limit| limit.min(most)),
        span: span.clone(),
        otherwise,
    };
    Ok(Work::new(seed.turn(state)))
}

/// Returns "declare the tasks extension".
pub(super) fn missing() -> Failure {
    Failure::missing_capability(&json!({ "extensions": { TASKS: {} } }))
}

// === impl Seed ===

impl Seed {
    /// Returns a call that wants to be a task from now on.
    pub(crate) const fn wanted(work: Boxed, cx: Context, limit: Duration, span: Span) -> Self {
        Self {
            work,
            cx,
            limit,
            span,
            otherwise: Otherwise::GoesOn,
        }
    }

    /// Returns what answers the call: the task, or what the work comes to if it stays a call.
    ///
    /// # Cancel safety
    ///
    /// The record is made in a task of its own. If nobody waits for the answer any more, the task
    /// is cancelled: its id is known to nobody.
    pub(crate) fn turn(self, state: &Arc<State>) -> Boxed {
        let state = Arc::clone(state);
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            tokio::spawn(self.grow(state, tell));
            match told.await {
                Ok(Turned::Task(task)) => Outcome::Task(task),
                Ok(Turned::Stays(work)) => work.await,
                Ok(Turned::Refused(failure)) => failure.into(),
                Err(_) => Failure::internal("the server is shutting down").into(),
            }
        })
    }

    async fn grow(self, state: Arc<State>, tell: oneshot::Sender<Turned>) {
        let (record, version, running) = match create(&state, &self.cx, self.otherwise).await {
            Ok(created) => created,
            Err(Some(failure)) if self.otherwise != Otherwise::GoesOn => {
                let _ = tell.send(Turned::Refused(failure));
                return;
            }
            Err(_) => {
                self.cx.settle_durable(false);
                let _ = tell.send(Turned::Stays(self.work));
                return;
            }
        };
        // What was said before is the call's; a task says nothing on its way.
        self.cx.lane().mute();
        self.cx.settle_durable(true);
        let task = Box::new(record.task.clone());
        if tell.send(Turned::Task(task)).is_err() {
            self.cx.lane().cancel();
        }
        Runner::new(state, self, record, version, running)
            .run()
            .await;
    }
}

/// Makes the task's record. None: there are no tasks here, and the call is answered directly.
async fn create(
    state: &State,
    cx: &Context,
    otherwise: Otherwise,
) -> Result<(Record, u64, Running), Option<Failure>> {
    let offer = state
        .offer(cx.caller().facts, cx.caller().principal.as_ref())
        .await
        .map_err(Some)?;
    if !offer.capabilities.has_extension(TASKS) {
        tracing::warn!("a durable tool runs as a plain call: the handler does not offer {TASKS}");
        let refused = otherwise == Otherwise::Refused;
        return Err(refused.then(|| Failure::internal("the server has no tasks to offer")));
    }
    let running = state.tasks.enter().map_err(Some)?;
    let now = now_in_ms();
    state.tasks.sweep(now).await;
    let record = Record::new(
        cx.caller().principal_id(),
        Some(in_ms(state.config.task_ttl)),
        Some(in_ms(state.config.task_poll)),
        now,
    );
    let record = record.map_err(|error| {
        tracing::error!("a task cannot be named: {error}");
        Some(Failure::internal("no task can be begun at the moment"))
    })?;
    let created = state.tasks.store.create(record.clone(), now).await;
    let version = created.map_err(|error| Some(unkept(&error)))?;
    Ok((record, version, running))
}

fn in_ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
