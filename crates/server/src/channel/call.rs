//! A call on a shared connection: answered in passing if it is ready, followed by a task if not.

use std::{future::poll_fn, sync::Arc, task::Poll, time::Instant};

use tidegate_era::{Facts, Reject, encode};
use tidegate_handler::Context;
use tidegate_model::Id;
use tidegate_session::Drained;
use tokio::task;

use super::{Channel, Closed, ids::Place, outbox::Outbox};
use crate::{
    access::Entry,
    dispatch::{Begun, Ending, Running},
    state::State,
};

/// A call that a task follows.
struct Follower {
    state: Arc<State>,
    outbox: Outbox,
    running: Running,
    cx: Context,
    facts: Facts,
    id: Id,
    entry: Option<Box<Entry>>,
}

/// What a call did since it was last looked at.
enum Step {
    Said(Drained),
    Ended(Ending),
}

/// How many calls of one connection may be under way. Default 4 096: a gateway's worth; one page or
/// one process does not take what [`Config::max_calls`](crate::Config::max_calls) leaves to all.
const CALLS: usize = 4_096;

// === impl Channel ===

impl Channel {
    /// Answers a call that was begun. `place` is where it can be cancelled (modern).
    pub(super) async fn follow(
        &mut self,
        facts: Facts,
        begun: Begun,
        place: Option<Place>,
    ) -> Result<(), Closed> {
        let mut running = match begun {
            Begun::Done(id, outcome) => return self.answer(facts, &id, &outcome).await,
            Begun::Running(running) => running,
        };
        let Some(id) = running.parts().map(|(_, id, _)| id.clone()) else {
            return Ok(());
        };
        let cx = running.context().clone();
        let polled = poll_fn(|task| Poll::Ready(running.poll(task))).await;
        if polled.is_pending() {
            self.reap();
            if self.calls.len() >= CALLS {
                running.give_up();
                return self.refuse(&too_many(&id)).await;
            }
            if let Err(reject) = running.enter() {
                return self.refuse(&reject).await;
            }
        }
        let mut follower = Follower {
            state: Arc::clone(&self.state),
            outbox: self.outbox.clone(),
            running,
            cx,
            facts,
            id,
            entry: self.entry.take(),
        };
        match polled {
            Poll::Ready(ending) => follower.end(ending).await,
            Poll::Pending => {
                self.calls.spawn(follower.run(place));
                Ok(())
            }
        }
    }
}

fn too_many(id: &Id) -> Reject {
    Reject::busy(
        http::StatusCode::SERVICE_UNAVAILABLE,
        1,
        format!("{CALLS} calls of this connection are under way; wait for some to end"),
    )
    .for_id(Some(id.clone()))
}

// === impl Follower ===

impl Follower {
    async fn run(mut self, place: Option<Place>) {
        match place {
            None => self.follow_to_end().await,
            Some(mut place) => tokio::select! {
                biased;
                () = place.cancelled() => {}
                () = self.follow_to_end() => {}
            },
        }
    }

    async fn follow_to_end(&mut self) {
        loop {
            let step = poll_fn(|task| {
                if let Poll::Ready(ending) = self.running.poll(task) {
                    return Poll::Ready(Step::Ended(ending));
                }
                let drained = self.cx.lane().poll_drain(task, Instant::now());
                drained.map(Step::Said)
            });
            let sent = match step.await {
                Step::Said(drained) => {
                    let gave_way = drained.gave_way;
                    if let Some(entry) = &self.entry {
                        entry.sent(drained.frames.len());
                    }
                    let sent = self.outbox.send(drained.frames.into()).await;
                    if gave_way {
                        // So that what was said leaves before more is.
                        task::yield_now().await;
                    }
                    sent
                }
                Step::Ended(ending) => {
                    let _ = self.end(ending).await;
                    return;
                }
            };
            if sent.is_err() {
                return;
            }
        }
    }

    /// Sends what is left, and the answer.
    async fn end(&mut self, ending: Ending) -> Result<(), Closed> {
        let Ending::Outcome(outcome) = ending else {
            // Whoever cancelled wants to hear no more of it.
            return Ok(());
        };
        let mut frames = self.cx.lane().drain(Instant::now()).frames;
        let signature = &self.state.signature;
        self.cx.framing().write(&mut frames, |out| {
            encode::response(out, self.facts, signature, &self.id, &outcome);
        });
        if let Some(entry) = &self.entry {
            entry.answered(encode::status(self.facts, &outcome));
            entry.sent(frames.len());
            entry.ended();
        }
        self.outbox.send(frames.into()).await
    }
}
