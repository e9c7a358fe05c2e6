//! A client over a WebSocket, that sees each frame.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tidegate_server::Server;
use tidegate_testkit::{Door, MODERN, Request, Session, soon};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message,
        client::IntoClientRequest,
        http::HeaderValue,
        protocol::{CloseFrame, Role},
    },
};

/// One connection.
pub(crate) struct Client<S = TcpStream> {
    pub(crate) socket: WebSocketStream<S>,
}

/// How many bytes wait in memory between the two.
const PIPE: usize = 16 * 1024;

/// The path of the front.
const PATH: &str = "/ws";

/// Returns a server's one client in memory, so that time can be paused, and what serves it.
pub(crate) async fn alone(server: Server) -> (Client<DuplexStream>, JoinHandle<()>) {
    let (ours, theirs) = duplex(PIPE);
    let served = tokio::spawn(async move {
        let served = server.serve_websocket(theirs, std::future::pending()).await;
        served.expect("the handler can be served");
    });
    let socket = WebSocketStream::from_raw_socket(ours, Role::Client, None).await;
    (Client { socket }, served)
}

/// Sends the head of a handshake, with these headers beside or instead of a good one's, and returns
/// the answer.
pub(crate) async fn handshake(door: &Door, line: &str, changes: &[(&str, &str)]) -> String {
    shake(door, line, changes).await.0
}

/// Like [`handshake`], and stays.
pub(crate) async fn shake(
    door: &Door,
    line: &str,
    changes: &[(&str, &str)],
) -> (String, TcpStream) {
    let mut headers = vec![
        ("host", "localhost"),
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-protocol", "mcp"),
    ];
    headers.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    headers.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    let mut head = format!("{line}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut socket = TcpStream::connect(door.addr()).await.expect("it listens");
    socket.write_all(head.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    let read = async {
        while !is_whole(&answer) {
            if socket.read_buf(&mut answer).await.expect("an answer") == 0 {
                break;
            }
        }
    };
    soon("an answer", read).await;
    (String::from_utf8_lossy(&answer).to_lowercase(), socket)
}

/// Whether this is an answer's head, and as much of its body as it says.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.split("content-length: ").nth(1);
    let length = length.and_then(|rest| rest.lines().next());
    length.is_none_or(|length| body.len() >= length.parse().expect("a length"))
}

// === impl Client ===

impl Client {
    /// Opens a connection.
    pub(crate) async fn open(door: &Door) -> Self {
        Self::open_with(door, &[]).await
    }

    /// Opens a connection with these headers too.
    pub(crate) async fn open_with(door: &Door, headers: &[(&'static str, HeaderValue)]) -> Self {
        let mut request = format!("ws://localhost{PATH}")
            .into_client_request()
            .expect("a request");
        let mcp = HeaderValue::from_static("mcp");
        request.headers_mut().insert("sec-websocket-protocol", mcp);
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.clone());
        }
        let socket = TcpStream::connect(door.addr()).await.expect("it listens");
        let opened = soon("a handshake", client_async(request, socket)).await;
        let (socket, response) = opened.expect("a handshake");
        assert_eq!(response.headers()["sec-websocket-protocol"], "mcp");
        Self { socket }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Opens the legacy era's session.
    pub(crate) async fn initialize(&mut self, revision: &str, capabilities: Value) {
        let initialize = Session::initialize(revision).param("capabilities", capabilities);
        self.send(initialize).await;
        let answer = self.message().await;
        assert_eq!(answer["result"]["protocolVersion"], revision, "{answer}");
        self.notify("notifications/initialized", json!({})).await;
    }

    /// Sends the message of a request.
    pub(crate) async fn send(&mut self, request: Request) {
        self.text(request.message().to_string()).await;
    }

    /// Sends a request of the legacy era.
    pub(crate) async fn request(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        let message = json!({
            "jsonrpc": "2.0", "id": id.into(), "method": method, "params": params
        });
        self.text(message.to_string()).await;
    }

    /// Calls a tool, in the legacy era.
    pub(crate) async fn call(&mut self, id: impl Into<Value>, tool: &str, arguments: Value) {
        let params = json!({ "name": tool, "arguments": arguments });
        self.request(id, "tools/call", params).await;
    }

    pub(crate) async fn notify(&mut self, method: &str, params: Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        self.text(message.to_string()).await;
    }

    /// Cancels a request, in either era.
    pub(crate) async fn cancel(&mut self, id: impl Into<Value>) {
        let params = json!({ "requestId": id.into(), "reason": "enough" });
        self.notify("notifications/cancelled", params).await;
    }

    pub(crate) async fn text(&mut self, text: impl Into<String>) {
        self.frame(Message::text(text.into())).await;
    }

    pub(crate) async fn frame(&mut self, frame: Message) {
        let sent = soon("a frame to leave", self.socket.send(frame)).await;
        sent.expect("the server reads");
    }

    /// Returns the next frame.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        soon("a frame", self.socket.next())
            .await
            .and_then(Result::ok)
    }

    /// Returns the next message.
    ///
    /// It is one text frame without a line's end, as a client has to be able to trust.
    pub(crate) async fn message(&mut self) -> Value {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => {
                    assert!(!text.contains('\n'), "{text}");
                    return serde_json::from_str(&text).expect("JSON");
                }
                Some(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("no message but {other:?}"),
            }
        }
    }

    /// Returns the messages up to an answer, and the answer.
    pub(crate) async fn answer(&mut self, id: impl Into<Value>) -> (Vec<Value>, Value) {
        let id = id.into();
        let mut before = Vec::new();
        loop {
            let message = self.message().await;
            if message["id"] == id && message.get("method").is_none() {
                return (before, message);
            }
            before.push(message);
        }
    }

    /// Returns why the server closes, once what it sent before is read.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.next().await {
                Some(Message::Close(Some(CloseFrame { code, reason }))) => {
                    return (code.into(), reason.to_string());
                }
                Some(_) => {}
                None => panic!("the connection broke without a reason"),
            }
        }
    }

    /// A call that has to work, whatever happened before.
    pub(crate) async fn still_works(&mut self) {
        let echo = tidegate_testkit::call("echo", json!({ "message": "still here" }));
        self.send(echo.id("still")).await;
        let (_, answer) = self.answer("still").await;
        assert_eq!(answer["result"]["content"][0]["text"], "still here");
        assert_eq!(answer["result"]["resultType"], "complete", "{MODERN}");
    }
}
