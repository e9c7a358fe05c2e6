//! Taking up a call's stream where it broke (legacy; 2025-11-25 transports §Resumability).

use std::time::Duration;

use http::StatusCode;

use crate::{
    endpoint::legacy::Current,
    error::Error,
    receive::{Receive, Within},
    retry::{Attempts, Reconnect},
};

/// How often a request's stream was taken up, and from where it is being taken up now.
pub(crate) struct Resuming {
    attempts: Attempts,
    under_way: Option<Within>,
    /// Whether a stream broke: then the request runs at the server.
    begun: bool,
}

/// A GET that takes a stream up: after a while, in the session the stream belongs to.
pub(crate) struct Later {
    pub(crate) after: Duration,
    pub(crate) session: Current,
    /// The last event that arrived.
    pub(crate) behind: String,
}

/// What has become of a request that was sent.
pub(crate) enum Resumed {
    /// There is a stream to read.
    Stream(Box<Receive>),
    /// It is tried once more.
    Again(Later),
    /// It cannot be had.
    Failed(Error),
}

// === impl Resuming ===

impl Resuming {
    pub(crate) const fn new(settings: Reconnect) -> Self {
        Self {
            attempts: Attempts::new(settings),
            under_way: None,
            begun: false,
        }
    }

    /// Returns whether a stream broke that could be taken up: then the request runs at the server.
    pub(crate) const fn has_begun(&self) -> bool {
        self.begun
    }

    /// A stream ended without an answer: returns how to take it up.
    ///
    /// # Errors
    ///
    /// `error` itself, if the stream cannot be taken up.
    pub(crate) fn broke(&mut self, receive: &mut Receive, error: Error) -> Result<Later, Error> {
        if !error.is_broken() {
            return Err(error);
        }
        let Some(within) = receive.leave() else {
            return Err(error);
        };
        if receive.is_alive() {
            self.attempts.reset();
        }
        self.begun = true;
        tracing::debug!(%error, "a stream broke and is taken up again");
        self.later(within, None).ok_or(error)
    }

    /// A request was answered, or not: its stream, or what to do about it.
    pub(crate) fn resumed(&mut self, opened: Result<Receive, Error>) -> Resumed {
        let Some(within) = self.under_way.take() else {
            return match opened {
                Ok(receive) => Resumed::Stream(Box::new(receive)),
                Err(error) => Resumed::Failed(error),
            };
        };
        let (error, passing) = match opened {
            Ok(receive) if receive.status().is_success() && receive.is_stream() => {
                let Within { session, place } = within;
                return Resumed::Stream(Box::new(receive.within(session, place)));
            }
            Ok(receive) => {
                let passing = Error::refused(receive.status(), "").is_passing();
                (refused(&receive), passing)
            }
            Err(error) => {
                let passing = error.is_passing();
                (error, passing)
            }
        };
        if !passing {
            return Resumed::Failed(error);
        }
        let told = error.retry_after();
        self.later(within, told)
            .map_or_else(|| Resumed::Failed(lost().because(error)), Resumed::Again)
    }

    fn later(&mut self, within: Within, told: Option<Duration>) -> Option<Later> {
        let told = told.or_else(|| within.place.retry());
        let after = self.attempts.next(told)?;
        let later = Later {
            after,
            session: within.session.clone(),
            behind: within.place.id().map(str::to_owned)?,
        };
        self.under_way = Some(within);
        Some(later)
    }
}

fn refused(receive: &Receive) -> Error {
    let status = receive.status();
    match status {
        StatusCode::NOT_FOUND => Error::refused(
            status,
            "the session has ended while the request ran; it may have been done all the same",
        ),
        // A server that gives ids and takes nothing up.
        StatusCode::METHOD_NOT_ALLOWED => lost(),
        _ if status.is_success() => lost(),
        _ => Error::refused(
            status,
            "the request's stream broke and the server does not take it up; the request may have \
             been done all the same",
        )
        .after(receive.retry_after()),
    }
}

fn lost() -> Error {
    Error::lost(
        "the stream broke before the answer and could not be taken up again; the request may have \
         been done all the same",
    )
}
