//! A request followed to its result, over as many requests as that takes.
//!
//! ```text
//!   Outgoing ─▶ Exchange ─▶ outcome ─┬─ complete ─────────────────▶ the result
//!      ▲                             ├─ input_required ─▶ handlers ─┐
//!      └──── again, with a new id ◀──┼─ broken, busy ─▶ a wait ─────┤
//!                                    └─ a task ─▶ asked after until it is done
//! ```

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tidegate_model::{Id, Raw};

use crate::{
    dispatch::Dispatch, endpoint::Outgoing, error::Error, exchange::Exchange, message::Event,
    repeat::Repeats, rounds, settle::Settled, task, timer::Timer, wire::Deadlines,
};

/// A request followed to its result. Dropped before that, it is cancelled, wherever it stands.
pub(crate) struct Pursuit {
    dispatch: Arc<Dispatch>,
    outgoing: Arc<Outgoing>,
    deadlines: Deadlines,
    total: Option<Timer>,
    id: Id,
    state: State,
    /// How often the server asked for input.
    rounds: usize,
    repeats: Repeats,
    /// The task the request has become.
    task: Option<String>,
    outcome: Option<Result<Raw, Error>>,
}

enum State {
    /// A request is in flight.
    Running(Box<Exchange>),
    /// Something else is done before the next one.
    Between(Pin<Box<dyn Future<Output = Next> + Send>>),
    Ended,
}

/// What comes next.
pub(crate) enum Next {
    /// A request: another one, or the same once more.
    Send(Arc<Outgoing>),
    /// Nothing: this is the outcome.
    Done(Result<Raw, Error>),
}

// === impl Pursuit ===

impl Pursuit {
    /// Sends a request and follows it.
    pub(crate) fn begin(dispatch: Arc<Dispatch>, outgoing: Outgoing, deadlines: Deadlines) -> Self {
        let outgoing = Arc::new(outgoing);
        let (id, exchange) = dispatch.send(outgoing.clone(), deadlines.idle);
        Self {
            total: deadlines.total.map(Timer::new),
            repeats: Repeats::new(dispatch.wire.reconnect),
            dispatch,
            outgoing,
            deadlines,
            id,
            state: State::Running(Box::new(exchange)),
            rounds: 0,
            task: None,
            outcome: None,
        }
    }

    /// Returns the next event; `None` once the outcome is there.
    pub(crate) fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        while self.outcome.is_none() {
            if let Some(after) = Timer::poll_expired(&mut self.total, cx) {
                self.outcome = Some(Err(Error::timeout("the call was not done", after)));
                break;
            }
            match &mut self.state {
                State::Running(exchange) => {
                    if let Some(event) = ready!(exchange.poll_event(cx)) {
                        return Poll::Ready(Some(event));
                    }
                    let outcome = exchange.take_outcome();
                    let next = match outcome {
                        Ok(answer) => self.settle(answer.result),
                        Err(error) => self.failed(error),
                    };
                    match next {
                        // What is over keeps its exchange: dropped, it says so to the server.
                        Between::Over(outcome) => self.outcome = Some(outcome),
                        Between::Work(work) => self.state = State::Between(work),
                    }
                }
                State::Between(work) => match ready!(work.as_mut().poll(cx)) {
                    Next::Send(outgoing) => self.send(outgoing),
                    Next::Done(outcome) => {
                        self.task = None;
                        self.outcome = Some(outcome);
                    }
                },
                State::Ended => {
                    self.outcome = Some(Err(Error::lost("the request was given up")));
                }
            }
        }
        Poll::Ready(None)
    }

    /// Drains the events and returns the result.
    pub(crate) async fn result(mut self) -> Result<Raw, Error> {
        self.wait().await
    }

    /// Drains the events and returns the result; whether it is the answer to the request as it was
    /// first sent can be asked then.
    pub(crate) async fn wait(&mut self) -> Result<Raw, Error> {
        while poll_fn(|cx| self.poll_event(cx)).await.is_some() {}
        let lost = || Err(Error::lost("the result was taken already"));
        self.outcome.take().unwrap_or_else(lost)
    }

    /// Returns whether the server asked for nothing on the way.
    pub(crate) const fn is_plain(&self) -> bool {
        self.rounds == 0
    }

    /// Returns the id of the latest request.
    pub(crate) const fn id(&self) -> &Id {
        &self.id
    }

    /// Cancels, and waits until the server has been told.
    pub(crate) async fn cancel(mut self) {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Running(mut exchange) => exchange.cancel().await,
            State::Between(work) => {
                drop(work);
                if let Some(id) = self.task.take() {
                    task::cancel(self.dispatch.clone(), id).await;
                }
            }
            State::Ended => {}
        }
    }

    fn send(&mut self, outgoing: Arc<Outgoing>) {
        self.outgoing = outgoing;
        let (id, exchange) = self
            .dispatch
            .send(self.outgoing.clone(), self.deadlines.idle);
        self.id = id;
        self.state = State::Running(Box::new(exchange));
    }

    /// The request was answered with a result.
    fn settle(&mut self, result: Raw) -> Between {
        if !self.dispatch.is_modern() {
            return Between::Over(Ok(result));
        }
        match Settled::read(
            &self.outgoing.method,
            &result,
            self.dispatch.wire.asks.tasks,
        ) {
            Err(error) => Between::Over(Err(error)),
            Ok(Settled::Complete) => Between::Over(Ok(result)),
            Ok(Settled::Input(input)) => {
                self.rounds += 1;
                let most = self.dispatch.wire.limits.rounds;
                if self.rounds > most {
                    return Between::Over(Err(Error::answer(format_args!(
                        "the server asked for input more than {most} times; Builder::rounds allows more"
                    ))));
                }
                let wire = self.dispatch.wire.clone();
                let round = rounds::answer(wire, self.outgoing.clone(), input, self.rounds);
                Between::Work(Box::pin(round))
            }
            Ok(Settled::Task(task)) => {
                self.task = Some(task.task_id.clone());
                Between::Work(Box::pin(task::follow(self.dispatch.clone(), task)))
            }
        }
    }

    /// The request was refused, or broke.
    fn failed(&mut self, error: Error) -> Between {
        let within = self.total.as_ref().map(Timer::left);
        let again = self
            .repeats
            .again(&self.dispatch, &self.outgoing, &error, within);
        let Some(delay) = again else {
            return Between::Over(Err(error));
        };
        tracing::debug!(%error, ?delay, method = self.outgoing.method, "a request is sent again");
        let outgoing = self.outgoing.clone();
        Between::Work(Box::pin(async move {
            tokio::time::sleep(delay).await;
            Next::Send(outgoing)
        }))
    }
}

/// What follows a request's outcome.
enum Between {
    Over(Result<Raw, Error>),
    Work(Pin<Box<dyn Future<Output = Next> + Send>>),
}

impl Drop for Pursuit {
    fn drop(&mut self) {
        // A request in flight cancels itself; a task does not.
        if let Some(id) = self.task.take() {
            let dispatch = self.dispatch.clone();
            let runtime = dispatch.wire.runtime.clone();
            runtime.spawn(task::cancel(dispatch, id));
        }
    }
}
