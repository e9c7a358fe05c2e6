//! Functions as tools.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_era::Facts;
use tidegate_model::{Failure, HeaderParam, Outcome, Raw, Tool};
use tokio::{runtime::Handle, sync::Semaphore};

use super::{
    arguments::{self, Checker},
    checks::{self, is_tool_name},
    output::{IntoOutput, Shape},
    promise::{Promise, Returns},
    spec::ToolSpec,
};
use crate::{
    blocking::BlockingContext,
    context::Context,
    handler::{Durable, Reply},
};

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

pub(crate) type Run = Box<dyn Fn(&Checker, Option<&Raw>, Context) -> Reply + Send + Sync>;

/// A tool, ready to be called.
pub(crate) struct Entry {
    pub(crate) tool: Tool,
    pub(crate) header_params: Vec<HeaderParam>,
    checker: Checker,
    promise: Option<Arc<Promise>>,
    deadline: Option<Duration>,
    pub(crate) durable: Durable,
    run: Run,
}

// === impl Entry ===

impl Entry {
    /// Makes a tool of what its author said and wrote.
    ///
    /// # Errors
    ///
    /// When its name or its schema is none.
    pub(crate) fn new<A: JsonSchema>(
        spec: ToolSpec,
        returns: Returns,
        run: Run,
    ) -> Result<Self, String> {
        let name = &spec.name;
        let fail = |why: &dyn fmt::Display| format!("tool {name:?}: {why}");
        if !is_tool_name(name) {
            return Err(fail(&"a name is 1 to 128 of A-Z a-z 0-9 _ - ."));
        }
        let (derived, described) = arguments::schema_of::<A>();
        let by_hand = spec.input_schema.is_some();
        let input_schema = spec.input_schema.unwrap_or_else(|| derived.into());
        let schema: Value = input_schema.decode().map_err(|why| fail(&why))?;
        if schema.get("type").is_none_or(|kind| kind != "object") {
            return Err(fail(&"the schema of the arguments must be of type object"));
        }
        let header_params = tidegate_era::header_params(&schema).map_err(|why| fail(&why))?;
        let checker =
            Checker::new(schema, input_schema.bytes().len(), by_hand).map_err(|why| fail(&why))?;
        let promise = Promise::new(name, returns.fit, spec.output_schema.as_ref());
        let promise = promise.map_err(|why| fail(&why))?;
        if let Some(problem) = checks::icons(&format!("tool {name:?}"), &spec.icons).next() {
            return Err(problem);
        }
        let description = spec.description.or(described);
        Ok(Self {
            tool: Tool {
                title: spec.title,
                description: description.unwrap_or_else(|| name.clone()),
                input_schema,
                output_schema: spec.output_schema.or(returns.schema.map(Raw::from)),
                annotations: spec.annotations,
                icons: spec.icons,
                meta: spec.meta,
                name: spec.name,
            },
            header_params,
            checker,
            promise,
            deadline: spec.deadline,
            durable: spec.durable,
            run,
        })
    }

    pub(crate) fn call(&self, arguments: Option<&Raw>, cx: Context) -> Reply {
        let promise = self.promise.as_ref();
        let due = promise.and_then(|promise| promise.due(cx.caller().facts));
        let mut reply = (self.run)(&self.checker, arguments, cx);
        if let Reply::Running(work) = &mut reply {
            work.deadline = self.deadline;
            work.durable = self.durable;
        }
        match due {
            None => reply,
            Some(due) => due.keep(reply),
        }
    }

    /// Returns the tool as callers see it whose structured results are objects.
    pub(crate) fn for_objects(&self) -> Option<Tool> {
        let schema: Value = self.tool.output_schema.as_ref()?.decode().ok()?;
        let is_object = schema.get("type").is_some_and(|kind| kind == "object");
        (!is_object).then(|| Tool {
            output_schema: None,
            ..self.tool.clone()
        })
    }
}

/// Makes the runner of an async tool.
pub(crate) fn runner<M: 'static, F: ToolFn<M>>(function: F) -> Run {
    let shape = F::shape();
    Box::new(
        move |checker, arguments, cx| match checker.decode::<F::Args>(arguments) {
            Ok(args) => Reply::running(function.begin(args, cx, shape)),
            Err(failure) => Reply::Ready(failure.into()),
        },
    )
}

/// How many blocking tools run at a time in a process: half of the threads that tokio grants for
/// blocking work, so that name look-ups and files have room beside them.
static THREADS: Semaphore = Semaphore::const_new(256);

/// Makes the runner of a tool that blocks: it runs on a thread of its own, off the reactor.
pub(crate) fn blocking_runner<M: 'static, F: BlockingToolFn<M>>(function: F) -> Run {
    let function = Arc::new(function);
    let shape = F::shape();
    Box::new(move |checker, arguments, cx| {
        let args = match checker.decode::<F::Args>(arguments) {
            Ok(args) => args,
            Err(failure) => return Reply::Ready(failure.into()),
        };
        let function = Arc::clone(&function);
        Reply::running(async move {
            // Waiting here, a call is counted and can be cancelled; in the pool's own queue,
            // which has no end, it could not.
            let permit = THREADS.acquire().await;
            let cx = BlockingContext::new(cx, Handle::current());
            let thread = tokio::task::spawn_blocking(move || {
                let _permit = permit;
                function.run(args, cx, shape)
            });
            match thread.await {
                Ok(outcome) => outcome,
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => Failure::internal("the server is shutting down").into(),
                },
            }
        })
    })
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

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tool.fmt(f)
    }
}
