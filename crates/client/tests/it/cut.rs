//! The connection is cut after every frame of a scripted call, on every transport: the client ends with
//! the result or a definite error, never hangs, and never tells anything twice.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use parking_lot::Mutex;
use serde_json::json;
use tidegate_client::{Client, Error, Event, Reconnect};
use tidegate_testkit::{Cutting, Frames};
use tokio::time::timeout;

use crate::{
    fake::{Answer, Fake, Feed, Piece, Seen},
    http_sse::{at_messages, old},
    socket::Socket,
    websocket::says,
};

/// A server on some transport.
enum Server {
    Http(Fake),
    Socket(Socket),
}

/// What a call told, in order, and how it ended.
#[derive(Debug)]
struct Told {
    events: Vec<String>,
    result: Result<String, Error>,
}

const EVERYTHING: [&str; 5] = ["1", "half", "2", "more", "3"];

impl Server {
    const fn addr(&self) -> SocketAddr {
        match self {
            Self::Http(server) => server.addr(),
            Self::Socket(server) => server.addr(),
        }
    }

    fn calls(&self) -> usize {
        let methods = match self {
            Self::Http(server) => server.methods(),
            Self::Socket(server) => server.methods(),
        };
        methods.iter().filter(|name| *name == "tools/call").count()
    }
}

/// Lists and calls over a way that may be cut.
async fn scenario(url: &str) -> Told {
    let told = |error| Told {
        events: Vec::new(),
        result: Err(error),
    };
    let quick = Reconnect {
        base: Duration::from_millis(10),
        ..Reconnect::default()
    };
    let builder = Client::builder(url).reconnect(quick);
    let client = match builder
        .handshake_deadline(Duration::from_secs(2))
        .connect()
        .await
    {
        Ok(client) => client,
        Err(error) => return told(error),
    };
    if let Err(error) = client.list_tools().await {
        return told(error);
    }
    let mut call = match client.call("work").start().await {
        Ok(call) => call,
        Err(error) => return told(error),
    };
    let mut events = Vec::new();
    while let Some(event) = call.next().await {
        events.push(match event {
            Event::Progress(step) => format!("{}", step.progress),
            Event::Log(log) => log.text(),
            _ => continue,
        });
    }
    let result = call.result().await.map(|result| result.text());
    Told { events, result }
}

/// Runs the scenario once for each frame it takes.
async fn cut_everywhere(frames: Frames, scheme: &str, path: &str, start: impl AsyncFn() -> Server) {
    let server = start().await;
    let whole = Cutting::never(frames, server.addr()).await;
    let url = |way: &Cutting, nth: usize| format!("{scheme}://{}/{path}/{nth}", way.addr());
    let told = scenario(&url(&whole, 0)).await;
    assert_eq!(told.events, EVERYTHING);
    assert_eq!(told.result.expect("a result"), "done");
    let most = whole.passed();
    assert!(most >= EVERYTHING.len(), "{most} frames");

    let mut broken = 0;
    for nth in 0..=most {
        let server = start().await;
        let way = Cutting::after(nth, frames, server.addr()).await;
        let url = url(&way, nth);
        let run = timeout(Duration::from_secs(20), scenario(&url));
        let told = run
            .await
            .unwrap_or_else(|_| panic!("a hang after frame {nth}"));
        assert_eq!(way.cuts(), 1, "frame {nth}");
        let so_far = &EVERYTHING[..told.events.len().min(EVERYTHING.len())];
        assert_eq!(
            told.events, so_far,
            "each once and in order, after frame {nth}"
        );
        assert!(server.calls() <= 1, "a call is not made twice: frame {nth}");
        match told.result {
            Ok(text) => assert_eq!((text.as_str(), so_far), ("done", &EVERYTHING[..])),
            Err(error) => {
                broken += 1;
                assert!(
                    error.is_broken() || error.is_timeout(),
                    "frame {nth}: {error:?}"
                );
            }
        }
    }
    assert!(broken > 0, "a cut within the call cannot be mended here");
}

#[tokio::test]
async fn over_http_sse() {
    cut_everywhere(Frames::Events, "sse+http", "sse", async || {
        let feed = Feed::default();
        Server::Http(
            Fake::start(move |seen| {
                at_messages(seen, &feed, old).unwrap_or_else(|| match seen.verb.as_str() {
                    "GET" => Answer::events(vec![
                        Piece::Text("event: endpoint\ndata: /messages?key=1\n\n".to_owned()),
                        feed.open(),
                    ]),
                    _ => Answer::empty(405),
                })
            })
            .await,
        )
    })
    .await;
}

#[tokio::test]
async fn over_websocket_in_the_modern_era() {
    cut_everywhere(Frames::WebSocket, "ws", "ws", async || {
        Server::Socket(Socket::start(|message| says(true, message)).await)
    })
    .await;
}

#[tokio::test]
async fn over_websocket_in_the_legacy_era() {
    cut_everywhere(Frames::WebSocket, "ws", "ws", async || {
        Server::Socket(Socket::start(|message| says(false, message)).await)
    })
    .await;
}

/// Answers lists and calls with a stream of what the old server says.
fn streamed(seen: &Seen, modern: bool) -> Option<Answer> {
    let method = seen.method();
    if !matches!(method, "tools/list" | "tools/call") {
        return None;
    }
    let mut messages = old(seen);
    if let Some(result) = messages.last_mut().filter(|_| modern) {
        result["result"]["resultType"] = json!("complete");
    }
    Some(Answer::events(
        messages.into_iter().map(Piece::Event).collect(),
    ))
}

#[tokio::test]
async fn over_streamable_http_in_the_modern_era() {
    cut_everywhere(Frames::Events, "http", "mcp", async || {
        Server::Http(Fake::modern(|seen| streamed(seen, true)).await)
    })
    .await;
}

#[tokio::test]
async fn over_streamable_http_in_the_legacy_era() {
    cut_everywhere(Frames::Events, "http", "mcp", async || {
        Server::Http(Fake::legacy(|seen| streamed(seen, false)).await)
    })
    .await;
}

/// In a session with event ids a stream is taken up where it was cut: every cut within a call is mended.
#[tokio::test]
async fn over_streamable_http_with_resumption() {
    let start = async || {
        let asked = Mutex::new(None);
        let asked = Arc::new(asked);
        Server::Http(
            Fake::legacy(move |seen| {
                if seen.method() == "tools/call" {
                    *asked.lock() = Some(seen.clone());
                }
                let last = seen
                    .header("last-event-id")
                    .map(|id| id.parse().expect("ours"));
                let behind: Option<usize> = match seen.method() {
                    "tools/call" => Some(0),
                    "GET" => last,
                    _ => None,
                };
                let call = asked.lock().clone();
                let rest = behind
                    .zip(call)
                    .map(|(behind, call)| numbered(&call, behind));
                rest.or_else(|| streamed(seen, false))
            })
            .await,
        )
    };
    let server = start().await;
    let whole = Cutting::never(Frames::Events, server.addr()).await;
    let told = scenario(&format!("http://{}/mcp/whole", whole.addr())).await;
    assert_eq!(told.events, EVERYTHING, "{:?}", told.result);
    let most = whole.passed();
    // The first frame is the list; after the second the call's stream has an id to be taken up by.
    for nth in 2..=most {
        let server = start().await;
        let way = Cutting::after(nth, Frames::Events, server.addr()).await;
        let url = format!("http://{}/mcp/{nth}", way.addr());
        let run = timeout(Duration::from_secs(20), scenario(&url));
        let told = run
            .await
            .unwrap_or_else(|_| panic!("a hang after frame {nth}"));
        assert_eq!(told.events, EVERYTHING, "frame {nth}: {:?}", told.result);
        assert_eq!(told.result.expect("mended"), "done");
        assert_eq!((server.calls(), way.cuts()), (1, 1));
    }
}

/// The events of a call behind one of them, each with its number.
fn numbered(call: &Seen, behind: usize) -> Answer {
    let priming = "id: 1\nretry: 10\ndata:\n\n".to_owned();
    let events = old(call)
        .into_iter()
        .zip(2..)
        .map(|(message, id)| format!("id: {id}\nevent: message\ndata: {message}\n\n"));
    let all = std::iter::once(priming).chain(events);
    Answer::events(all.skip(behind).map(Piece::Text).collect())
}
