//! The link over a channel against a server that is two queues.

mod ends;
mod sorting;

use std::{future::poll_fn, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tidegate_era::SESSION_ID;
use tokio::{
    runtime::Handle,
    sync::mpsc::{Receiver, Sender, UnboundedReceiver, channel, unbounded_channel},
    time::timeout,
};

use super::{Duplex, over_channel};
use crate::{
    error::{BoxError, Error},
    link::{Link, LinkBody},
    message::Message,
    receive::Receive,
};

/// A link, and the server's end of each of its connections.
struct Pair {
    link: Link,
    peers: UnboundedReceiver<Peer>,
    /// What opening fails with, while it is set.
    shut: Arc<Mutex<Option<&'static str>>>,
}

/// The server's end of one connection.
struct Peer {
    heard: Receiver<Bytes>,
    say: Sender<Result<Bytes, BoxError>>,
}

/// Longer than anything here takes: time is paused, so it costs nothing.
const EVER: Duration = Duration::from_secs(3600);

const LIMIT: usize = 16 << 20;

// === impl Pair ===

impl Pair {
    fn new() -> Self {
        let (opened, peers) = unbounded_channel();
        let shut = Arc::<Mutex<Option<&'static str>>>::default();
        let door = shut.clone();
        let open = Arc::new(move || {
            let (outgoing, heard) = channel(16);
            let (say, incoming) = channel(16);
            let shut = *door.lock();
            let opened = opened.clone();
            let opening = async move {
                if let Some(why) = shut {
                    return Err(why.into());
                }
                opened.send(Peer { heard, say }).expect("the test reads");
                Ok(Duplex { outgoing, incoming })
            };
            Box::pin(opening) as super::Opening
        });
        Self {
            link: over_channel(open, Handle::current()),
            peers,
            shut,
        }
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<LinkBody>, Error> {
        let answer = timeout(EVER, (self.link)(request)).await.expect("no hang");
        answer.map_err(Error::link)
    }

    async fn post(&self, message: Value) -> Receive {
        let answer = self.send(post(message)).await.expect("taken");
        assert_eq!(answer.status(), StatusCode::OK);
        Receive::new(answer, LIMIT)
    }

    /// Calls a tool in the modern era.
    async fn call(&self, id: i64) -> Receive {
        self.post(modern(id, "tools/call")).await
    }

    /// Opens the standing stream of the connection `session`.
    async fn stand(&self, session: u64) -> Receive {
        let answer = self.send(get(session)).await.expect("taken");
        assert_eq!(answer.status(), StatusCode::OK);
        Receive::new(answer, LIMIT)
    }

    async fn peer(&mut self) -> Peer {
        let peer = timeout(EVER, self.peers.recv()).await.expect("no hang");
        peer.expect("a connection")
    }
}

// === impl Peer ===

impl Peer {
    async fn hear(&mut self) -> Value {
        let heard = timeout(EVER, self.heard.recv()).await.expect("no hang");
        serde_json::from_slice(&heard.expect("a message")).expect("JSON")
    }

    async fn hears_nothing(&mut self) {
        let heard = timeout(Duration::from_secs(60), self.heard.recv()).await;
        assert!(heard.is_err(), "{heard:?}");
    }

    async fn say(&self, message: Value) {
        self.say_raw(message.to_string()).await;
    }

    async fn say_raw(&self, text: impl Into<Bytes>) {
        let said = timeout(EVER, self.say.send(Ok(text.into()))).await;
        said.expect("no hang").expect("somebody reads");
    }

    async fn answer(&self, id: i64) {
        self.say(result(id)).await;
    }
}

fn post(message: Value) -> Request<Bytes> {
    let mut request = Request::new(message.to_string().into());
    *request.method_mut() = Method::POST;
    request
}

fn get(session: u64) -> Request<Bytes> {
    within(session, Request::new(Bytes::new()))
}

fn within(session: u64, mut request: Request<Bytes>) -> Request<Bytes> {
    request.headers_mut().insert(SESSION_ID, session.into());
    request
}

fn modern(id: i64, method: &str) -> Value {
    let meta =
        json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28", "progressToken": id});
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": {"_meta": meta}})
}

fn legacy(id: i64, method: &str) -> Value {
    let meta = json!({"progressToken": id});
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": {"_meta": meta}})
}

fn result(id: i64) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "result": {"n": id}})
}

fn told(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": format!("notifications/{method}"), "params": params})
}

fn progress(token: i64, progress: i64) -> Value {
    told(
        "progress",
        json!({"progressToken": token, "progress": progress}),
    )
}

fn log(text: &str) -> Value {
    told("message", json!({"level": "info", "data": text}))
}

/// The next message, in a few words.
async fn next(receive: &mut Receive) -> Option<Result<String, Error>> {
    let read = poll_fn(|cx| receive.poll_next(cx));
    let message = timeout(EVER, read).await.expect("no hang")?;
    Some(message.map(|message| match message {
        Message::Notification(told) => match (told.log(), told.progress()) {
            (Some(log), _) => format!("log {}", log.text()),
            (_, Some(progress)) => format!("progress {}", progress.progress),
            _ => told.method,
        },
        Message::Request(asked) => format!("asks {}", asked.method),
        Message::Response(response) => match response.outcome {
            Ok(result) => format!("result {}", result.as_str()),
            Err(error) => format!("error {}", error.code),
        },
    }))
}

/// All messages to the end of the stream; the last may be why it broke.
async fn all(receive: &mut Receive) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(message) = next(receive).await {
        all.push(message.unwrap_or_else(|error| format!("broken: {error}")));
    }
    all
}
