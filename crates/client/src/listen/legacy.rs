//! A subscription within a session: its part in what the standing stream tells.

use std::sync::Arc;

use super::{Listening, Topics, listening::Held, mailbox::Mailbox};
use crate::{
    dispatch::Dispatch,
    endpoint::{Outgoing, Session},
    error::Error,
};

/// The resources one listener watches; dropped, the server is told to stop, unless another listens.
pub(crate) struct Unwatch {
    dispatch: Arc<Dispatch>,
    session: Arc<Session>,
    uris: Vec<String>,
}

/// Opens the standing stream if it is not there, and subscribes to the resources.
pub(super) async fn begin(
    dispatch: &Arc<Dispatch>,
    session: &Arc<Session>,
    topics: Topics,
) -> Result<Listening, Error> {
    let honoured = topics.offered(&dispatch.info.capabilities);
    if honoured.is_empty() {
        return Err(Error::era("the server tells none of these changes"));
    }
    // The mailbox first: what is told while the stream opens is not lost.
    let mailbox = Mailbox::new(honoured.clone());
    dispatch.wire.listeners.add(&mailbox);
    dispatch.stand(session).await?;
    let mut unwatch = Unwatch {
        dispatch: dispatch.clone(),
        session: session.clone(),
        uris: Vec::new(),
    };
    for uri in honoured.uris() {
        session.watching.join(uri);
        unwatch.uris.push(uri.clone());
        settle(dispatch, session, uri).await?;
    }
    let held = Held::Legacy { _unwatch: unwatch };
    Ok(Listening::new(mailbox, honoured, held))
}

/// Makes what the server tells of a resource be what is wanted now.
///
/// # Cancel safety
///
/// A resource that was asked for counts as told: it is settled again when its listener leaves.
async fn settle(dispatch: &Arc<Dispatch>, session: &Session, uri: &str) -> Result<(), Error> {
    let watching = &session.watching;
    let Some(told) = watching.told(uri) else {
        return Ok(());
    };
    let mut is_told = told.lock().await;
    let is_wanted = watching.is_wanted(uri);
    let method = match (is_wanted, *is_told) {
        (true, false) => Some("resources/subscribe"),
        (false, true) => Some("resources/unsubscribe"),
        _ => None,
    };
    let mut settled = Ok(());
    if let Some(method) = method {
        *is_told = is_wanted;
        settled = dispatch.ask(request(method, uri)).await.map(drop);
        *is_told = is_wanted && settled.is_ok();
    }
    drop(is_told);
    drop(told);
    watching.forget(uri);
    settled
}

fn request(method: &str, uri: &str) -> Outgoing {
    Outgoing::new(method, None).field("uri", serde_json::json!(uri))
}

impl Drop for Unwatch {
    fn drop(&mut self) {
        let uris = std::mem::take(&mut self.uris).into_iter();
        for uri in uris.filter(|uri| self.session.watching.leave(uri)) {
            if self.session.is_closed() {
                // The server has forgotten it with the session.
                self.session.watching.forget(&uri);
                continue;
            }
            let (dispatch, session) = (self.dispatch.clone(), self.session.clone());
            let runtime = dispatch.wire.runtime.clone();
            runtime.spawn(async move {
                if let Err(error) = settle(&dispatch, &session, &uri).await {
                    tracing::debug!(uri, %error, "the server was not told to stop watching");
                }
            });
        }
    }
}
