//! A page of a server's own in a headless Chromium, asked from outside by the browser's protocol for
//! developers: such a page has no script that could report.

use std::fs;
use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::browser::{Browser, PATIENCE};

/// How long to wait between two looks at what the browser has not done yet.
const PAUSE: Duration = Duration::from_millis(50);

/// The browser's end of its protocol.
struct Devtools {
    socket: WebSocketStream<TcpStream>,
    last: u64,
}

/// Lets a browser that asks for no certificates load `url`, and returns what comes of a script there:
/// the body of an async function that returns JSON.
///
/// # Panics
/// There is no browser, the page does not load, or the script throws.
#[must_use]
pub fn evaluated_at(url: &str, script: &str) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    runtime.block_on(async {
        let profile = tempfile::tempdir().expect("a temporary folder can be made");
        let more = ["--remote-debugging-port=0", "--ignore-certificate-errors"];
        let _browser = Browser::start(profile.path(), &more, "about:blank");
        let evaluated = async {
            let mut devtools = Devtools::of(profile.path()).await;
            let page = devtools.load(url).await;
            let function = format!("(async () => {{ {script} }})()");
            devtools.evaluate(&page, &function).await
        };
        tokio::time::timeout(PATIENCE, evaluated)
            .await
            .unwrap_or_else(|_| panic!("the page at {url} says nothing"))
    })
}

// === impl Devtools ===

impl Devtools {
    /// Connects to the browser, which writes where it listens into its profile.
    async fn of(profile: &Path) -> Self {
        let (port, path) = loop {
            let written = fs::read_to_string(profile.join("DevToolsActivePort"));
            let written = written.unwrap_or_default();
            if let Some((port, path)) = written.trim().split_once('\n') {
                break (port.to_owned(), path.to_owned());
            }
            tokio::time::sleep(PAUSE).await;
        };
        let socket = TcpStream::connect(format!("127.0.0.1:{port}")).await;
        let socket = socket.expect("the browser listens");
        let url = format!("ws://127.0.0.1:{port}{path}");
        let opened = tokio_tungstenite::client_async(url, socket).await;
        let (socket, _) = opened.expect("the browser speaks WebSocket");
        Self { socket, last: 0 }
    }

    /// Opens a page, and returns the session that it is asked in once it is there.
    async fn load(&mut self, url: &str) -> Value {
        let target = self
            .ask(None, "Target.createTarget", json!({ "url": url }))
            .await;
        let params = json!({ "targetId": target["targetId"], "flatten": true });
        let attached = self.ask(None, "Target.attachToTarget", params).await;
        let session = attached["sessionId"].clone();
        let look = "location.href + ' ' + document.readyState";
        loop {
            let state = self.evaluate(&session, look).await;
            if state == format!("{url} complete") {
                return session;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Returns what an expression is, once it is settled.
    async fn evaluate(&mut self, session: &Value, expression: &str) -> Value {
        let params = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true
        });
        let mut answer = self.ask(Some(session), "Runtime.evaluate", params).await;
        assert_eq!(answer["exceptionDetails"], Value::Null, "{answer}");
        answer["result"]["value"].take()
    }

    async fn ask(&mut self, session: Option<&Value>, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.clone();
        }
        let sent = self.socket.send(Message::text(message.to_string())).await;
        sent.expect("the browser reads");
        loop {
            let frame = self.socket.next().await.expect("the browser goes on");
            let Message::Text(text) = frame.expect("a frame") else {
                continue;
            };
            let mut answer: Value = serde_json::from_str(&text).expect("JSON");
            // Others are events.
            if answer["id"] == self.last {
                assert!(answer.get("result").is_some(), "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }
}
