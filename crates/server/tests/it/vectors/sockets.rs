//! What goes wrong on a socket before there is a message: too much of it, too slowly, too early.

use std::time::{Duration, Instant};

use serde_json::json;
use tidegate_server::Config;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{
    fixture::Running,
    wire::{MODERN, Sent, Vector, hold, with_claim},
};

/// An answer that takes longer has been lost.
const PATIENCE: Duration = Duration::from_secs(10);

/// The head of a POST; its length, or how it is told, and more are to follow.
const HEAD: &str = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

fn append() -> Sent {
    Sent::call("note.append", &json!({}))
}

/// The server has taken no harm.
async fn still_serves(server: Running) {
    hold(
        server.addr,
        [Vector::served("a call after it all", append())],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_of_5_mb_is_too_large() {
    let server = Running::start().await;
    let text = "x".repeat(5 * 1024 * 1024);
    let answer = Sent::call("note.append", &json!({ "text": text }))
        .send(server.addr)
        .await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(
        answer.json()["error"]["message"].is_string(),
        "it says why: {}",
        answer.text()
    );
    still_serves(server).await;
}

#[tokio::test]
async fn a_body_is_counted_whose_length_was_not_announced() {
    let server = Running::with(Config {
        max_body: 1000,
        ..Config::default()
    })
    .await;
    let length = "Transfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("1f4\r\n{}\r\n", " ".repeat(500));
    let request = [HEAD, length, &chunk, &chunk, &chunk, "0\r\n\r\n"].concat();
    let mut socket = write(&server, &request).await;
    let answer = piece(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    still_serves(server).await;
}

#[tokio::test]
async fn a_header_of_200_kb_is_too_large() {
    let server = Running::start().await;
    let answer = append()
        .header("x-ballast", "x".repeat(200 * 1024))
        .send(server.addr)
        .await;
    assert_eq!(answer.status, 431, "{}", answer.text());
    still_serves(server).await;
}

#[tokio::test]
async fn a_body_that_drips_is_not_waited_for() {
    let patience = Duration::from_millis(400);
    let server = Running::with(Config {
        body_timeout: patience,
        ..Config::default()
    })
    .await;
    let socket = write(&server, &[HEAD, "Content-Length: 1000\r\n\r\n"].concat()).await;
    let (mut read, mut write) = socket.into_split();
    // A byte every now and then must not start the clock anew.
    let drip = tokio::spawn(async move {
        while write.write_all(b" ").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    });

    let begun = Instant::now();
    hold(server.addr, [Vector::served("meanwhile", append())]).await;
    let mut answer = String::new();
    // Whether the connection then ends in order or by a reset depends on who is faster.
    let _ = timeout(PATIENCE, read.read_to_string(&mut answer))
        .await
        .expect("an end");
    let took = begun.elapsed();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(
        took >= patience && took < Duration::from_secs(5),
        "{took:?}"
    );
    drip.abort();
    still_serves(server).await;
}

#[tokio::test]
async fn what_is_no_http_is_told_so() {
    let server = Running::start().await;
    let mut socket = write(&server, "GARBAGE\r\n\r\n").await;
    let answer = piece(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer:?}");
    still_serves(server).await;
}

#[tokio::test]
async fn a_request_sent_too_early_holds_no_stream_back() {
    const TICKS: u32 = 50;
    let server = Running::start().await;
    let mut params = with_claim(json!({ "name": "ticks", "arguments": { "n": TICKS } }));
    params["_meta"]["progressToken"] = json!("t");
    let body =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string();
    let length = body.len();
    let request = format!(
        "{HEAD}MCP-Protocol-Version: {MODERN}\r\nMcp-Method: tools/call\r\nMcp-Name: ticks\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    // The second request waits in the server's buffer while the first one's answer streams.
    let mut socket = write(&server, &request.repeat(2)).await;
    let mut pieces: Vec<String> = Vec::new();
    while pieces.concat().matches("notifications/progress").count() < TICKS as usize {
        pieces.push(piece(&mut socket).await);
    }
    let with_news = pieces
        .iter()
        .filter(|piece| piece.contains("notifications/progress"));
    let count = with_news.count();
    assert!(
        count > TICKS as usize / 5,
        "{TICKS} notifications came in {count} pieces"
    );
    still_serves(server).await;
}

async fn write(server: &Running, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(server.addr)
        .await
        .expect("the server listens");
    socket
        .write_all(request.as_bytes())
        .await
        .expect("the server reads");
    socket
}

/// What has come by now; at least something.
async fn piece(socket: &mut TcpStream) -> String {
    let mut piece = vec![0; 16 * 1024];
    let read = timeout(PATIENCE, socket.read(&mut piece)).await;
    let count = read.expect("an answer in time").expect("an answer");
    assert_ne!(count, 0, "the server hung up without a word");
    String::from_utf8_lossy(&piece[..count]).into_owned()
}
