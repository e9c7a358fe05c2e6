//! Work that blocks, done beside the reactor and given up when nobody waits for it any more.

use std::{
    future::pending,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::task::spawn_blocking;

/// Tells blocking work that its caller has gone.
///
/// A thread can not be dropped as a future can, so long loops ask now and then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quit(Arc<AtomicBool>);

/// Sets its [`Quit`] when the future that holds it is dropped.
#[derive(Debug)]
pub(crate) struct QuitOnDrop(Quit);

/// Runs `work` on the blocking pool and returns what it made.
///
/// A panic of `work` continues in the caller, as if it had run there.
///
/// # Cancel safety
///
/// Dropping the future sets the work's [`Quit`]; its thread ends at the next look at it.
pub(crate) async fn aside<T, F>(work: F) -> T
where
    T: Send + 'static,
    F: FnOnce(&Quit) -> T + Send + 'static,
{
    let quit = Quit::default();
    let _guard = quit.on_drop();
    match spawn_blocking(move || work(&quit)).await {
        Ok(made) => made,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // Cancelled: the runtime is going down, and this future with it.
            Err(_) => pending().await,
        },
    }
}

// === impl Quit ===

impl Quit {
    /// Returns a guard that sets this flag when it is dropped.
    pub(crate) fn on_drop(&self) -> QuitOnDrop {
        QuitOnDrop(self.clone())
    }

    /// Says whether the caller has gone.
    pub(crate) fn is_set(&self) -> bool {
        // Relaxed: the flag guards no data, and a look too late costs one block more.
        self.0.load(Ordering::Relaxed)
    }
}

// === impl QuitOnDrop ===

impl Drop for QuitOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    #[tokio::test]
    async fn what_the_work_makes_comes_back() {
        assert_eq!(aside(|_| 6 * 7).await, 42);
    }

    #[tokio::test]
    async fn a_dropped_caller_ends_the_work() {
        let (began, begin) = mpsc::channel();
        let (ended, end) = mpsc::channel();
        let call = tokio::spawn(aside(move |quit| {
            began.send(()).unwrap();
            while !quit.is_set() {
                std::thread::sleep(Duration::from_millis(1));
            }
            ended.send(()).unwrap();
        }));
        spawn_blocking(move || begin.recv().unwrap()).await.unwrap();
        call.abort();
        let outcome = spawn_blocking(move || end.recv_timeout(Duration::from_secs(10))).await;
        assert_eq!(outcome.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn a_panic_continues_in_the_caller() {
        let call = tokio::spawn(aside(|_| panic!("torn page")));
        assert!(call.await.unwrap_err().is_panic());
    }
}
