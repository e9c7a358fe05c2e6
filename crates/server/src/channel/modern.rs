//! The modern era on a shared connection: each request stands alone, and is told by its id.

use std::{future::poll_fn, sync::Arc};

use tidegate_era::{
    Envelope, Kind, Reject, Revision, code,
    encode::{self, Signature},
    modern,
};
use tidegate_model::{Id, Method};

use super::{Channel, Closed, ids::Place, outbox::Outbox};
use crate::{
    access::Entry,
    endpoint::{listen, modern as messages},
    respond::ListenStream,
};

/// How many streams may stand open on one connection. Default 100: one listener hears of a thousand
/// resources, and one page does not take what
/// [`Config::max_streams`](crate::Config::max_streams) leaves to all.
const LISTENERS: usize = 100;

// === impl Channel ===

impl Channel {
    /// Takes a message that claims a version, where HTTP+SSE is spoken: it is older than the claim.
    /// A client that tries goes on by `initialize`, with what is served here and not elsewhere.
    pub(super) async fn out_of_place(&self, message: &Envelope, claim: &str) -> Result<(), Closed> {
        if message.kind() != Kind::Request {
            tracing::debug!("a message is left aside: it claims {claim} over HTTP+SSE");
            return Ok(());
        }
        let mut reject = Reject::unsupported_version(claim).for_id(message.id.clone());
        let served = Revision::LEGACY.map(Revision::name);
        let data = serde_json::json!({ "supported": served, "requested": claim });
        reject.data = Some(data.into());
        self.refuse(&reject).await
    }

    /// Takes a message that claims the modern era.
    pub(super) async fn stateless(
        &mut self,
        message: Box<Envelope>,
        revision: Revision,
    ) -> Result<(), Closed> {
        match message.kind() {
            Kind::Request => {}
            Kind::Notification => {
                let method = message.method.as_ref().map(Method::read);
                if method == Some(Method::Cancelled) {
                    self.cancelled(&message);
                }
                return Ok(());
            }
            Kind::Response => {
                let reject = Reject::bad_request(
                    code::INVALID_REQUEST,
                    "responses are not sent in this revision; answers ride in inputResponses",
                );
                return self.refuse(&reject).await;
            }
        }
        let id = message.id.clone();
        match self.begin(message, revision).await {
            Ok(sent) => sent,
            Err(reject) => self.refuse(&reject.for_id(id)).await,
        }
    }

    /// Cancels what a notification names.
    pub(super) fn cancelled(&self, message: &Envelope) {
        if let Some(id) = &message.params.request_id {
            self.ids.cancel(id);
        }
    }

    async fn begin(
        &mut self,
        message: Box<Envelope>,
        revision: Revision,
    ) -> Result<Result<(), Closed>, Reject> {
        let facts = revision.facts();
        let state = Arc::clone(&self.state);
        let principal = self.principal.clone();
        let offer = state.offer(facts, principal.as_ref()).await;
        let offer = offer.map_err(messages::unavailable)?;
        let call = modern::admit_without_head(*message, &*offer)?;
        state.callers.may(principal.as_deref(), &call, &offer)?;
        if call.method == Method::Discover {
            let client = call.meta.client_info.as_ref();
            let client = client.and_then(|raw| raw.decode().ok());
            self.presence.meet(revision, client.as_ref());
            let instructions = offer.instructions.as_deref();
            let outcome = modern::discover(&offer.capabilities, instructions, offer.cache);
            let signature = Signature::new(&offer.server);
            let answer = |out: &mut Vec<u8>| {
                encode::response(out, facts, &signature, &call.id, &outcome);
            };
            return Ok(self.send(answer).await);
        }
        let place = self.ids.enter(&call.id)?;
        if call.method == Method::Listen {
            self.reap();
            if self.streams.len() >= LISTENERS {
                return Err(too_many());
            }
            let id = call.id.clone();
            let listener = Box::pin(listen::admit(
                &state,
                principal.as_ref(),
                facts,
                &offer,
                call,
            ))
            .await?;
            let stream = ListenStream::new(&state, listener, self.framing);
            let telling = tell(
                stream,
                id,
                place,
                self.outbox.clone(),
                self.framing,
                self.entry.take(),
            );
            self.streams.spawn(telling);
            return Ok(Ok(()));
        }
        let begun = messages::start(&state, principal, call, facts, None, self.framing).await;
        Ok(self.follow(facts, begun, Some(place)).await)
    }
}

fn too_many() -> Reject {
    Reject::busy(
        http::StatusCode::SERVICE_UNAVAILABLE,
        1,
        format!(
            "{LISTENERS} streams of this connection are open; cancel some, or name more in one"
        ),
    )
}

/// Sends a listener's stream until it ends or is cancelled.
async fn tell(
    mut stream: ListenStream,
    id: Id,
    mut place: Place,
    outbox: Outbox,
    framing: encode::Framing,
    entry: Option<Box<Entry>>,
) {
    if let Some(entry) = &entry {
        entry.answered(http::StatusCode::OK);
    }
    let to_its_end = async {
        while let Some(chunk) = poll_fn(|task| stream.poll_chunk(task)).await {
            if let Some(entry) = &entry {
                entry.sent(chunk.len());
            }
            outbox.send(chunk).await?;
        }
        // The result was the end; some clients wait for this one (2026-07-28 cancellation).
        let mut out = Vec::with_capacity(96);
        framing.write(&mut out, |out| encode::cancelled(out, &id));
        if let Some(entry) = &entry {
            entry.ended();
        }
        outbox.send(out.into()).await
    };
    tokio::select! {
        biased;
        () = place.cancelled() => {}
        _ = to_its_end => {}
    }
}
