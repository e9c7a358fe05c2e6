//! When to stop: Ctrl-C, the SIGTERM that service managers send, or the SIGHUP of a terminal that
//! closes.

use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Error, Kind};

/// Resolves when the user wants no more of it: at Ctrl-C, SIGTERM or SIGHUP. Never, where the system
/// cannot tell: then it ends the process itself.
pub(crate) async fn interrupt() {
    let terminate = heard(SignalKind::terminate(), true);
    let hangup = heard(SignalKind::hangup(), !ignores_hangup());
    tokio::select! {
        () = heard(SignalKind::interrupt(), true) => {}
        () = terminate => {}
        () = hangup => {}
    }
}

async fn heard(kind: SignalKind, wanted: bool) {
    // Listening is what ends its being ignored.
    let signal = wanted.then(|| signal(kind));
    let Some(Ok(mut signal)) = signal else {
        return std::future::pending().await;
    };
    let _ = signal.recv().await;
}

/// Whether whoever started this command (`nohup`) wants it to outlive its terminal.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

/// Waits for `work`, or for an interruption, which drops it.
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
