//! Whatever lines come, in whatever pieces: each request is answered once, and the end is good.

use std::collections::HashMap;

use bolero::{TypeGenerator, check};
use serde_json::{Map, Value, json};
use tidegate_testkit::{
    Lines,
    lines::{claiming, notification, request},
};

/// One line, and how much of it is written at a time.
#[derive(Clone, Debug, TypeGenerator)]
struct Write {
    line: Line,
    piece: u8,
}

#[derive(Clone, Debug, TypeGenerator)]
enum Line {
    Modern,
    Legacy,
    Initialize,
    Initialized,
    Ping,
    Discover,
    Listen,
    /// Cancels the request so many lines before.
    Cancel(u8),
    Answer,
    Unknown,
    Bytes(Vec<u8>),
}

/// What is expected of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    /// One answer.
    Once,
    /// One answer at most: it may have been cancelled, or goes on for ever.
    Perhaps,
}

async fn echo(args: Map<String, Value>) -> String {
    // Pending once, so that cancellations meet calls under way.
    tokio::task::yield_now().await;
    args["message"].to_string()
}

// === impl Line ===

impl Line {
    fn write(&self, number: usize) -> Vec<u8> {
        let call = json!({ "name": "echo", "arguments": { "message": number } });
        let message = match self {
            Self::Modern => claiming(number, "tools/call", call),
            Self::Legacy => request(number, "tools/call", call),
            Self::Initialize => {
                let params = json!({ "protocolVersion": "2024-11-05", "capabilities": {} });
                request(number, "initialize", params)
            }
            Self::Initialized => notification("notifications/initialized", json!({})),
            Self::Ping => request(number, "ping", json!({})),
            Self::Discover => claiming(number, "server/discover", json!({})),
            Self::Listen => {
                let filter = json!({ "notifications": { "toolsListChanged": true } });
                claiming(number, "subscriptions/listen", filter)
            }
            Self::Cancel(back) => {
                let id = number.saturating_sub(usize::from(*back));
                notification("notifications/cancelled", json!({ "requestId": id }))
            }
            Self::Answer => json!({ "jsonrpc": "2.0", "id": "ask-0", "result": {} }),
            Self::Unknown => claiming(number, "no/such", json!({})),
            Self::Bytes(bytes) => {
                // An id of ours in it would be one more request.
                let mut line: Vec<u8> = bytes.iter().map(|byte| byte | 0x80).collect();
                line.push(b'\n');
                return line;
            }
        };
        format!("{message}\n").into_bytes()
    }

    const fn expects(&self) -> Option<Expected> {
        match self {
            Self::Modern
            | Self::Legacy
            | Self::Initialize
            | Self::Ping
            | Self::Discover
            | Self::Unknown => Some(Expected::Once),
            Self::Listen => Some(Expected::Perhaps),
            _ => None,
        }
    }
}

#[test]
fn any_lines_to_a_server() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    check!()
        .with_type::<Vec<Write>>()
        .for_each(|writes| runtime.block_on(try_all(writes)));
}

async fn try_all(writes: &[Write]) {
    let mut client = Lines::to(tidegate_testkit::server().tool("echo", echo));
    let mut expected = HashMap::new();
    // What the pipe holds unread is more than these lines are answered with.
    for (number, write) in writes.iter().take(64).enumerate() {
        if let Some(what) = write.line.expects() {
            expected.insert(json!(number), what);
        }
        if let Line::Cancel(back) = &write.line {
            let id = json!(number.saturating_sub(usize::from(*back)));
            expected
                .entry(id)
                .and_modify(|what| *what = Expected::Perhaps);
        }
        let line = write.line.write(number);
        for piece in line.chunks(usize::from(write.piece).max(1)) {
            client.write(piece).await;
        }
    }
    client.end().await;
    while let Some(message) = client.next().await {
        if message.get("method").is_some() || message.get("id").is_none() {
            continue;
        }
        let was = expected.remove(&message["id"]);
        assert!(was.is_some(), "nobody asked for {message}");
    }
    expected.retain(|_, what| *what == Expected::Once);
    assert!(expected.is_empty(), "never answered: {expected:?}");
    client.ended().await.expect("a good end");
}
