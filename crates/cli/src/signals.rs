//! When to stop: Ctrl-C, the SIGTERM that service managers send, the SIGHUP of a terminal that closes.
//!
//! A client ends in good order at each of them: a server that it started, and what that started,
//! would outlive it otherwise, and a call would go on at its server.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::{Error, Kind};

/// Resolves at Ctrl-C, SIGTERM or SIGHUP. Never, where the system cannot tell: then it ends the
/// process itself.
pub(crate) async fn interrupt() {
    match interrupted() {
        Ok(interrupted) => interrupted.await,
        Err(_) => std::future::pending().await,
    }
}

/// Waits for `work`, or for what [interrupts](interrupt), which drops it.
pub(crate) async fn or_interrupt<T>(
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::select! {
        done = work => done,
        () = interrupt() => Err(Error::interrupted()),
    }
}

/// Returns what resolves at Ctrl-C, SIGTERM or SIGHUP: the end of a client.
///
/// They are listened for from now on, as in [`stop`].
pub(crate) fn interrupted() -> Result<impl Future<Output = ()>, Error> {
    let stop = stop()?;
    let mut hangup = match ignores_hangup() {
        true => None,
        false => Some(listen(SignalKind::hangup())?),
    };
    let hung_up = async move {
        match &mut hangup {
            Some(hangup) => hangup.recv().await,
            None => std::future::pending().await,
        }
    };
    Ok(async move {
        tokio::select! {
            () = stop => {}
            _ = hung_up => {}
        }
    })
}

/// Returns what resolves at Ctrl-C or SIGTERM: the end of a server.
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

fn listen(kind: SignalKind) -> Result<Signal, Error> {
    signal(kind)
        .map_err(|error| Error::new(Kind::Local, format!("cannot listen for signals: {error}")))
}

/// Whether this process was started to outlive its terminal, as `nohup` does. To listen would undo
/// that, and where the system does not say (only Linux has `/proc`), a terminal that closes ends it.
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored(&status, SignalKind::hangup())
}

/// Whether a `/proc/…/status` has this signal among the ignored.
fn ignored(status: &str, kind: SignalKind) -> bool {
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (kind.as_raw_value() - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_signal_is_read_from_the_mask() {
        let status = "SigBlk:\t0000000000000001\nSigIgn:\t0000000000001001\n";
        assert!(ignored(status, SignalKind::hangup()));
        assert!(!ignored(status, SignalKind::interrupt()));
        assert!(!ignored("", SignalKind::hangup()));
    }
}
