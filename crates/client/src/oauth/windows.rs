//! How often a user is asked: a server that refuses what it was just given must not fill a screen.

use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;

/// When the user was asked, the latest last.
#[derive(Debug, Default)]
pub(crate) struct Windows([Option<Instant>; MOST]);

/// How often within [`WITHIN`]: a login, one that is good for more, and one because the first was
/// revoked meanwhile.
const MOST: usize = 3;

/// Somebody who is away for lunch finds three windows, and not three hundred.
const WITHIN: Duration = Duration::from_secs(10 * 60);

// === impl Windows ===

impl Windows {
    /// Takes note that the user is asked now.
    ///
    /// # Errors
    ///
    /// When that was often enough lately.
    pub(crate) fn open(&mut self, now: Instant) -> Result<(), Error> {
        let [first, rest @ ..] = self.0;
        if first.is_some_and(|at| now.duration_since(at) < WITHIN) {
            return Err(Error::auth(format_args!(
                "the server wanted {MOST} logins within {} minutes and wants another; \
                 it is not asked for",
                WITHIN.as_secs() / 60
            )));
        }
        let [second, third] = rest;
        self.0 = [second, third, Some(now)];
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_asked_thrice_and_later_again() {
        let (mut windows, begun) = (Windows::default(), Instant::now());
        let after = |seconds| begun + Duration::from_secs(seconds);
        for seconds in [0, 1, 2] {
            windows.open(after(seconds)).expect("few so far");
        }
        assert!(windows.open(after(3)).is_err());
        windows.open(after(600)).expect("the first was long ago");
        assert!(windows.open(after(600)).is_err());
    }
}
