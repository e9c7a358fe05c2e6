//! A client of HTTP+SSE, the transport of 2024-11-05.

use std::collections::VecDeque;

use serde_json::{Value, json};

use crate::{
    Answer, Door, Event, Request,
    lines::{notification, request},
};

/// A client that reads one stream and posts what it has to say, each message on a connection of
/// its own. Dropping it hangs up.
#[derive(Debug)]
pub struct Old {
    door: Door,
    stream: Answer,
    uri: String,
    aside: VecDeque<Value>,
}

// === impl Old ===

impl Old {
    /// Connects at `/sse`.
    ///
    /// # Panics
    ///
    /// As [`connect_at`](Self::connect_at).
    pub async fn connect(door: &Door) -> Self {
        Self::connect_at(door, "/sse").await
    }

    /// Connects, and reads where messages are posted.
    ///
    /// # Panics
    ///
    /// When it is not told first.
    pub async fn connect_at(door: &Door, path: &str) -> Self {
        let mut stream = door.ask(Self::get(path)).await;
        assert_eq!(stream.status, 200);
        assert!(stream.is_stream());
        let first = stream.event().await;
        assert_eq!(stream.event_type(), Some("endpoint"));
        let Some(Event::Message(uri)) = first else {
            panic!("where are messages posted? {first:?}");
        };
        Self {
            door: door.clone(),
            stream,
            uri,
            aside: VecDeque::new(),
        }
    }

    /// Connects and shakes hands.
    ///
    /// # Panics
    ///
    /// When the server does not agree to `revision`.
    pub async fn open(door: &Door, revision: &str, capabilities: Value) -> Self {
        let mut client = Self::connect(door).await;
        client.shake_hands(revision, capabilities).await;
        client
    }

    /// Shakes hands.
    ///
    /// # Panics
    ///
    /// As [`open`](Self::open).
    pub async fn shake_hands(&mut self, revision: &str, capabilities: Value) {
        let params = json!({
            "protocolVersion": revision, "capabilities": capabilities,
            "clientInfo": { "name": "old", "version": "1" },
        });
        self.send(&request(0, "initialize", params)).await;
        let opened = self.answer(0).await;
        assert_eq!(opened["result"]["protocolVersion"], revision, "{opened}");
        self.send(&notification("notifications/initialized", json!({})))
            .await;
    }

    /// Returns the request that opens a connection.
    #[must_use]
    pub fn get(path: &str) -> Request {
        Request::new("GET").at(path).accept("text/event-stream")
    }

    /// Returns where messages are posted.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Returns the way to its server.
    #[must_use]
    pub const fn door(&self) -> &Door {
        &self.door
    }

    /// Returns what the stream's head said.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.stream.header(name)
    }

    /// Returns the request that posts `message`.
    #[must_use]
    pub fn posting(&self, message: &Value) -> Request {
        Request::post(message.clone())
            .at(&self.uri)
            .without("accept")
    }

    /// Posts a message.
    ///
    /// # Panics
    ///
    /// When it is not taken, or the answer says more than that.
    pub fn send(&self, message: &Value) -> impl Future<Output = ()> + Send + use<> {
        let posted = self.post(self.posting(message));
        let message = message.to_string();
        async move {
            let mut answer = posted.await;
            assert_eq!(answer.status, 202, "{message}");
            assert!(answer.body().await.is_empty(), "an answer has its place");
        }
    }

    /// Posts as it is told.
    pub fn post(&self, request: Request) -> impl Future<Output = Answer> + Send + use<> {
        let door = self.door.clone();
        async move { door.ask(request).await }
    }

    /// Calls a tool.
    ///
    /// # Panics
    ///
    /// When the call is not taken.
    pub fn call<I: Into<Value>>(
        &self,
        id: I,
        tool: &str,
        arguments: Value,
    ) -> impl Future<Output = ()> + Send + use<I> {
        let params = json!({
            "name": tool, "arguments": arguments, "_meta": { "progressToken": "t" },
        });
        self.send(&request(id, "tools/call", params))
    }

    /// Returns the next event, be it a sign of life; `None` at the stream's end.
    pub async fn event(&mut self) -> Option<Event> {
        self.stream.event().await
    }

    /// Returns the next message; `None` at the stream's end.
    pub async fn next(&mut self) -> Option<Value> {
        match self.aside.pop_front() {
            Some(kept) => Some(kept),
            None => self.read().await,
        }
    }

    async fn read(&mut self) -> Option<Value> {
        let message = self.stream.message().await?;
        assert_eq!(self.stream.event_type(), Some("message"));
        Some(message)
    }

    /// Returns the next message.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn message(&mut self) -> Value {
        self.next().await.expect("a message")
    }

    /// Returns the answer to request `id`; what comes before it is kept.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn answer(&mut self, id: impl Into<Value>) -> Value {
        let id = id.into();
        loop {
            let message = self.read().await.expect("an answer");
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.aside.push_back(message);
        }
    }

    /// Reads to the end of the stream, which has to be a proper one.
    ///
    /// # Panics
    ///
    /// When it does not end, or breaks off.
    pub async fn rest(self) -> Vec<Value> {
        let Self { aside, stream, .. } = self;
        let (rest, _) = stream.rest().await;
        aside.into_iter().chain(rest).collect()
    }
}
