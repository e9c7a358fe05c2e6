//! Sessions of the legacy era.

use serde_json::{Value, json};

use crate::{Answer, Door, Request};

/// A session that was opened.
#[derive(Clone, Debug)]
pub struct Session {
    door: Door,
    id: String,
    revision: String,
    /// Whose it is, where that is asked.
    token: Option<String>,
}

// === impl Session ===

impl Session {
    /// Opens a session: `initialize`, `notifications/initialized`.
    ///
    /// # Panics
    ///
    /// When the server opens none, or of another revision.
    pub async fn open(door: &Door, revision: &str) -> Self {
        Self::open_by(door, revision, Self::initialize(revision)).await
    }

    /// Opens a session of a client that can do `capabilities`.
    ///
    /// # Panics
    ///
    /// As [`open`](Self::open).
    pub async fn open_with(door: &Door, revision: &str, capabilities: Value) -> Self {
        let initialize = Self::initialize(revision).param("capabilities", capabilities);
        Self::open_by(door, revision, initialize).await
    }

    /// Opens a session as whoever has this bearer token.
    ///
    /// # Panics
    ///
    /// As [`open`](Self::open).
    pub async fn open_as(door: &Door, revision: &str, token: &str) -> Self {
        Self::begin(door, revision, Self::initialize(revision), Some(token)).await
    }

    async fn open_by(door: &Door, revision: &str, initialize: Request) -> Self {
        Self::begin(door, revision, initialize, None).await
    }

    async fn begin(door: &Door, revision: &str, initialize: Request, token: Option<&str>) -> Self {
        let initialize = match token {
            Some(token) => initialize.bearer(token),
            None => initialize,
        };
        let answer = door.ask(initialize).await;
        let id = answer
            .header("mcp-session-id")
            .expect("a session's id")
            .to_owned();
        let result = answer.result().await;
        assert_eq!(result["protocolVersion"], revision);
        let session = Self {
            door: door.clone(),
            id,
            revision: revision.to_owned(),
            token: token.map(str::to_owned),
        };
        session.notify("notifications/initialized", json!({})).await;
        session
    }

    /// Returns the request that opens a session.
    #[must_use]
    pub fn initialize(revision: &str) -> Request {
        Request::post(json!({
            "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
                "protocolVersion": revision,
                "capabilities": {},
                "clientInfo": { "name": "testkit", "version": "1.0.0" },
            }
        }))
    }

    /// Returns the session's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns a request inside the session.
    #[must_use]
    pub fn request(&self, method: &str, params: Value) -> Request {
        self.inside(Request::post(json!({
            "jsonrpc": "2.0", "id": 1, "method": method, "params": params
        })))
    }

    /// Returns a call of a tool inside the session.
    #[must_use]
    pub fn call(&self, tool: &str, arguments: Value) -> Request {
        self.request(
            "tools/call",
            json!({ "name": tool, "arguments": arguments }),
        )
    }

    /// Returns several messages in one request.
    #[must_use]
    pub fn batch(&self, requests: &[Request]) -> Request {
        let messages = requests
            .iter()
            .map(|request| request.message().clone())
            .collect();
        self.inside(Request::post(Value::Array(messages)))
    }

    /// Returns the request for the session's standing stream.
    #[must_use]
    pub fn get(&self) -> Request {
        self.inside(Request::new("GET").accept("text/event-stream"))
    }

    /// Returns the request for what followed an event on its stream.
    #[must_use]
    pub fn resume(&self, last_event_id: &str) -> Request {
        self.get().header("last-event-id", last_event_id)
    }

    /// Returns the request that ends the session.
    #[must_use]
    pub fn delete(&self) -> Request {
        self.inside(Request::new("DELETE"))
    }

    /// Sends a notification, on a connection of its own.
    ///
    /// # Panics
    ///
    /// When the server does not take it.
    pub async fn notify(&self, method: &str, params: Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        let answer = self.ask(self.inside(Request::post(message))).await;
        assert_eq!(answer.status, 202, "{method}");
    }

    /// Answers a request of the server's, on a connection of its own.
    ///
    /// # Panics
    ///
    /// When the server does not take it.
    pub async fn reply(&self, asked: &Value, result: Value) {
        let message = json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result });
        let answer = self.ask(self.inside(Request::post(message))).await;
        assert_eq!(answer.status, 202, "a response");
    }

    /// Refuses a request of the server's, on a connection of its own.
    ///
    /// # Panics
    ///
    /// When the server does not take it.
    pub async fn refuse(&self, asked: &Value, code: i64, why: &str) {
        let error = json!({ "code": code, "message": why });
        let message = json!({ "jsonrpc": "2.0", "id": asked["id"], "error": error });
        let answer = self.ask(self.inside(Request::post(message))).await;
        assert_eq!(answer.status, 202, "a response");
    }

    /// Cancels a call, from another connection than its own.
    ///
    /// # Panics
    ///
    /// As [`notify`](Self::notify).
    pub async fn cancel(&self, id: impl Into<Value>) {
        let params = json!({ "requestId": id.into(), "reason": "enough" });
        self.notify("notifications/cancelled", params).await;
    }

    /// Sends a request on a connection of its own.
    pub async fn ask(&self, request: impl Into<Request>) -> Answer {
        self.door.ask(request).await
    }

    fn inside(&self, request: Request) -> Request {
        let request = request.header("mcp-session-id", &self.id);
        let request = match &self.token {
            Some(token) => request.bearer(token),
            None => request,
        };
        // The first revision that has sessions does not know the header.
        if self.revision == "2025-03-26" {
            return request;
        }
        request.header("mcp-protocol-version", &self.revision)
    }
}
