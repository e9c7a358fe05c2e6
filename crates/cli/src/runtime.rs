//! The runtimes, built by hand: a server's with as many workers as it is told, a client's with one.

use std::{future::Future, num::NonZero, thread::available_parallelism};

use tokio::runtime::{Builder, Runtime};

use crate::error::{Error, Kind};

/// Runs a client: it waits for one server, and one thread is enough for that.
pub(crate) fn client(work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    run(Builder::new_current_thread(), work)
}

/// Runs a server on `workers` threads, by default one a core.
///
/// One worker is the calling thread itself: nothing is then shared or stolen between threads.
pub(crate) fn server(
    workers: Option<NonZero<usize>>,
    work: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error> {
    let workers = workers
        .or_else(|| available_parallelism().ok())
        .map_or(1, NonZero::get);
    if workers == 1 {
        return run(Builder::new_current_thread(), work);
    }
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers);
    run(builder, work)
}

fn run(mut builder: Builder, work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime: Runtime = builder
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Local, format!("cannot start the runtime: {error}")))?;
    let done = runtime.block_on(work);
    // A tool that blocks may still be at it; its caller has gone, and nobody waits for it.
    runtime.shutdown_background();
    done
}
