//! Streams as tools: items become notifications, the last value is the result.

use std::{future, pin::Pin};

use futures_core::Stream;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_era::Facts;
use tidegate_model::{Failure, Level, Outcome};

use super::{
    arguments::Checker,
    output::{IntoOutput, Shape},
    tool::Run,
};
use crate::{context::Context, handler::Reply};

/// One item of a tool that is a stream.
#[derive(Clone, Debug)]
pub enum Step<R> {
    /// A log message of level info.
    Info(String),
    /// A log message with structured data.
    Log(Level, Value),
    /// Progress.
    Progress {
        /// How much is done.
        done: f64,
        /// Of how much, if that is known.
        total: Option<f64>,
        /// A word for people.
        message: Option<String>,
    },
    /// The result; what the stream would say after it is not asked for.
    Done(R),
}

/// A function that returns a stream and is a tool: `fn(Args, Context) -> impl Stream<Item = Result<Step<R>, Failure>>`.
pub trait StreamToolFn<M>: Send + Sync + 'static {
    /// What the tool takes.
    type Args: DeserializeOwned + JsonSchema;

    /// Returns the schema of the structured result, if there is one.
    fn output_schema() -> Option<Value>;

    /// Returns whether all its results fit callers with these facts.
    #[must_use]
    fn fits(facts: &Facts) -> bool;

    /// Returns the form of its results.
    #[must_use]
    fn shape() -> Shape;

    /// Begins a call.
    fn begin(
        &self,
        args: Self::Args,
        cx: Context,
        shape: Shape,
    ) -> impl Future<Output = Outcome> + Send + 'static;
}

impl<F, A, S, R, K: 'static> StreamToolFn<(A, R, K)> for F
where
    F: Fn(A, Context) -> S + Send + Sync + 'static,
    A: DeserializeOwned + JsonSchema,
    S: Stream<Item = Result<Step<R>, Failure>> + Send + 'static,
    R: IntoOutput<K>,
{
    type Args = A;

    fn output_schema() -> Option<Value> {
        R::schema()
    }

    fn fits(facts: &Facts) -> bool {
        R::fits(facts)
    }

    fn shape() -> Shape {
        R::shape()
    }

    fn begin(
        &self,
        args: A,
        cx: Context,
        shape: Shape,
    ) -> impl Future<Output = Outcome> + Send + 'static {
        let steps = Box::pin(self(args, cx.clone()));
        drive(steps, cx, shape)
    }
}

/// Makes the runner of a tool that is a stream.
pub(crate) fn runner<M: 'static, F: StreamToolFn<M>>(function: F) -> Run {
    let shape = F::shape();
    Box::new(
        move |checker: &Checker, arguments, cx| match checker.decode::<F::Args>(arguments) {
            Ok(args) => Reply::running(function.begin(args, cx, shape)),
            Err(failure) => Reply::Ready(failure.into()),
        },
    )
}

async fn drive<S, R, K>(mut steps: Pin<Box<S>>, cx: Context, shape: Shape) -> Outcome
where
    S: Stream<Item = Result<Step<R>, Failure>>,
    R: IntoOutput<K>,
{
    while let Some(step) = future::poll_fn(|task| steps.as_mut().poll_next(task)).await {
        match step {
            Ok(Step::Info(text)) => cx.info(text).await,
            Ok(Step::Log(level, data)) => cx.log(level, data).await,
            Ok(Step::Progress {
                done,
                total,
                message: None,
            }) => cx.progress(done, total).await,
            Ok(Step::Progress {
                done,
                total,
                message: Some(message),
            }) => {
                cx.progress_message(done, total, message).await;
            }
            Ok(Step::Done(result)) => return result.into_output(shape),
            Err(failure) => return failure.into(),
        }
    }
    Failure::internal("the tool ended without a result").into()
}
