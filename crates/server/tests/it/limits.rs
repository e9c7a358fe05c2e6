//! What one caller may have of what all share, over every front; and streams that nobody reads.

use std::{num::NonZeroU32, time::Duration};

use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tidegate_server::{Config, Fronts, PerCaller, Rate, Server};
use tidegate_testkit::{Answer, Door, Old, Run, Session, call, server, soon};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

use crate::{
    faults::{
        doors::{Http2, over_http2},
        tools::{Nothing, echo, say, server_with, telling, text, waiting},
    },
    plain::tools::post,
    websocket::client::Client,
};

/// So slow that hardly any comes back while a test runs.
fn at_most(burst: u32) -> Option<Rate> {
    let number = |number| NonZeroU32::new(number).expect("not zero");
    Some(Rate::per_minute(number(1)).burst(number(burst)))
}

fn limited(per_caller: PerCaller) -> Server {
    let config = Config {
        fronts: Fronts {
            http_sse: true,
            ..Fronts::default()
        },
        per_caller,
        ..Config::default()
    };
    server().tool("echo", echo).config(config)
}

fn is_told_to_wait(answer: &Answer) {
    assert_eq!(answer.status, 429);
    let seconds: u32 = answer
        .header("retry-after")
        .and_then(|value| value.parse().ok())
        .expect("Retry-After");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn who_calls_too_fast_is_told_when_to_come_again_over_http() {
    let calls = PerCaller {
        calls: at_most(3),
        ..PerCaller::default()
    };
    let server = limited(calls).run().await;
    // A session is not a call, and a notification is none either.
    let session = Session::open(&server, "2025-03-26").await;
    let modern = server.ask(call("echo", say("modern"))).await;
    assert_eq!(text(&modern.result().await), "modern");
    let legacy = session.ask(session.call("echo", say("legacy"))).await;
    assert_eq!(text(&legacy.result().await), "legacy");
    let plain = server.ask(post("echo", say("plain"))).await;
    assert_eq!(plain.status, 200);
    for (request, id) in [
        (call("echo", say("too fast")).id(7), json!(7)),
        (session.call("echo", say("too fast")).id("a"), json!("a")),
        (
            session.batch(&[session.call("echo", say("one of many"))]),
            Value::Null,
        ),
        (post("echo", say("too fast")), Value::Null),
    ] {
        let refused = server.ask(request).await;
        is_told_to_wait(&refused);
        let refused = refused.response().await;
        assert_eq!(refused["id"], id);
        assert!(refused["error"]["message"].is_string(), "{refused}");
    }
    session
        .notify("notifications/cancelled", json!({ "requestId": 1 }))
        .await;
    server.stop().await;
}

#[tokio::test]
async fn who_calls_too_fast_on_a_connection_is_told_there() {
    let calls = PerCaller {
        calls: at_most(2),
        ..PerCaller::default()
    };
    let server = limited(calls).run().await;
    let mut socket = Client::open(&server).await;
    let mut old = Old::connect(&server).await;
    socket.initialize("2025-11-25", json!({})).await;
    for (id, is_refused) in [(1, false), (2, false), (3, true)] {
        socket.send(call("echo", say("hello")).id(id)).await;
        let answer = socket.message().await;
        assert_eq!(answer["id"], id, "{answer}");
        assert_eq!(answer["error"].is_object(), is_refused, "{answer}");
    }
    let ping = json!({ "jsonrpc": "2.0", "id": 4, "method": "ping" });
    old.send(&ping).await;
    let answer = old.next().await.expect("an answer");
    assert!(
        answer["error"]["message"]
            .as_str()
            .is_some_and(|why| why.contains("too fast")),
        "{answer}"
    );
    server.stop().await;
}

#[tokio::test]
async fn who_opens_sessions_too_fast_is_told_when_to_come_again() {
    let initializes = PerCaller {
        initializes: at_most(2),
        ..PerCaller::default()
    };
    let server = limited(initializes).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    Session::open(&server, "2025-11-25").await;
    let refused = server.ask(Session::initialize("2025-11-25")).await;
    is_told_to_wait(&refused);
    assert_eq!(refused.header("mcp-session-id"), None);
    let mut socket = Client::open(&server).await;
    socket.send(Session::initialize("2025-11-25")).await;
    assert!(socket.message().await["error"].is_object());
    for _ in 0..9 {
        let answer = session.ask(session.call("echo", say("x"))).await;
        assert_eq!(answer.status, 200, "who has a session uses it");
    }
    server.stop().await;
}

#[tokio::test]
async fn all_together_open_so_many_sessions() {
    let config = Config {
        max_initializes: at_most(1),
        ..Config::default()
    };
    let server = server().config(config).run().await;
    Session::open(&server, "2025-11-25").await;
    let refused = server.ask(Session::initialize("2025-11-25")).await;
    assert_eq!(refused.status, 503);
    assert!(refused.header("retry-after").is_some());
    server.stop().await;
}

#[tokio::test]
async fn so_many_connections_come_from_one_address_whatever_they_became() {
    let connections = PerCaller {
        max_connections: Some(2),
        ..PerCaller::default()
    };
    let server = limited(connections).run().await;
    let socket = Client::open(&server).await;
    let second = server.connect().await;
    server.connect().await.ended().await;
    drop(socket);
    let again = async {
        loop {
            let mut connection = server.connect().await;
            let request = call("echo", say("again")).bytes();
            if connection.write(&request).await.is_ok()
                && let Ok(answer) = tokio::spawn(connection.answer()).await
            {
                return answer;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    assert_eq!(soon("a place", again).await.status, 200);
    drop(second);
    server.stop().await;
}

/// Sends the head of a POST and a part of its body.
async fn begin_body(door: &Door, bytes: usize) -> tidegate_testkit::Connection {
    let mut connection = door.connect().await;
    let head = "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                content-length: 100000\r\n\r\n";
    connection.write(head.as_bytes()).await.expect("it is read");
    // In two pieces: one that came with its head is not counted.
    for _ in 0..2 {
        sleep(Duration::from_millis(50)).await;
        let piece = " ".repeat(bytes / 2);
        connection
            .write(piece.as_bytes())
            .await
            .expect("it is read");
    }
    sleep(Duration::from_millis(50)).await;
    connection
}

#[tokio::test]
async fn bodies_on_their_way_have_so_much_room_together() {
    let config = Config {
        max_buffered: 10_000,
        ..Config::default()
    };
    let server = server().tool("echo", echo).config(config).run().await;
    let first = begin_body(&server, 8_000).await;
    let second = begin_body(&server, 8_000).await.answer().await;
    assert_eq!(
        (second.status, second.header("retry-after")),
        (503, Some("1"))
    );
    let short = server.ask(call("echo", say("short"))).await;
    assert_eq!(short.status, 200, "what came with its head has room");
    drop(first);
    let room = async {
        loop {
            let message = "~".repeat(9_000);
            let request = call("echo", say(&message)).bytes();
            let mut connection = server.connect().await;
            let (head, body) = request.split_at(request.len() - 4_000);
            connection.write(head).await.expect("it is read");
            sleep(Duration::from_millis(20)).await;
            connection.write(body).await.expect("it is read");
            if connection.answer().await.status == 200 {
                return;
            }
        }
    };
    soon("room", room).await;
    server.stop().await;
}

#[tokio::test]
async fn a_request_has_so_many_headers_over_http2_too() {
    let server = server().tool("echo", echo).run().await;
    let mut sender = http2_with(&server, 1 << 16).await;
    let mut request = over_http2(&call("echo", say("hello")));
    for number in 0..101 {
        let name: hyper::header::HeaderName = format!("x-{number}").parse().expect("a name");
        request
            .headers_mut()
            .insert(name, "x".parse().expect("a value"));
    }
    let refused = soon("an answer", sender.send_request(request)).await;
    assert_eq!(refused.expect("an answer").status(), 431);
    let request = over_http2(&call("echo", say("hello")));
    let served = soon("an answer", sender.send_request(request)).await;
    assert_eq!(served.expect("an answer").status(), 200);
    server.stop().await;
}

/// HTTP/2, with so many bytes of window for each stream.
async fn http2_with(door: &Door, window: u32) -> Http2 {
    let socket = TcpStream::connect(door.addr()).await.expect("it listens");
    let (sender, connection) = http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(window)
        .handshake(TokioIo::new(socket))
        .await
        .expect("it speaks HTTP/2");
    tokio::spawn(connection);
    sender
}

const STALL: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_stream_of_http2_that_is_given_no_window_is_cut_and_the_others_go_on() {
    let (tell, mut heard) = telling();
    let config = Config {
        stall_timeout: STALL,
        ..Config::default()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let mut sender = http2_with(&server, 0).await;
    let begun = Instant::now();
    let waiting = over_http2(&call("wait", json!({})).logs("info"));
    let answer = soon("a head", sender.send_request(waiting)).await;
    let answer = answer.expect("a head needs no window");
    assert_eq!(heard.recv().await, Some("begun"));
    let cut = soon("the end of the call", heard.recv()).await;
    assert_eq!(cut, Some("dropped"));
    assert!(begun.elapsed() >= STALL);
    let body = soon("the end of the stream", answer.into_body().collect()).await;
    assert!(body.is_err(), "it was reset");
    let beside = sender.send_request(over_http2(&call("echo", say("x"))));
    let beside = soon("an answer", beside)
        .await
        .expect("the connection stays");
    assert_eq!(beside.status(), 200);
    server.stop().await;
}

#[tokio::test]
async fn a_stream_of_http2_that_is_silent_is_not_cut() {
    let nap = |_: Nothing| async {
        sleep(STALL * 3).await;
        "napped"
    };
    let config = Config {
        stall_timeout: STALL,
        ..Config::default()
    };
    let server = server_with("nap", nap).config(config).run().await;
    let mut sender = http2_with(&server, 1 << 16).await;
    let answer = sender.send_request(over_http2(&call("nap", json!({}))));
    let answer = soon("an answer", answer).await.expect("an answer");
    let body = soon("the rest", answer.into_body().collect()).await;
    let body = body.expect("it is not cut").to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("napped"));
    server.stop().await;
}
