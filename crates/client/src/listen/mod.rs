//! Hearing what changes on a server: one way for a user, two on the wire.
//!
//! ```text
//!   modern: a `subscriptions/listen` stream of its own ─────────┐
//!                                                               ├─▶ Mailbox ─▶ Listening
//!   legacy: the session's one standing stream ─▶ Listeners ─────┘
//! ```

mod legacy;
mod listening;
mod mailbox;
mod modern;
mod topics;

pub use self::{listening::Listening, topics::Topics};
pub(crate) use self::{mailbox::Listeners, topics::change};

use std::sync::Arc;

use crate::{dispatch::Dispatch, endpoint::Era, error::Error};

/// Listens to `topics`, in the server's era.
pub(crate) async fn begin(dispatch: &Arc<Dispatch>, topics: Topics) -> Result<Listening, Error> {
    if topics.is_empty() {
        return Err(Error::input("name at least one thing to listen to"));
    }
    match &dispatch.era {
        Era::Modern(revision) => modern::begin(dispatch, *revision, topics).await,
        Era::Legacy(session) => legacy::begin(dispatch, session, topics).await,
    }
}
