//! A subscription of 2026-07-28 on: a request whose stream stays open.

use std::{future::poll_fn, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tidegate_era::{META_PREFIX, Revision};
use tidegate_model::Id;
use tokio::time::{Instant, sleep, timeout};

use super::{
    Listening, Topics,
    listening::{Held, Reader},
    mailbox::Mailbox,
    topics::change,
};
use crate::{
    dispatch::Dispatch,
    endpoint::{Outgoing, modern},
    error::Error,
    message::{Message, Notification},
    receive::Receive,
    retry::Attempts,
    wire::Wire,
};

/// What makes a subscription, again if it must.
struct Subscriber {
    wire: Arc<Wire>,
    revision: Revision,
    topics: Topics,
}

/// An open subscription.
struct Subscription {
    id: Id,
    receive: Receive,
    honoured: Topics,
}

/// How a stream ended.
enum End {
    /// The server said that it is over.
    Graceful,
    /// It said why.
    Refused(Error),
    /// It broke; whether something had come on it.
    Broken { useful: bool },
}

/// Opens a subscription, and reads it from a task.
pub(super) async fn begin(
    dispatch: &Dispatch,
    revision: Revision,
    topics: Topics,
) -> Result<Listening, Error> {
    let wire = dispatch.wire.clone();
    let subscriber = Subscriber {
        wire: wire.clone(),
        revision,
        topics,
    };
    let subscription = subscriber.open().await?;
    let honoured = subscription.honoured.clone();
    if honoured.is_empty() {
        return Err(Error::era("the server tells none of these changes"));
    }
    if honoured != subscriber.topics {
        tracing::warn!(asked = ?subscriber.topics, ?honoured, "the server tells less than was asked for");
    }
    let mailbox = Mailbox::new(honoured.clone());
    let reading = subscriber.read(subscription, mailbox.clone());
    let reader = Reader(wire.runtime.spawn(reading));
    Ok(Listening::new(
        mailbox,
        honoured,
        Held::Modern { _reader: reader },
    ))
}

// === impl Subscriber ===

impl Subscriber {
    /// Asks for the subscription and waits until it is acknowledged.
    async fn open(&self) -> Result<Subscription, Error> {
        let within = self.wire.limits.handshake;
        timeout(within, self.ask())
            .await
            .map_err(|_| Error::timeout("the subscription was not acknowledged", within))?
    }

    async fn ask(&self) -> Result<Subscription, Error> {
        let wire = &self.wire;
        let id = wire.id();
        let outgoing =
            Outgoing::new("subscriptions/listen", None).field("notifications", json!(self.topics));
        let request = modern::request(wire, self.revision, &id, &outgoing, &[])?;
        let mut receive = wire.send(request).await?;
        let status = receive.status();
        while let Some(message) = poll_fn(|cx| receive.poll_next(cx)).await {
            let message = message?;
            wire.handlers.hear(&message);
            match message {
                Message::Notification(told)
                    if told.method == "notifications/subscriptions/acknowledged"
                        && is_of(&told, &id) =>
                {
                    let mut params: Value = told
                        .params
                        .decode()
                        .map_err(|error| Error::shape("subscriptions/listen", error))?;
                    let honoured = serde_json::from_value(params["notifications"].take())
                        .map_err(|error| Error::shape("subscriptions/listen", error))?;
                    return Ok(Subscription {
                        id,
                        receive,
                        honoured,
                    });
                }
                Message::Response(response) => {
                    return Err(match response.outcome {
                        Err(error) => Error::answered(status, error),
                        Ok(_) => Error::answer("the subscription ended before it began"),
                    });
                }
                _ => tracing::warn!("a message came before the subscription was acknowledged"),
            }
        }
        Err(receive.unanswered())
    }

    /// Reads the stream, and the one after it, until one of them ends for good.
    async fn read(self, mut subscription: Subscription, mailbox: Arc<Mailbox>) {
        let mut attempts = Attempts::new(self.wire.reconnect);
        loop {
            let begun = Instant::now();
            let useful = match self.follow(&mut subscription, &mailbox).await {
                End::Graceful => return mailbox.end(None),
                End::Refused(error) => return mailbox.end(Some(error)),
                End::Broken { useful } => useful,
            };
            // A server that takes every subscription and drops it at once is not to be hammered.
            if useful || begun.elapsed() > self.wire.reconnect.cap {
                attempts.reset();
            }
            subscription = match self.again(&mut attempts).await {
                Ok(subscription) => subscription,
                Err(error) => return mailbox.end(Some(error)),
            };
            self.wire.cache.clear();
            mailbox.put_all();
        }
    }

    /// Opens the subscription anew.
    async fn again(&self, attempts: &mut Attempts) -> Result<Subscription, Error> {
        let mut failed = Error::lost("the subscription's stream broke and was not to be had again");
        let mut told: Option<Duration> = None;
        while let Some(delay) = attempts.next(told) {
            sleep(delay).await;
            match self.open().await {
                Ok(subscription) => return Ok(subscription),
                Err(error) if error.is_passing() => {
                    tracing::debug!(%error, "the subscription is not to be had yet");
                    told = error.retry_after();
                    failed = error;
                }
                Err(error) => return Err(error),
            }
        }
        Err(failed)
    }

    async fn follow(&self, subscription: &mut Subscription, mailbox: &Mailbox) -> End {
        let mut useful = false;
        loop {
            let message = poll_fn(|cx| subscription.receive.poll_next(cx)).await;
            let message = match message {
                Some(Ok(message)) => message,
                Some(Err(error)) => {
                    tracing::debug!(%error, "the subscription's stream broke");
                    return End::Broken { useful };
                }
                None => return End::Broken { useful },
            };
            self.wire.handlers.hear(&message);
            match message {
                Message::Notification(told) if is_end(&told, &subscription.id) => {
                    return End::Graceful;
                }
                Message::Notification(told) if is_of(&told, &subscription.id) => {
                    if let Some(change) = change(&told) {
                        self.wire.cache.invalidate(&change);
                        mailbox.put(&change);
                        useful = true;
                    }
                }
                Message::Response(response) if response.id.as_ref() == Some(&subscription.id) => {
                    let status = subscription.receive.status();
                    return match response.outcome {
                        Ok(_) => End::Graceful,
                        Err(error) => End::Refused(Error::answered(status, error)),
                    };
                }
                _ => tracing::debug!("a message of no subscription of ours is left aside"),
            }
        }
    }
}

/// Whether a notification belongs to the subscription `id`.
fn is_of(told: &Notification, id: &Id) -> bool {
    let params: Value = told.params.decode().unwrap_or_default();
    params["_meta"][format!("{META_PREFIX}subscriptionId")] == json!(id)
}

/// Whether a notification says that the subscription `id` is over, as some servers do.
fn is_end(told: &Notification, id: &Id) -> bool {
    let params: Value = told.params.decode().unwrap_or_default();
    told.method == "notifications/cancelled" && params["requestId"] == json!(id)
}
