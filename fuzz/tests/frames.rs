//! A WebSocket's frames are answered the same in whatever pieces they arrive, and it always ends.

use std::time::Duration;

use bolero::check;
use futures_util::StreamExt;
use serde_json::{Map, Value, json};
use tidegate_server::{Config, Server};
use tokio::{
    io::{AsyncWriteExt, duplex, join, sink, split},
    runtime::{Builder, Runtime},
    task::yield_now,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Message,
        protocol::{Role, WebSocketConfig},
    },
};

type Args = Map<String, Value>;

/// How long a message may be, here.
const MOST: usize = 1_000;

/// What a client is told: its messages, and the code of the close.
#[derive(Debug, PartialEq)]
struct Told {
    messages: Vec<Value>,
    code: Option<u16>,
}

#[test]
fn pieces_do_not_matter() {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    check!()
        .with_type::<(Vec<u8>, Vec<u8>)>()
        .for_each(|(noise, cuts)| {
            // Most bytes say nothing: they choose among the frames that clients send.
            let frames = noise.iter().enumerate();
            let stream: Vec<u8> = frames.flat_map(|(at, byte)| frame(at, *byte)).collect();
            let by_byte = told(&runtime, stream.chunks(1));
            let whole = told(&runtime, [stream.as_slice()]);
            let mut rest = stream.as_slice();
            let mut pieces = Vec::new();
            for cut in cuts {
                let (piece, tail) = rest.split_at(usize::from(*cut).min(rest.len()));
                pieces.push(piece);
                rest = tail;
            }
            pieces.push(rest);
            let cut = told(&runtime, pieces);
            // What was asked right before the end may be answered or not; nothing else differs.
            for told in [&whole, &cut] {
                assert_eq!(told.code, by_byte.code);
                let shared = told.messages.len().min(by_byte.messages.len());
                assert_eq!(told.messages[..shared], by_byte.messages[..shared]);
            }
        });
}

/// The frames above are what they are said to be: else nothing is proven by their answers.
#[test]
fn a_plain_life_is_answered_in_full() {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    // What stands right before the end may go unanswered: there it is calls that never end.
    let bytes = [10, 14, 22, 34, 26, 6, 37, 7, 8, 18, 20, 0];
    let frames = bytes.iter().enumerate();
    let frames: Vec<Vec<u8>> = frames.map(|(at, byte)| frame(at, *byte)).collect();
    let told = told(&runtime, frames.iter().map(Vec::as_slice));
    let ids = told.messages.iter().map(|told| told["id"].to_string());
    assert_eq!(ids.collect::<Vec<_>>(), ["0", "2", "4", "\"p\""]);
    assert!(told.messages.iter().all(|told| told["result"].is_object()));
    assert_eq!(told.code, Some(1003));
}

/// Sends pieces, then nothing more, and returns what came.
fn told<'a>(runtime: &Runtime, pieces: impl IntoIterator<Item = &'a [u8]>) -> Told {
    runtime.block_on(async {
        let (ours, theirs) = duplex(64 * 1024);
        let serving = server().serve_websocket(theirs, std::future::pending());
        let (reader, mut writer) = split(ours);
        let writing = async {
            for piece in pieces {
                // It fails once the server has closed.
                if writer.write_all(piece).await.is_err() {
                    break;
                }
                yield_now().await;
            }
            let _ = writer.shutdown().await;
        };
        // Its own answers, to pings and to the close, go nowhere.
        let reader = join(reader, sink());
        let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
        let mut socket = WebSocketStream::from_raw_socket(reader, Role::Client, Some(config)).await;
        let reading = async {
            let mut told = Told {
                messages: Vec::new(),
                code: None,
            };
            while let Some(Ok(message)) = socket.next().await {
                match message {
                    Message::Text(text) => {
                        assert!(!text.contains('\n'), "{text}");
                        told.messages
                            .push(serde_json::from_str(&text).expect("JSON"));
                    }
                    Message::Close(frame) => {
                        told.code = frame.map(|frame| frame.code.into());
                    }
                    Message::Ping(_) | Message::Pong(_) => {}
                    other => panic!("{other:?}"),
                }
            }
            told
        };
        let all = async { tokio::join!(serving, writing, reading) };
        let (served, (), told) = timeout(Duration::from_secs(3600), all)
            .await
            .expect("it ends");
        served.expect("the handler can be served");
        told
    })
}

fn server() -> Server {
    let config = Config {
        max_body: MOST,
        ..Config::default()
    };
    Server::new("fuzzed", "1.0.0")
        .config(config)
        .tool("echo", async |args: Args| Value::from(args).to_string())
        .tool("wait", async |_: Args| {
            std::future::pending::<()>().await;
            "never"
        })
}

/// A frame of a client's, or what is none.
fn frame(at: usize, byte: u8) -> Vec<u8> {
    const TEXT: u8 = 0x81;
    let text = |message: Value| masked(TEXT, message.to_string().as_bytes());
    let params = |tool: &str| json!({ "name": tool, "arguments": { "n": byte } });
    let modern = |tool: &str| {
        let mut params = params(tool);
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        params
    };
    let request = |method: &str, params: Value| {
        text(json!({ "jsonrpc": "2.0", "id": at, "method": method, "params": params }))
    };
    let notification = |method: &str, params: Value| {
        text(json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    };
    match byte % 40 {
        0 => masked(0x82, b"{}"),
        1 => masked(0x88, &[3, 232]),
        2 => masked(0x88, &[]),
        3 => vec![byte],
        4 => masked(TEXT, &[b'"', 0xff, b'"']),
        5 => masked(TEXT, &vec![b' '; MOST + usize::from(byte % 2)]),
        6 => masked(0x01, b"{\"jsonrpc\":\"2.0\","),
        7 => masked(0x00, b"\"id\":\"p\",\"method\":"),
        8 => masked(0x80, b"\"ping\"}"),
        9 => vec![TEXT, 0],
        10..14 => request(
            "initialize",
            json!({
                "protocolVersion": "2025-11-25", "capabilities": {},
                "clientInfo": { "name": "f", "version": "1" },
            }),
        ),
        14 | 15 => notification("notifications/initialized", json!({})),
        16 | 17 => notification(
            "notifications/cancelled",
            json!({ "requestId": at - at % 4 }),
        ),
        18 | 19 => request("tools/call", params("wait")),
        20 | 21 => request("tools/call", modern("wait")),
        22..26 => request("tools/call", params("echo")),
        26..30 => request("tools/call", modern("echo")),
        30 => request("tools/list", json!({})),
        31 => masked(TEXT, b"{\"jsonrpc\""),
        32 => masked(TEXT, b"[]"),
        33 => masked(TEXT, b""),
        34..37 => masked(0x89, &[byte; 3]),
        37 => masked(0x89, &[byte; 125]),
        38 => masked(0x8a, b""),
        _ => request("ping", json!({})),
    }
}

/// A frame as clients must send it: masked, here with a key that hides nothing.
fn masked(head: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![head];
    match u8::try_from(payload.len()) {
        Ok(short @ 0..126) => frame.push(0x80 | short),
        _ => {
            let length = u16::try_from(payload.len()).expect("it is short");
            frame.push(0x80 | 126);
            frame.extend(length.to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}
