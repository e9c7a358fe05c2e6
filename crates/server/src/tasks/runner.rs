//! A task under way: its work is polled here, and all that becomes of it goes through its record.
//!
//! ```text
//!   work ──asks──▶ record: input_required ──▶ whoever asks after it
//!   work ◀─answers── record ◀── tasks/update         on whichever node it arrived
//!   work ──ends──▶ record: completed, failed        the first end wins
//!   work, dropped ◀── record: cancelled ◀── tasks/cancel
//! ```

use std::{collections::HashSet, future::poll_fn, pin::Pin, sync::Arc, time::Duration};

use tidegate_era::encode;
use tidegate_handler::Failure;
use tidegate_model::Outcome;
use tidegate_session::NewAsk;
use tidegate_store::Record;
use tokio::time::{Sleep, sleep};

use self::{
    work::{Step, Work},
    writing::Fate,
};
use super::{desk::Running, turn::Seed};
use crate::{
    dispatch::overdue,
    state::{State, now_in_ms},
};

mod work;
mod writing;

/// A task under way.
pub(super) struct Runner {
    state: Arc<State>,
    work: Work,
    record: Record,
    version: u64,
    running: Running,
    limit: Duration,
    deadline: Pin<Box<Sleep>>,
}

/// How long is waited before each try.
const PAUSE: Duration = Duration::from_secs(1);

// === impl Runner ===

impl Runner {
    pub(super) fn new(
        state: Arc<State>,
        seed: Seed,
        record: Record,
        version: u64,
        running: Running,
    ) -> Self {
        // What is not kept any longer need not run any longer.
        let limit = seed.limit.min(state.config.task_ttl);
        Self {
            state,
            work: Work {
                future: seed.work,
                cx: seed.cx,
                span: seed.span,
                shown: HashSet::new(),
            },
            record,
            version,
            running,
            limit,
            deadline: Box::pin(sleep(limit)),
        }
    }

    /// Runs the task to its end.
    pub(super) async fn run(mut self) {
        let end = loop {
            let fate = match self.step().await {
                Step::Done(outcome) => break Some(outcome),
                Step::Asks => self.show().await,
                Step::Changed => self.look().await,
                Step::Overdue => {
                    self.work.cx.lane().cancel();
                    break Some(overdue(self.limit));
                }
                Step::Stopping => {
                    self.work.cx.lane().cancel();
                    let stopped = "the server stopped before the task was done; call again";
                    break Some(Failure::internal(stopped).into());
                }
                Step::Unheard => {
                    self.write(|record| record.cancel(now_in_ms())).await;
                    break None;
                }
            };
            if fate == Fate::Over {
                self.work.cx.lane().cancel();
                break None;
            }
        };
        // What the work holds is let go before its end can be seen.
        self.work.future = Box::pin(std::future::pending());
        if let Some(outcome) = end {
            self.finish(&outcome).await;
        }
    }

    /// Waits for what happens next.
    async fn step(&mut self) -> Step {
        let Self {
            state,
            work,
            record,
            version,
            running,
            deadline,
            ..
        } = self;
        let changed = async {
            if let Err(error) = state.tasks.store.changed(record.place(), *version).await {
                tracing::warn!("a task cannot be watched: {error}");
                sleep(PAUSE).await;
            }
        };
        tokio::select! {
            biased;
            () = changed => Step::Changed,
            _ = running.stopping.wait_for(|stopping| *stopping) => Step::Stopping,
            () = deadline => Step::Overdue,
            step = poll_fn(|task| work.poll(task)) => step,
        }
    }

    /// Shows what the work asks, and withdraws what it asks no more.
    async fn show(&mut self) -> Fate {
        let cx = self.work.cx.clone();
        let new = cx.asks().take_new();
        let open: HashSet<String> = cx.asks().open().into_iter().map(|(key, _)| key).collect();
        let mut refused = Vec::new();
        let written = self
            .try_write(|record| {
                refused.clear();
                let gone: Vec<String> = record
                    .open()
                    .filter(|(key, _)| !open.contains(*key))
                    .map(|(key, _)| key.to_owned())
                    .collect();
                for key in gone {
                    record.withdraw(&key, now_in_ms());
                }
                for ask in &new {
                    if let Err(taken) = record.ask(&ask.key, &ask.request, now_in_ms()) {
                        refused.push((ask.key.clone(), Failure::internal(taken)));
                    }
                }
            })
            .await;
        let fate = written.unwrap_or_else(|error| {
            let task = &self.record.task.task_id;
            tracing::error!(task, "a task's questions cannot be kept: {error}");
            // Nobody will ever see them, so nobody may wait for them.
            let unkept = |ask: NewAsk| (ask.key, Failure::internal("the question cannot be kept"));
            refused = new.into_iter().map(unkept).collect();
            Fate::GoesOn
        });
        for (key, failure) in refused {
            cx.asks().answer(&key, Err(failure));
        }
        self.note_shown();
        fate
    }

    /// Looks at what somebody else did: answers, or an end.
    async fn look(&mut self) -> Fate {
        let found = self
            .state
            .tasks
            .store
            .get(self.record.place(), now_in_ms())
            .await;
        match found {
            Ok(Some(found)) => {
                self.record = found.record;
                self.version = found.version;
            }
            Ok(None) => return Fate::Over,
            Err(error) => {
                tracing::warn!("a task cannot be looked at: {error}");
                sleep(PAUSE).await;
                return Fate::GoesOn;
            }
        }
        if self.record.has_ended() {
            return Fate::Over;
        }
        self.take_answers().await
    }

    /// Hands the work the answers that are there.
    async fn take_answers(&mut self) -> Fate {
        let answers = self.record.answered();
        let answers: Vec<_> = answers
            .map(|(key, raw)| (key.to_owned(), raw.clone()))
            .collect();
        if answers.is_empty() {
            return Fate::GoesOn;
        }
        for (key, answer) in &answers {
            self.work.cx.asks().answer(key, Ok(answer.clone()));
        }
        let fate = self
            .write(|record| answers.iter().for_each(|(key, _)| record.take(key)))
            .await;
        self.note_shown();
        fate
    }

    fn note_shown(&mut self) {
        let open = self.record.open();
        self.work.shown = open.map(|(key, _)| key.to_owned()).collect();
    }

    /// Writes down how the task ended, unless somebody else ended it first.
    async fn finish(&mut self, outcome: &Outcome) {
        let facts = self.work.cx.caller().facts;
        let message = match outcome {
            Outcome::Failed(failure) if !failure.is_tool() => Some(failure.message().to_owned()),
            _ => None,
        };
        let end = encode::settled(facts, outcome);
        let written = self
            .try_write(|record| record.finish(end.clone(), message.clone(), now_in_ms()))
            .await;
        let Err(error) = written else { return };
        tracing::warn!(
            task = self.record.task.task_id,
            "a task's end cannot be kept: {error}"
        );
        let unkept = Failure::internal("the task is done, but its result cannot be kept");
        let message = Some(unkept.message().to_owned());
        let end = encode::settled(facts, &unkept.into());
        self.write(|record| record.finish(end.clone(), message.clone(), now_in_ms()))
            .await;
    }
}
