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
        let is_first = session.watch(uri);
        unwatch.uris.push(uri.clone());
        if is_first {
            dispatch.ask(request("resources/subscribe", uri)).await?;
        }
    }
    let held = Held::Legacy { _unwatch: unwatch };
    Ok(Listening::new(mailbox, honoured, held))
}

fn request(method: &str, uri: &str) -> Outgoing {
    Outgoing::new(method, None).field("uri", serde_json::json!(uri))
}

impl Drop for Unwatch {
    fn drop(&mut self) {
        let uris = std::mem::take(&mut self.uris).into_iter();
        for uri in uris.filter(|uri| self.session.unwatch(uri)) {
            if self.session.is_closed() {
                continue;
            }
            let dispatch = self.dispatch.clone();
            let runtime = dispatch.wire.runtime.clone();
            runtime.spawn(async move {
                let unsubscribed = dispatch.ask(request("resources/unsubscribe", &uri)).await;
                if let Err(error) = unsubscribed {
                    tracing::debug!(uri, %error, "the server was not told to stop watching");
                }
            });
        }
    }
}
