//! Requests, as they are written.

use serde_json::{Value, json};

/// The newest revision.
pub const MODERN: &str = "2026-07-28";

/// A request, before it becomes bytes.
#[derive(Clone, Debug)]
pub struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    message: Value,
}

/// Returns a request of the modern era that says all it has to.
#[must_use]
pub fn modern(method: &str, mut params: Value) -> Request {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let name = params["name"]
        .as_str()
        .or(params["uri"].as_str())
        .or(params["taskId"].as_str())
        .map(str::to_owned);
    let request = Request::post(json!({
        "jsonrpc": "2.0", "id": 1, "method": method, "params": params
    }));
    let request = request
        .header("mcp-protocol-version", MODERN)
        .header("mcp-method", method);
    match name {
        Some(name) => request.header("mcp-name", &name),
        None => request,
    }
}

/// Returns a modern call of a tool.
#[must_use]
pub fn call(tool: &str, arguments: Value) -> Request {
    modern(
        "tools/call",
        json!({ "name": tool, "arguments": arguments }),
    )
}

// === impl Request ===

impl Request {
    /// Returns a request without a message.
    #[must_use]
    pub fn new(method: &'static str) -> Self {
        Self {
            method,
            path: "/mcp".to_owned(),
            headers: Vec::new(),
            message: Value::Null,
        }
        .header("host", "localhost")
    }

    /// Sets where the request goes, with its query; `/mcp` where nothing is said.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sets the body: JSON, announced as such.
    #[must_use]
    pub fn json(mut self, body: Value) -> Self {
        self.message = body;
        self.header("content-type", "application/json")
    }

    /// Returns a message in a POST, with the headers that every POST has.
    #[must_use]
    pub fn post(message: Value) -> Self {
        let mut request = Self::new("POST")
            .header("content-type", "application/json")
            .header("accept", "application/json, text/event-stream");
        request.message = message;
        request
    }

    /// Sets the path, which is `/mcp` otherwise, and the query.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sets the message's id.
    #[must_use]
    pub fn id(mut self, id: impl Into<Value>) -> Self {
        self.message["id"] = id.into();
        self
    }

    /// Asks for progress.
    #[must_use]
    pub fn progress(self, token: impl Into<Value>) -> Self {
        self.meta("progressToken", token.into())
    }

    /// Asks for log messages from `level` on, the modern way.
    #[must_use]
    pub fn logs(self, level: &str) -> Self {
        self.meta("io.modelcontextprotocol/logLevel", level.into())
    }

    /// Declares what the client can do, the modern way.
    #[must_use]
    pub fn can(self, capabilities: Value) -> Self {
        self.meta("io.modelcontextprotocol/clientCapabilities", capabilities)
    }

    /// Sets one of the parameters.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.message["params"][name] = value.into();
        self
    }

    fn meta(mut self, key: &str, value: Value) -> Self {
        self.message["params"]["_meta"][key] = value;
        self
    }

    /// Sets a header, whatever it was before.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(old, _)| old != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Shows a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sets what kinds of answers are read.
    #[must_use]
    pub fn accept(self, kinds: &str) -> Self {
        self.header("accept", kinds)
    }

    /// Leaves a header out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(old, _)| old != name);
        self
    }

    /// Returns the message.
    #[must_use]
    pub const fn message(&self) -> &Value {
        &self.message
    }

    /// Returns the request's headers.
    #[must_use]
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Returns the request as it goes over the wire.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let body = if self.message.is_null() {
            String::new()
        } else {
            self.message.to_string()
        };
        self.with_body(body.as_bytes())
    }

    /// Returns the request with another body, byte for byte.
    #[must_use]
    pub fn with_body(&self, body: &[u8]) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.method == "POST" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        [head.as_bytes(), body].concat()
    }
}

impl From<&Self> for Request {
    fn from(request: &Self) -> Self {
        request.clone()
    }
}
