//! The session that a host's messages belong to (legacy), and another one when the server forgot it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::StatusCode;
use parking_lot::Mutex;
use tidegate_era::Envelope;
use tidegate_model::Id;
use tokio::{sync::watch, time::sleep};

use super::{Relaying, answer::Answer};
use crate::{
    endpoint::{legacy::Current, outgoing::post},
    error::Error,
    place::Place,
    retry::Attempts,
};

/// The session of a relay, once the host has opened one.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    opened: Mutex<Option<Opened>>,
    /// Held by whoever opens it anew, so that one does it for all.
    renewing: tokio::sync::Mutex<()>,
    /// How often it was opened anew.
    renewals: watch::Sender<u64>,
    /// What was told to the session, and is told to the next: its log level, its subscriptions.
    told: Mutex<BTreeMap<String, Bytes>>,
}

#[derive(Debug)]
struct Opened {
    current: Current,
    /// The host's own `initialize`.
    initialize: Bytes,
    stands: bool,
}

/// How many of what a session was told is remembered: more than anyone subscribes to by hand.
const MOST_TOLD: usize = 1024;

/// What a session is told once it is open.
const INITIALIZED: &[u8] = br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;

// === impl Sessions ===

impl Sessions {
    /// Takes note of a session that the host has opened.
    pub(super) fn opened(&self, current: Current, initialize: Bytes) {
        let mut opened = self.opened.lock();
        let stands = opened.as_ref().is_some_and(|opened| opened.stands);
        *opened = Some(Opened {
            current,
            initialize,
            stands,
        });
    }

    /// Returns what the session is at the moment.
    pub(super) fn current(&self) -> Option<Current> {
        let opened = self.opened.lock();
        opened.as_ref().map(|opened| opened.current.clone())
    }

    /// Returns whether a standing stream is to be opened: there is a session, and none stands yet.
    pub(super) fn begin_standing(&self) -> bool {
        let mut opened = self.opened.lock();
        opened
            .as_mut()
            .is_some_and(|opened| !std::mem::replace(&mut opened.stands, true))
    }

    /// Returns what tells when the session has been opened anew.
    pub(super) fn renewals(&self) -> watch::Receiver<u64> {
        self.renewals.subscribe()
    }

    /// Remembers what changes the session for good.
    fn remember(&self, method: &str, envelope: &Envelope, line: &Bytes) {
        let uri = envelope.params.uri.as_ref().map_or("", |uri| uri.as_str());
        let mut told = self.told.lock();
        match method {
            "logging/setLevel" => {
                told.insert(String::new(), line.clone());
            }
            "resources/subscribe" if told.len() < MOST_TOLD => {
                told.insert(uri.to_owned(), line.clone());
            }
            "resources/unsubscribe" => {
                told.remove(uri);
            }
            _ => {}
        }
    }
}

impl Relaying {
    /// Relays a request of a session, and what comes for it.
    pub(super) async fn legacy(&self, line: Bytes, envelope: &Envelope, method: &str, id: &Id) {
        let carried = self.carry(&line, id).await;
        match carried {
            Ok(()) => self.sessions.remember(method, envelope, &line),
            Err(error) => self.fail(id, &error).await,
        }
    }

    async fn carry(&self, line: &Bytes, id: &Id) -> Result<(), Error> {
        let (mut answer, current) = self.ask(line).await?;
        let mut attempts = Attempts::new(self.wire().reconnect);
        loop {
            let broke = match self.hand_on(&mut answer, id, false).await {
                Ok(true) => return Ok(()),
                Ok(false) => answer.unanswered(),
                Err(error) => error,
            };
            if !broke.is_broken() {
                return Err(broke);
            }
            let place = answer.place();
            let Some(current) = current.as_ref().filter(|_| place.id().is_some()) else {
                return Err(broke);
            };
            answer = self.resume(current, place, &mut attempts, broke).await?;
        }
    }

    /// Sends a request; in another session if the server has forgotten this one.
    async fn ask(&self, line: &Bytes) -> Result<(Answer, Option<Current>), Error> {
        let signed = |current: &Option<Current>| {
            let request = post(&self.wire(), line.clone());
            match current {
                Some(current) => current.sign(request),
                None => request,
            }
        };
        let mut current = self.sessions.current();
        let mut answer = self.send(signed(&current)).await?;
        let forgotten = answer.status() == StatusCode::NOT_FOUND;
        let ended = current
            .as_ref()
            .filter(|current| forgotten && current.id.is_some());
        if let Some(ended) = ended {
            self.renew(ended).await?;
            current = self.sessions.current();
            answer = self.send(signed(&current)).await?;
        }
        Ok((answer, current))
    }

    /// Takes a stream up where it broke (2025-11-25 transports §Resumability).
    async fn resume(
        &self,
        current: &Current,
        mut place: Place,
        attempts: &mut Attempts,
        mut broke: Error,
    ) -> Result<Answer, Error> {
        while let Some(delay) = attempts.next(place.retry()) {
            sleep(delay).await;
            let request = current.stream(&self.wire(), place.id());
            let answer = match self.send(request).await {
                Ok(answer) => answer,
                Err(error) => {
                    self.reach.failed(&error);
                    broke = error;
                    continue;
                }
            };
            if answer.status().is_success() && answer.is_stream() {
                return Ok(answer.from(std::mem::take(&mut place)));
            }
            let refused = answer.unanswered();
            if !refused.is_passing() {
                return Err(Error::lost(
                    "the stream broke and the server does not take it up; the request may have been \
                     done all the same",
                )
                .because(refused));
            }
            broke = refused;
        }
        Err(broke)
    }

    /// Opens the session anew, unless somebody has done so since `ended` was read.
    pub(super) async fn renew(&self, ended: &Current) -> Result<(), Error> {
        let _one_at_a_time = self.sessions.renewing.lock().await;
        let initialize = {
            let opened = self.sessions.opened.lock();
            match opened.as_ref() {
                Some(opened) if opened.current.id == ended.id => opened.initialize.clone(),
                _ => return Ok(()),
            }
        };
        tracing::info!("the server has forgotten the session; it is opened anew");
        let (_, current) = self.open(&initialize).await?;
        self.sessions.opened(current, initialize);
        self.tell(Bytes::from_static(INITIALIZED)).await;
        let told: Vec<Bytes> = self.sessions.told.lock().values().cloned().collect();
        for line in told {
            // Its answer was the host's once; another one would be to no question.
            self.swallow(line).await;
        }
        self.sessions.renewals.send_modify(|times| *times += 1);
        Ok(())
    }

    /// Sends a request whose answer is nobody's.
    async fn swallow(&self, line: Bytes) {
        let Some(current) = self.sessions.current() else {
            return;
        };
        let request = current.sign(post(&self.wire(), line));
        let within = self.wire().limits.handshake;
        let done = async {
            let mut answer = self.send(request).await?;
            while let Some(message) = answer.next().await {
                message?;
            }
            Ok::<_, Error>(())
        };
        match tokio::time::timeout(within, done).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, "the new session was not told what the old was")
            }
            Err(_) => tracing::warn!("the new session was not told what the old was in time"),
        }
    }
}
