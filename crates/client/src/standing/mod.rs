//! The session's standing stream (legacy): what the server says and asks outside of any request.
//!
//! ```text
//!   GET ─▶ Receive ─┬─ notification ─▶ cache, listeners, handlers
//!                   └─ request ─▶ Answering ─▶ a POST
//!   broken ─▶ GET + Last-Event-ID ─▶ …      forgotten (404) ─▶ the session is opened anew ─▶ GET ─▶ …
//! ```

mod keeper;

use std::{sync::Arc, time::Duration};

use http::StatusCode;
use parking_lot::Mutex;
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use self::keeper::Keeper;
use crate::{endpoint::Session, error::Error, wire::Wire};

/// The task that keeps the stream, once somebody needs it. Dropped, it stops.
#[derive(Debug, Default)]
pub(crate) struct Standing(Mutex<Option<Running>>);

#[derive(Debug)]
struct Running {
    task: JoinHandle<()>,
    stands: watch::Receiver<Stands>,
}

/// How the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// It was not answered yet.
    Asked,
    Open,
    /// The server has none, and said so with this status.
    Refused(StatusCode),
    /// It broke, and was not to be had again.
    Lost,
}

/// How long connecting waits for the stream's head. Servers send it at once; behind a proxy that
/// holds it back until the first byte, the stream is as good unseen.
const HEAD_WITHIN: Duration = Duration::from_secs(2);

// === impl Standing ===

impl Standing {
    /// Opens the stream, unless it is there, and waits until the server has answered.
    ///
    /// # Errors
    ///
    /// When the server has no such stream.
    pub(crate) async fn open(&self, wire: &Arc<Wire>, session: &Arc<Session>) -> Result<(), Error> {
        let mut stands = {
            let mut running = self.0.lock();
            let dead = |running: &Running| running.task.is_finished();
            if running.as_ref().is_none_or(dead) {
                *running = Some(Running::start(wire, session));
            }
            running.as_ref().expect("just set").stands.clone()
        };
        session.used.notify_one();
        let answered = stands.wait_for(|stands| !matches!(stands, Stands::Asked));
        let stands = match timeout(HEAD_WITHIN, answered).await {
            Ok(Ok(stands)) => *stands,
            Ok(Err(_)) => Stands::Lost,
            Err(_) => Stands::Open,
        };
        match stands {
            Stands::Asked | Stands::Open => Ok(()),
            Stands::Refused(status) => Err(Error::refused(
                status,
                "the server has no stream to tell changes on",
            )),
            Stands::Lost => Err(lost()),
        }
    }

    /// Ends the stream: the session is over.
    pub(crate) fn close(&self) {
        if let Some(running) = self.0.lock().take() {
            running.task.abort();
        }
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        if let Some(running) = self.0.get_mut() {
            running.task.abort();
        }
    }
}

// === impl Running ===

impl Running {
    fn start(wire: &Arc<Wire>, session: &Arc<Session>) -> Self {
        let (stands, receiver) = watch::channel(Stands::Asked);
        let keeper = Keeper::new(wire.clone(), session.clone(), stands);
        Self {
            task: wire.runtime.spawn(keeper.keep()),
            stands: receiver,
        }
    }
}

fn lost() -> Error {
    Error::lost("the stream that tells changes broke and was not to be had again")
}
