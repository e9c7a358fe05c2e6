//! How a tool's function is run: its arguments decoded, on the reactor or on a thread.

use std::sync::Arc;

use tidegate_model::{Failure, Raw};
use tokio::{runtime::Handle, sync::Semaphore};

use super::{BlockingToolFn, ToolFn};
use crate::{
    blocking::BlockingContext, context::Context, handler::Reply, router::arguments::Checker,
};

pub(crate) type Run = Box<dyn Fn(&Checker, Option<&Raw>, Context) -> Reply + Send + Sync>;

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
