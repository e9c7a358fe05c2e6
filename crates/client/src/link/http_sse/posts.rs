//! The messages to an HTTP+SSE server: a POST each, in an order that the server can rely on.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};
use tidegate_era::{Body, Kind, code};
use tidegate_model::Id;
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

use super::events;
use crate::{
    error::{BoxError, Error},
    link::{Link, LinkBody},
    receive::excerpt,
};

/// Sends messages, and says so on the incoming side when a request was refused.
///
/// Requests go side by side. A notification waits for what was sent before it, and what is sent after
/// it waits for the notification: `initialized` comes before the calls that need it, `cancelled` after
/// the call that it cancels.
pub(super) struct Posts {
    /// The POST of no message.
    blank: http::Request<Bytes>,
    link: Link,
    told: mpsc::Sender<Result<Bytes, BoxError>>,
    /// POSTs whose answer has not come.
    under_way: JoinSet<()>,
}

/// How long the order is kept for the sake of a POST that is not answered. Servers answer 202 as soon as
/// they have read; one that answers when the work is done does not hold up everything else.
const ORDER: Duration = Duration::from_secs(1);

/// How many POSTs may go unanswered at once; then the next one waits. Each is a connection in HTTP/1.1,
/// and servers that answer late are few.
const MOST: usize = 64;

// === impl Posts ===

impl Posts {
    /// Returns what posts each message as `blank` with a body.
    pub(super) fn new(
        blank: http::Request<Bytes>,
        link: Link,
        told: mpsc::Sender<Result<Bytes, BoxError>>,
    ) -> Self {
        Self {
            blank,
            link,
            told,
            under_way: JoinSet::new(),
        }
    }

    /// Sends what is in the queue, until that is closed and empty.
    ///
    /// # Cancel safety
    ///
    /// A message that was taken out may not be sent; what is under way stays so.
    pub(super) async fn send_all(&mut self, queue: &mut mpsc::Receiver<Bytes>) {
        while let Some(message) = queue.recv().await {
            self.send(message).await;
        }
    }

    /// Waits until everything sent has been answered.
    pub(super) async fn settle(&mut self) {
        while self.under_way.join_next().await.is_some() {}
    }

    async fn send(&mut self, message: Bytes) {
        while self.under_way.try_join_next().is_some() {}
        let request = request_id(&message);
        let in_order = request.is_none();
        if in_order {
            self.keep_order().await;
        }
        while self.under_way.len() >= MOST {
            self.under_way.join_next().await;
        }
        let mut post = self.blank.clone();
        *post.body_mut() = message;
        let (link, told) = (self.link.clone(), self.told.clone());
        self.under_way.spawn(async move {
            let sent = link(post).await;
            let Err(refusal) = answered(sent).await else {
                return;
            };
            match request {
                // Nobody hears it when the connection is done with: nobody waits for it then.
                Some(id) => drop(told.send(Ok(refusal.answer(&id))).await),
                None => tracing::warn!(why = refusal.message, "the server did not take a message"),
            }
        });
        if in_order {
            self.keep_order().await;
        }
    }

    /// Waits for what is under way, within reason.
    async fn keep_order(&mut self) {
        // What takes longer is overtaken.
        let _ = timeout(ORDER, self.settle()).await;
    }
}

/// Why a message was not taken, as the JSON-RPC error that its sender gets.
struct Refusal {
    code: i64,
    message: String,
    data: Option<Value>,
}

// === impl Refusal ===

impl Refusal {
    fn new(message: impl Into<String>, data: Option<Value>) -> Self {
        Self {
            code: code::INTERNAL,
            message: message.into(),
            data,
        }
    }

    /// The server answered with a status that refuses.
    async fn of(status: StatusCode, body: LinkBody) -> Self {
        let body = events::read(body).await;
        let said = match Body::read(&body) {
            Ok(Body::One(envelope)) => envelope.error,
            _ => None,
        };
        let error: Value = said
            .and_then(|error| error.decode().ok())
            .unwrap_or_default();
        if let (Some(code), Some(message)) = (error["code"].as_i64(), error["message"].as_str()) {
            return Self {
                code,
                message: message.to_owned(),
                data: error.get("data").cloned(),
            };
        }
        let data = json!({"status": status.as_u16()});
        let why = Error::refused(status, excerpt(&body)).to_string();
        Self::new(why, Some(data))
    }

    fn answer(self, id: &Id) -> Bytes {
        let mut error = json!({"code": self.code, "message": self.message});
        if let Some(data) = self.data {
            error["data"] = data;
        }
        let answer = json!({"jsonrpc": "2.0", "id": id, "error": error});
        answer.to_string().into()
    }
}

/// The POST was answered, or not: any 2xx says that the message was taken.
async fn answered(sent: Result<http::Response<LinkBody>, BoxError>) -> Result<(), Refusal> {
    match sent {
        Ok(response) if response.status().is_success() => {
            // Read, so that its connection serves again.
            events::read(response.into_body()).await;
            Ok(())
        }
        Ok(response) => Err(Refusal::of(response.status(), response.into_body()).await),
        Err(error) => {
            let error = Error::link(error);
            let why = format!("{error}; the request may have been done all the same");
            Err(Refusal::new(
                if error.is_connect() {
                    error.to_string()
                } else {
                    why
                },
                None,
            ))
        }
    }
}

/// Returns the id that an answer to the message would carry, if it is a request.
fn request_id(message: &Bytes) -> Option<Id> {
    match Body::read(message) {
        Ok(Body::One(envelope)) if envelope.kind() == Kind::Request => envelope.id,
        _ => None,
    }
}
