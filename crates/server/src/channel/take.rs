//! One message off the wire: which era it is, and who takes it.

use bytes::Bytes;
use tidegate_era::{Body, Envelope, Kind, Reject, Verdict, classify_without_head, code};
use tidegate_model::Method;

use super::{Channel, Closed};
use crate::{access::Entry, census::Front};

// === impl Channel ===

impl Channel {
    /// Takes one message. It returns when the message was begun, not when it was answered, so that
    /// calls run side by side; it waits while nobody reads what there is to send.
    ///
    /// # Errors
    ///
    /// When the other end is gone.
    pub(crate) async fn take(&mut self, bytes: &Bytes) -> Result<(), Closed> {
        match Body::read(bytes) {
            Ok(message) => self.take_message(message).await,
            Err((malformed, id)) => self.refuse(&Reject::from(malformed).for_id(id)).await,
        }
    }

    /// Like [`take`](Self::take), where the message was read already.
    ///
    /// # Errors
    ///
    /// When the other end is gone.
    pub(crate) async fn take_message(&mut self, message: Body) -> Result<(), Closed> {
        match message {
            Body::One(message) => self.one(message).await,
            Body::Batch(messages) => self.batch(messages).await,
        }
    }

    /// Takes one message when the server stops: what a call asked may still be answered, and calls
    /// be cancelled; nothing more is begun, and whoever asks for it is told.
    ///
    /// # Errors
    ///
    /// When the other end is gone.
    pub(crate) async fn take_while_stopping(&mut self, bytes: &Bytes) -> Result<(), Closed> {
        let messages = match Body::read(bytes) {
            Ok(Body::One(message)) => vec![*message],
            Ok(Body::Batch(messages)) => messages,
            Err((malformed, id)) => {
                return self.refuse(&Reject::from(malformed).for_id(id)).await;
            }
        };
        for message in messages {
            self.enter(&message);
            if message.kind() == Kind::Request {
                let stopping = "the server stops; try again in a moment";
                let reject = Reject::busy(http::StatusCode::SERVICE_UNAVAILABLE, 5, stopping);
                self.refuse(&reject.for_id(message.id)).await?;
            } else {
                self.one(Box::new(message)).await?;
            }
        }
        Ok(())
    }

    /// Says that a message was too long to be read.
    ///
    /// # Errors
    ///
    /// When the other end is gone.
    pub(crate) async fn too_long(&self, most: usize) -> Result<(), Closed> {
        let reject = Reject::bad_request(
            code::INVALID_REQUEST,
            format!("a message may have {most} bytes; this one was longer, and was skipped"),
        );
        self.refuse(&reject).await
    }

    async fn one(&mut self, message: Box<Envelope>) -> Result<(), Closed> {
        if self.presence.front() == Front::HttpSse
            && let Some(claim) = &message.params.meta.version
        {
            return self.out_of_place(&message, claim.as_str()).await;
        }
        self.enter(&message);
        let taken = self.of_its_era(message).await;
        // What goes on has taken its entry along.
        self.entry = None;
        taken
    }

    /// Begins to write down what becomes of a message, if it wants an answer.
    fn enter(&mut self, message: &Envelope) {
        if message.kind() == Kind::Request {
            let session = self.session.as_ref().map(|session| session.ticket.key);
            let (client, front) = (self.presence.client(), self.presence.front().name());
            self.entry = Entry::of_message(client, front, session, message);
        }
    }

    /// Counts a call that its caller begins.
    fn count(&self) -> Result<(), Reject> {
        let principal = self.principal.as_deref();
        self.state.limits.call(principal, self.presence.client())
    }

    async fn of_its_era(&mut self, message: Box<Envelope>) -> Result<(), Closed> {
        let verdict = classify_without_head(&message);
        if message.kind() == Kind::Request
            && !matches!(verdict, Ok(Verdict::Initialize))
            && let Err(reject) = self.count()
        {
            return self.refuse(&reject.for_id(message.id.clone())).await;
        }
        match verdict {
            Ok(Verdict::Modern(revision)) => self.stateless(message, revision).await,
            Ok(Verdict::Initialize) => self.initialize(message).await,
            Ok(Verdict::Session) => {
                // A notification need not say which era it is of: its request knows.
                let method = message.method.as_ref().map(Method::read);
                if message.kind() == Kind::Notification && method == Some(Method::Cancelled) {
                    self.cancelled(&message);
                }
                self.within_session(message).await
            }
            Err(reject) if message.kind() == Kind::Request => self.refuse(&reject).await,
            Err(reject) => {
                tracing::debug!("a notification is left aside: {}", reject.message);
                Ok(())
            }
        }
    }

    /// Takes an array of messages, where the revision has them; each is answered by itself.
    async fn batch(&mut self, messages: Vec<Envelope>) -> Result<(), Closed> {
        let session = self.session.as_ref();
        let reads = session.is_some_and(|session| session.ticket.revision.facts().reads_batches);
        let claims = |message: &Envelope| message.params.meta.version.is_some();
        if !reads || messages.iter().any(claims) {
            let reject = Reject::bad_request(
                code::INVALID_REQUEST,
                "send one message at a time; arrays are of 2025-03-26 alone",
            );
            return self.refuse(&reject).await;
        }
        for message in messages {
            self.enter(&message);
            if message.kind() == Kind::Request
                && let Err(reject) = self.count()
            {
                self.refuse(&reject.for_id(message.id)).await?;
                continue;
            }
            let taken = self.within_session(Box::new(message)).await;
            self.entry = None;
            taken?;
        }
        Ok(())
    }
}
