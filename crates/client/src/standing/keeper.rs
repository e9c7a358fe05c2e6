//! Keeping the standing stream: reading it, taking it up where it broke, beginning it anew.

use std::{future::poll_fn, sync::Arc, time::Duration};

use http::StatusCode;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use super::{Stands, lost};
use crate::{
    asks::Answering,
    endpoint::{Session, legacy::Current},
    error::Error,
    handshake,
    message::Message,
    place::Place,
    receive::Receive,
    retry::Attempts,
    wire::Wire,
};

/// What keeps the stream.
pub(super) struct Keeper {
    wire: Arc<Wire>,
    session: Arc<Session>,
    stands: watch::Sender<Stands>,
    attempts: Attempts,
    answering: Answering,
    /// Where the stream stands, once there was one.
    place: Option<Place>,
}

/// How one stream ended.
enum End {
    /// It broke, or was not to be had; how long the server wants to be left alone.
    Broken(Option<Duration>),
    /// The session is another one: the stream begins anew.
    Renewed,
    /// There is none.
    Refused(StatusCode),
}

// === impl Keeper ===

impl Keeper {
    /// Returns what keeps the stream of a session, and says on `stands` how it stands.
    pub(super) fn new(
        wire: Arc<Wire>,
        session: Arc<Session>,
        stands: watch::Sender<Stands>,
    ) -> Self {
        Self {
            attempts: Attempts::new(wire.reconnect),
            wire,
            session,
            stands,
            answering: Answering::default(),
            place: None,
        }
    }

    /// Opens the stream, and opens it again whenever it ends.
    pub(super) async fn keep(mut self) {
        let mut renewals = self.session.renewals();
        loop {
            let begun = Instant::now();
            let end = tokio::select! {
                end = self.follow() => end,
                _ = renewals.changed() => End::Renewed,
            };
            if begun.elapsed() > self.wire.reconnect.cap {
                self.attempts.reset();
            }
            match end {
                End::Renewed => {
                    // Whoever opened the session anew has told the listeners.
                    renewals.mark_unchanged();
                    self.place = None;
                    self.answering = Answering::default();
                    self.attempts.reset();
                }
                End::Refused(status) => {
                    tracing::debug!(%status, "the server has no standing stream");
                    self.stands.send_replace(Stands::Refused(status));
                    self.wire
                        .listeners
                        .end(|| Error::refused(status, "the standing stream"));
                    return;
                }
                End::Broken(told) => {
                    if let Some(delay) = self.attempts.next(told) {
                        sleep(delay).await;
                        continue;
                    }
                    tracing::warn!("the standing stream broke and was not to be had again");
                    self.stands.send_replace(Stands::Lost);
                    self.wire.listeners.end(lost);
                    self.attempts.reset();
                    self.place = None;
                    // The next request shows whether the server is back.
                    tokio::select! {
                        () = self.session.used.notified() => {}
                        _ = renewals.changed() => renewals.mark_unchanged(),
                    }
                    self.stands.send_replace(Stands::Asked);
                }
            }
        }
    }

    /// Opens the stream and reads it to its end.
    async fn follow(&mut self) -> End {
        let session = self.session.current();
        let behind = self.place.as_ref().and_then(Place::id);
        let resumed = behind.is_some();
        let request = session.stream(&self.wire, behind);
        let receive = match self.wire.send(request).await {
            Ok(receive) => receive,
            Err(error) => {
                tracing::debug!(%error, "the standing stream is not to be had");
                return End::Broken(None);
            }
        };
        match receive.status() {
            status if status.is_success() && receive.is_stream() => {}
            StatusCode::NOT_FOUND if session.id.is_some() => return self.renew(&session).await,
            // A place the server does not know any more: the stream begins anew, with a gap.
            StatusCode::BAD_REQUEST if resumed => {
                self.place = None;
                self.wire.missed();
                return End::Broken(None);
            }
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                return End::Broken(receive.retry_after());
            }
            status => return End::Refused(status),
        }
        self.stands.send_replace(Stands::Open);
        let place = self.place.take();
        if place.is_some() && !resumed {
            self.wire.missed();
        }
        let receive = receive.within(session.clone(), place.unwrap_or_default());
        self.read(receive, &session).await
    }

    async fn read(&mut self, mut receive: Receive, session: &Current) -> End {
        loop {
            let message = poll_fn(|cx| receive.poll_next(cx)).await;
            if receive.is_alive() {
                self.attempts.reset();
            }
            match message {
                Some(Ok(message)) => self.admit(message, session).await,
                Some(Err(error)) => {
                    tracing::debug!(%error, "the standing stream broke");
                    break;
                }
                None => break,
            }
        }
        let place = receive.forsake();
        let told = place.retry();
        self.place = Some(place);
        End::Broken(told)
    }

    async fn admit(&mut self, message: Message, session: &Current) {
        let wire = self.wire.clone();
        wire.handlers.hear(&message);
        match message {
            Message::Notification(told) => {
                self.answering.heed(&told);
                wire.told(&told);
                wire.handlers.tell(&told, wire.log_level);
            }
            Message::Request(asked) => {
                if let Some(reply) = self.answering.begin(&wire, session.clone(), &asked) {
                    reply.await;
                }
            }
            Message::Response(response) => {
                tracing::debug!(id = ?response.id, "an answer on the standing stream is left aside");
            }
        }
    }

    async fn renew(&self, ended: &Current) -> End {
        match handshake::renew(&self.wire, &self.session, ended).await {
            Ok(()) => End::Renewed,
            Err(error) => {
                tracing::debug!(%error, "the session is not to be had anew");
                End::Broken(error.retry_after())
            }
        }
    }
}
