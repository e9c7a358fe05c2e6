//! Functions as tools.

use std::future::Future;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_era::Facts;
use tidegate_model::Outcome;

pub(crate) use self::{
    entry::Entry,
    runner::{Run, blocking_runner, runner},
};
use super::output::{IntoOutput, Shape};
use crate::{blocking::BlockingContext, context::Context};

mod runner;
mod entry;

/// Kind: a function of arguments and context.
#[derive(Debug)]
pub enum WithContext {}

/// Kind: a function of arguments alone.
#[derive(Debug)]
pub enum WithoutContext {}

/// An async function that is a tool: `async fn(Args) -> R` or `async fn(Args, Context) -> R`.
///
/// `M` tells the kinds apart where the compiler has to choose; it is inferred.
pub trait ToolFn<M>: Send + Sync + 'static {
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

/// A function that blocks and is a tool: `fn(Args, BlockingContext) -> R`.
pub trait BlockingToolFn<M>: Send + Sync + 'static {
    /// What the tool takes.
    type Args: DeserializeOwned + JsonSchema + Send + 'static;

    /// Returns the schema of the structured result, if there is one.
    fn output_schema() -> Option<Value>;

    /// Returns whether all its results fit callers with these facts.
    #[must_use]
    fn fits(facts: &Facts) -> bool;

    /// Returns the form of its results.
    #[must_use]
    fn shape() -> Shape;

    /// Does the call.
    fn run(&self, args: Self::Args, cx: BlockingContext, shape: Shape) -> Outcome;
}

// === impl ToolFn ===

impl<F, A, Fut, R, K> ToolFn<(WithContext, A, K)> for F
where
    F: Fn(A, Context) -> Fut + Send + Sync + 'static,
    A: DeserializeOwned + JsonSchema,
    Fut: Future<Output = R> + Send + 'static,
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
        let work = self(args, cx);
        async move { work.await.into_output(shape) }
    }
}

impl<F, A, Fut, R, K> ToolFn<(WithoutContext, A, K)> for F
where
    F: Fn(A) -> Fut + Send + Sync + 'static,
    A: DeserializeOwned + JsonSchema,
    Fut: Future<Output = R> + Send + 'static,
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
        _: Context,
        shape: Shape,
    ) -> impl Future<Output = Outcome> + Send + 'static {
        let work = self(args);
        async move { work.await.into_output(shape) }
    }
}

// === impl BlockingToolFn ===

impl<F, A, R, K> BlockingToolFn<(WithContext, A, K)> for F
where
    F: Fn(A, BlockingContext) -> R + Send + Sync + 'static,
    A: DeserializeOwned + JsonSchema + Send + 'static,
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

    fn run(&self, args: A, cx: BlockingContext, shape: Shape) -> Outcome {
        self(args, cx).into_output(shape)
    }
}

impl<F, A, R, K> BlockingToolFn<(WithoutContext, A, K)> for F
where
    F: Fn(A) -> R + Send + Sync + 'static,
    A: DeserializeOwned + JsonSchema + Send + 'static,
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

    fn run(&self, args: A, _: BlockingContext, shape: Shape) -> Outcome {
        self(args).into_output(shape)
    }
}
