//! Functions as tools.

use std::{fmt, future::Future, time::Duration};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_model::{Failure, HeaderParam, Outcome, Raw, Tool};
use tokio::{runtime::Handle, sync::Semaphore};

use super::{
    arguments::{self, Checker},
    output::IntoOutput,
    spec::ToolSpec,
};
use crate::{
    blocking::BlockingContext,
    context::Context,
    handler::{Reply, Work},
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

    /// Begins a call.
    fn begin(
        &self,
        args: Self::Args,
        cx: Context,
    ) -> impl Future<Output = Outcome> + Send + 'static;
}

/// A function that blocks and is a tool: `fn(Args, BlockingContext) -> R`.
pub trait BlockingToolFn<M>: Send + Sync + 'static {
    /// What the tool takes.
    type Args: DeserializeOwned + JsonSchema + Send + 'static;

    /// Returns the schema of the structured result, if there is one.
    fn output_schema() -> Option<Value>;

    /// Does the call.
    fn run(&self, args: Self::Args, cx: BlockingContext) -> Outcome;
}

pub(crate) type Run = Box<dyn Fn(&Checker, Option<&Raw>, Context) -> Reply + Send + Sync>;

/// A tool, ready to be called.
pub(crate) struct Entry {
    pub(crate) tool: Tool,
    pub(crate) header_params: Vec<HeaderParam>,
    checker: Checker,
    deadline: Option<Duration>,
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
        output_schema: Option<Value>,
        run: Run,
    ) -> Result<Self, String> {
        let fail = |why: &dyn fmt::Display| format!("tool {:?}: {why}", spec.name);
        if !is_name(&spec.name) {
            return Err(fail(&"a name is 1 to 128 of A-Z a-z 0-9 _ - ."));
        }
        let (derived, described) = arguments::schema_of::<A>();
        let by_hand = spec.input_schema.is_some();
        let schema = spec.input_schema.clone().unwrap_or(derived);
        if schema.get("type").is_none_or(|kind| kind != "object") {
            return Err(fail(&"the schema of the arguments must be of type object"));
        }
        let checker = Checker::new(schema.clone(), by_hand).map_err(|why| fail(&why))?;
        let header_params = tidegate_era::header_params(&schema).map_err(|why| fail(&why))?;
        let description = spec
            .description
            .or(described)
            .unwrap_or_else(|| spec.name.clone());
        Ok(Self {
            tool: Tool {
                name: spec.name,
                title: spec.title,
                description,
                input_schema: schema.into(),
                output_schema: output_schema.map(Raw::from),
                annotations: spec.annotations,
            },
            header_params,
            checker,
            deadline: spec.deadline,
            run,
        })
    }

    pub(crate) fn call(&self, arguments: Option<&Raw>, cx: Context) -> Reply {
        let mut reply = (self.run)(&self.checker, arguments, cx);
        if let Reply::Running(work) = &mut reply {
            work.deadline = self.deadline;
        }
        reply
    }
}

/// 2026-07-28 tools §Tool Names.
fn is_name(name: &str) -> bool {
    (1..=128).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Makes the runner of an async tool.
pub(crate) fn runner<M: 'static, F: ToolFn<M>>(function: F) -> Run {
    Box::new(
        move |checker, arguments, cx| match checker.decode::<F::Args>(arguments) {
            Ok(args) => Reply::running(function.begin(args, cx)),
            Err(failure) => Reply::Ready(failure.into()),
        },
    )
}

/// How many blocking tools run at a time in a process: half of the threads that tokio grants for
/// blocking work, so that name look-ups and files have room beside them.
static THREADS: Semaphore = Semaphore::const_new(256);

/// Makes the runner of a tool that blocks: it runs on a thread of its own, off the reactor.
pub(crate) fn blocking_runner<M: 'static, F: BlockingToolFn<M>>(function: F) -> Run {
    let function = std::sync::Arc::new(function);
    Box::new(move |checker, arguments, cx| {
        let args = match checker.decode::<F::Args>(arguments) {
            Ok(args) => args,
            Err(failure) => return Reply::Ready(failure.into()),
        };
        let function = std::sync::Arc::clone(&function);
        Reply::Running(Work {
            future: Box::pin(async move {
                // Waiting here, a call is counted and can be cancelled; in the pool's own queue,
                // which has no end, it could not.
                let permit = THREADS.acquire().await;
                let cx = BlockingContext::new(cx, Handle::current());
                let thread = tokio::task::spawn_blocking(move || {
                    let _permit = permit;
                    function.run(args, cx)
                });
                match thread.await {
                    Ok(outcome) => outcome,
                    Err(error) => match error.try_into_panic() {
                        Ok(panic) => std::panic::resume_unwind(panic),
                        Err(_) => Failure::internal("the server is shutting down").into(),
                    },
                }
            }),
            deadline: None,
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

    fn begin(&self, args: A, cx: Context) -> impl Future<Output = Outcome> + Send + 'static {
        let work = self(args, cx);
        async move { work.await.into_output() }
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

    fn begin(&self, args: A, _: Context) -> impl Future<Output = Outcome> + Send + 'static {
        let work = self(args);
        async move { work.await.into_output() }
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

    fn run(&self, args: A, cx: BlockingContext) -> Outcome {
        self(args, cx).into_output()
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

    fn run(&self, args: A, _: BlockingContext) -> Outcome {
        self(args).into_output()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tool.fmt(f)
    }
}
