//! Whether messages reach the server: told once for each change, and not for each message.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

use http::StatusCode;
use tidegate_era::code;

use crate::error::Error;

/// What is called at each change.
type Told = Arc<dyn Fn(Result<(), &Error>) + Send + Sync>;

/// Whether messages reach the server, as far as it is known.
#[derive(Default)]
pub(super) struct Reach {
    state: AtomicU8,
    told: Option<Told>,
}

/// A message was answered. Before anything has come of the first one, the state is neither.
const REACHED: u8 = 1;

/// A message did not arrive, or what came back was no answer.
const LOST: u8 = 2;

// === impl Reach ===

impl Reach {
    pub(super) fn tell(&mut self, told: impl Fn(Result<(), &Error>) + Send + Sync + 'static) {
        self.told = Some(Arc::new(told));
    }

    /// The server has answered.
    pub(super) fn reached(&self) {
        self.change(REACHED, Ok(()));
    }

    /// A message failed on the way, or at the server, which it has reached then. Of a message that
    /// cannot be sent nothing follows.
    pub(super) fn failed(&self, error: &Error) {
        if error.is_input() {
            return;
        }
        match error.rpc_code().is_some() && !is_elsewhere(error) {
            true => self.reached(),
            false => self.change(LOST, Err(error)),
        }
    }

    fn change(&self, to: u8, how: Result<(), &Error>) {
        // The load alone, most often: it shares the line with all who read it.
        let has_changed = self.state.load(Ordering::Relaxed) != to
            && self.state.swap(to, Ordering::Relaxed) != to;
        if let Some(told) = self.told.as_ref().filter(|_| has_changed) {
            told(how);
        }
    }
}

/// Whether an error in JSON-RPC is of whoever guards the server or stands at another address, and not
/// its own: the modern era's one use of 404 is a method that does not exist.
fn is_elsewhere(error: &Error) -> bool {
    let is_method = error.rpc_code() == Some(code::METHOD_NOT_FOUND);
    error.is_auth() || (error.status() == Some(StatusCode::NOT_FOUND) && !is_method)
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;

    use super::*;
    use crate::message::RpcError;

    fn refused(status: StatusCode, code: i64) -> Error {
        let message = "no".to_owned();
        let error = RpcError {
            code,
            message,
            data: None,
        };
        Error::answered(status, error)
    }

    #[test]
    fn an_error_of_the_server_itself_has_reached_it() {
        for (status, code, is_reached) in [
            (StatusCode::OK, code::INVALID_PARAMS, true),
            (StatusCode::BAD_REQUEST, code::UNSUPPORTED_VERSION, true),
            (StatusCode::NOT_FOUND, code::METHOD_NOT_FOUND, true),
            (StatusCode::NOT_FOUND, code::INVALID_REQUEST, false),
            (StatusCode::UNAUTHORIZED, code::INVALID_REQUEST, false),
        ] {
            let reach = Reach::default();
            reach.failed(&refused(status, code));
            let state = reach.state.load(Ordering::Relaxed);
            assert_eq!(state == REACHED, is_reached, "{status} {code}");
        }
    }

    #[test]
    fn each_change_is_told_once() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let mut reach = Reach::default();
        let hears = heard.clone();
        reach.tell(move |how| hears.lock().push(how.is_ok()));
        reach.failed(&Error::input("its own fault"));
        for _ in 0..2 {
            reach.failed(&Error::lost("away"));
            reach.failed(&Error::lost("away"));
            reach.reached();
            reach.reached();
        }
        assert_eq!(*heard.lock(), [false, true, false, true]);
    }
}
