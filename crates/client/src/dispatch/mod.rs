//! A request's way out: into its era's form, over the link, and once more where the era says so.

mod known;
mod open;

use std::{sync::Arc, time::Duration};

use tidegate_model::{Id, Raw};
use tokio::time::Instant;

pub(crate) use self::known::{KnownTools, ToolFacts};
use crate::{
    cache::Key,
    endpoint::{Era, Outgoing, Session},
    error::Error,
    exchange::Exchange,
    info::ServerInfo,
    pursuit::Pursuit,
    standing::Standing,
    wire::{Deadlines, Wire},
};

/// A client's connection: what is shared, how the server is spoken to, what it said of itself.
#[derive(Debug)]
pub(crate) struct Dispatch {
    pub(crate) wire: Arc<Wire>,
    pub(crate) era: Era,
    pub(crate) info: ServerInfo,
    /// What the latest list says of each tool.
    pub(crate) tools: KnownTools,
    standing: Standing,
}

// === impl Dispatch ===

impl Dispatch {
    /// Returns a connection to a server that has been found.
    pub(crate) fn new(wire: Arc<Wire>, era: Era, info: ServerInfo) -> Arc<Self> {
        Arc::new(Self {
            wire,
            era,
            info,
            tools: KnownTools::default(),
            standing: Standing::default(),
        })
    }

    /// Opens the standing stream before the first call if the server may ask something on it.
    pub(crate) async fn prepare(&self) {
        // On a channel what the server says comes in any case; this is who hears it.
        let needed = self.wire.asks.any() || self.wire.is_channel;
        let Some(session) = self.session().filter(|_| needed) else {
            return;
        };
        if let Err(error) = self.stand(session).await {
            tracing::debug!(%error, "questions come on the streams of calls alone");
        }
    }

    /// Makes sure that the standing stream of a session is there.
    pub(crate) async fn stand(&self, session: &Arc<Session>) -> Result<(), Error> {
        self.standing.open(&self.wire, session).await
    }

    /// Stops what would open the session anew after its end.
    pub(crate) fn rest(&self) {
        self.standing.close();
        self.wire.listeners.close();
        if let Some(session) = self.session() {
            session.close();
        }
    }

    /// Sends a request once; returns its id.
    pub(crate) fn send(
        self: &Arc<Self>,
        outgoing: Arc<Outgoing>,
        idle: Option<Duration>,
    ) -> (Id, Exchange) {
        let id = self.wire.id();
        let log_level = outgoing.log_level;
        let opening = {
            let (dispatch, id) = (self.clone(), id.clone());
            async move { dispatch.open(&id, &outgoing).await }
        };
        let deadlines = Deadlines { total: None, idle };
        let exchange = Exchange::begin(self.wire.clone(), id.clone(), opening, deadlines)
            .within(self.session().cloned(), log_level);
        (id, exchange)
    }

    /// Sends a request and returns its result.
    pub(crate) async fn ask(self: &Arc<Self>, outgoing: Outgoing) -> Result<Raw, Error> {
        let deadlines = self.deadlines();
        Pursuit::begin(self.clone(), outgoing, deadlines)
            .result()
            .await
    }

    /// Returns the result of a list or a read: the one that is kept, if it still holds.
    pub(crate) async fn recall(self: &Arc<Self>, outgoing: Outgoing) -> Result<Raw, Error> {
        if !self.is_modern() {
            // Only modern answers say how long they hold.
            return self.ask(outgoing).await;
        }
        let cache = &self.wire.cache;
        let key = Key {
            method: outgoing.method.clone(),
            params: outgoing.params(),
            uri: outgoing.name.clone(),
        };
        if let Some(kept) = cache.get(&key, Instant::now()) {
            return Ok(kept);
        }
        let sent = cache.moment();
        let mut pursuit = Pursuit::begin(self.clone(), outgoing, self.deadlines());
        let result = pursuit.wait().await?;
        // What came of an answer of the user's is not the answer to the request alone.
        if pursuit.is_plain() {
            cache.put(key, &result, sent, Instant::now());
        }
        Ok(result)
    }

    pub(crate) fn is_modern(&self) -> bool {
        matches!(self.era, Era::Modern(_))
    }

    pub(crate) fn session(&self) -> Option<&Arc<Session>> {
        match &self.era {
            Era::Modern(_) => None,
            Era::Legacy(session) => Some(session),
        }
    }

    /// Returns how long a request may take if its caller does not say.
    pub(crate) fn deadlines(&self) -> Deadlines {
        let limits = &self.wire.limits;
        Deadlines {
            total: limits.deadline,
            idle: limits.idle,
        }
    }
}
