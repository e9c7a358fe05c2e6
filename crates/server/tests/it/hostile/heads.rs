//! Heads and bodies that two servers in a row would read differently, or that cost more than they say.

use http_body_util::Empty;
use hyper::{Request as HyperRequest, Version, body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tidegate_testkit::{Request, call, soon};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::attack::Target;

/// Sends bytes on a connection of their own, and returns the statuses of what is answered before it
/// is closed.
async fn statuses(target: &Target, bytes: &[u8]) -> Vec<u16> {
    let mut socket = TcpStream::connect(target.server.addr())
        .await
        .expect("it listens");
    socket.write_all(bytes).await.expect("it reads");
    socket.shutdown().await.expect("it is open");
    let mut answer = Vec::new();
    // A reset is an end too.
    let _ = soon("the end", socket.read_to_end(&mut answer)).await;
    let text = String::from_utf8_lossy(&answer);
    let lines = text.split("HTTP/1.1 ").skip(1);
    lines
        .map(|line| line[..3].parse().expect("a status"))
        .collect()
}

/// Returns a good call's bytes, with a line instead of another.
fn changed(good: &Request, from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(good.bytes()).expect("UTF-8");
    assert!(text.contains(from), "{text}");
    text.replacen(from, to, 1).into_bytes()
}

#[tokio::test]
async fn no_head_is_read_in_two_ways() {
    let target = Target::start().await;
    let good = call("note", json!({})).bearer(&target.good().token());
    let length = "content-length: ";
    let host = "host: localhost\r\n";
    let first = "POST /mcp HTTP/1.1\r\n";
    for (what, from, to, expected) in [
        // One message must not hide another (RFC 9112 §6.3, §11.2).
        (
            "two lengths",
            length,
            "content-length: 1\r\ncontent-length: ",
            &[400][..],
        ),
        ("a length list", length, "content-length: 1, ", &[400]),
        ("a signed length", length, "content-length: +", &[400]),
        ("a negative length", length, "content-length: -", &[400]),
        (
            "chunked twice",
            length,
            "transfer-encoding: chunked, chunked\r\ncontent-length: ",
            &[400],
        ),
        (
            "identity after chunked",
            length,
            "transfer-encoding: chunked, identity\r\nx: ",
            &[400],
        ),
        (
            "a space before the colon",
            length,
            "content-length : ",
            &[400],
        ),
        (
            "a folded line",
            host,
            "host: localhost\r\n x: folded\r\n",
            &[400],
        ),
        (
            "a zero in a value",
            host,
            "host: localhost\r\nx: a\0b\r\n",
            &[400],
        ),
        (
            "a bare CR in a value",
            host,
            "host: localhost\r\nx: a\rb\r\n",
            &[400],
        ),
        (
            "two hosts",
            host,
            "host: localhost\r\nhost: localhost\r\n",
            &[400],
        ),
        (
            "two hosts, one evil",
            host,
            "host: localhost\r\nhost: evil.example\r\n",
            &[400],
        ),
        ("no host", host, "", &[403]),
        (
            "an absolute target elsewhere",
            first,
            "POST http://evil.example/mcp HTTP/1.1\r\n",
            &[400],
        ),
        ("a newer HTTP", first, "POST /mcp HTTP/1.7\r\n", &[400]),
        ("no HTTP", first, "POST /mcp\r\n", &[400]),
        (
            "a method of another case",
            first,
            "post /mcp HTTP/1.1\r\n",
            &[405],
        ),
        (
            "a tunnel",
            first,
            "CONNECT evil.example:443 HTTP/1.1\r\n",
            &[400],
        ),
        (
            "another path in dots",
            first,
            "POST /x/../mcp HTTP/1.1\r\n",
            &[404],
        ),
        (
            "another path in escapes",
            first,
            "POST /%6dcp HTTP/1.1\r\n",
            &[404],
        ),
        ("two slashes", first, "POST //mcp HTTP/1.1\r\n", &[404]),
    ] {
        let bytes = changed(&good, from, to);
        assert_eq!(statuses(&target, &bytes).await, expected, "{what}");
    }
    target.stands().await;
}

#[tokio::test]
async fn a_header_that_decides_stands_once() {
    let target = Target::start().await;
    let good = call("note", json!({})).bearer(&target.good().token());
    for (name, value) in [
        ("origin", "http://localhost"),
        ("sec-fetch-site", "same-origin"),
        ("mcp-session-id", "x"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "note"),
        ("last-event-id", "0-1"),
        ("x-api-key", "x"),
    ] {
        let doubled = format!("{value}\r\n{name}: {value}");
        let answer = target.server.ask(good.clone().header(name, &doubled)).await;
        assert_eq!(answer.status, 400, "{name}");
    }
    target.stands().await;
}

#[tokio::test]
async fn what_is_too_much_is_not_read() {
    let target = Target::start().await;
    let token = target.good().token();
    let good = call("note", json!({}));
    let many = "x: y\r\n".repeat(200);
    let large = format!("x: {}\r\n", "y".repeat(300 * 1024));
    for bomb in [many, large] {
        let with = format!("host: localhost\r\n{bomb}");
        let bytes = changed(&good, "host: localhost\r\n", &with);
        assert_eq!(statuses(&target, &bytes).await, [431]);
    }
    // A body is read for nobody who is not known, however long it says it will be …
    let claimed = "content-length: 9000000000\r\nx: ";
    let bytes = changed(&good, "content-length: ", claimed);
    assert_eq!(statuses(&target, &bytes).await, [401]);
    // … and not to its end for those who are.
    let bytes = changed(&good.bearer(&token), "content-length: ", claimed);
    assert_eq!(statuses(&target, &bytes).await, [413]);
    target.stands().await;
}

/// HTTP/2 says in `:authority` what HTTP/1.1 says in `Host`.
#[tokio::test]
async fn http2_is_no_way_round() {
    let target = Target::start().await;
    let token = target.good().token();
    let socket = TcpStream::connect(target.server.addr())
        .await
        .expect("it listens");
    let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(socket)).await;
    let (mut sender, connection) = handshake.expect("HTTP/2");
    tokio::spawn(connection);
    for (what, authority, headers, status) in [
        ("evil authority", "evil.example", &[][..], 403),
        (
            "evil host beside a good authority",
            "localhost",
            &[("host", "evil.example")],
            400,
        ),
        (
            "good host beside an evil authority",
            "evil.example",
            &[("host", "localhost")],
            400,
        ),
        (
            "evil origin",
            "localhost",
            &[("origin", "https://evil.example")],
            403,
        ),
        (
            "cross-site",
            "localhost",
            &[("sec-fetch-site", "cross-site")],
            403,
        ),
        (
            "two tokens",
            "localhost",
            &[("authorization", "Bearer x")],
            400,
        ),
        ("a WebSocket", "localhost", &[("x-path", "/ws")], 426),
    ] {
        let path = if what == "a WebSocket" {
            "/ws"
        } else {
            "/streams"
        };
        let mut request = HyperRequest::get(format!("http://{authority}{path}"))
            .version(Version::HTTP_2)
            .header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::<Bytes>::new()).expect("a request");
        let answer = soon("an answer", sender.send_request(request)).await;
        assert_eq!(answer.expect("an answer").status(), status, "{what}");
    }
    target.stands().await;
}
