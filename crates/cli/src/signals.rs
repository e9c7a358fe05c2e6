//! When to stop: Ctrl-C, or the SIGTERM that service managers send.

use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Error, Kind};

/// Resolves at Ctrl-C. Never, where the system cannot tell: then it ends the process itself.
pub(crate) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits for `work`, or for Ctrl-C, which drops it.
pub(crate) async fn or_interrupt<T>(
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::select! {
        done = work => done,
        () = interrupt() => Err(Error::interrupted()),
    }
}

/// Returns what resolves at Ctrl-C or SIGTERM.
///
/// Both are listened for from now on and not from the first poll: whoever reads that a server
/// listens may stop it in the next moment, and in good order.
pub(crate) fn stop() -> Result<impl Future<Output = ()>, Error> {
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn listen(kind: SignalKind) -> Result<tokio::signal::unix::Signal, Error> {
    signal(kind)
        .map_err(|error| Error::new(Kind::Local, format!("cannot listen for signals: {error}")))
}
