//! Who is turned away, by which status, and where it is said.

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Answer, Door, Old, Request, Run, Running, lines::request};

use super::tools::{config, nothing_left, server};

fn ping(client: &Old) -> Request {
    client.posting(&request(1, "ping", json!({})))
}

/// Whatever happened before, the connection is in good order, and heard nothing of it.
async fn heard_nothing(client: &mut Old) {
    client.send(&request("after", "ping", json!({}))).await;
    assert_eq!(client.message().await["id"], "after");
}

/// Sends a body byte for byte.
async fn post_bytes(door: &Door, client: &Old, body: &[u8]) -> Answer {
    let mut connection = door.connect().await;
    let bytes = ping(client).with_body(body);
    connection.write(&bytes).await.expect("the server reads");
    connection.answer().await
}

#[tokio::test]
async fn strangers_are_turned_away_at_each_door() {
    let server = server().run().await;
    let mut client = Old::connect(&server).await;
    let doors = [
        Old::get("/sse"),
        Old::get("/mcp/sse"),
        ping(&client),
        Old::get("/streams"),
        // Whoever is a stranger is not told what else is wrong.
        Request::new("DELETE").at("/sse"),
        Old::get("/messages"),
        Request::post(json!({})).at("/messages?key=guessed"),
    ];
    for door in &doors {
        for (name, value) in [
            ("host", "evil.example"),
            ("host", "127.0.0.1.evil.example"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            let answer = server.ask(door.clone().header(name, value)).await;
            assert_eq!(answer.status, 403, "{door:?} {name}: {value}");
        }
    }
    for (name, value) in [
        ("origin", "http://localhost:6274"),
        ("sec-fetch-site", "same-origin"),
    ] {
        let opened = server.ask(Old::get("/sse").header(name, value)).await;
        assert_eq!(opened.status, 200, "{name}: {value}");
        let posted = server.ask(ping(&client).header(name, value)).await;
        assert_eq!(posted.status, 202, "{name}: {value}");
        assert_eq!(client.message().await["id"], 1);
    }
    server.stop().await;
}

#[tokio::test]
async fn each_door_has_its_method() {
    let server = server().run().await;
    for (path, wrong, right) in [
        ("/sse", ["POST", "DELETE", "HEAD", "OPTIONS"], "GET"),
        ("/mcp/sse", ["POST", "DELETE", "HEAD", "PUT"], "GET"),
        ("/messages", ["GET", "DELETE", "HEAD", "PUT"], "POST"),
        ("/mcp/messages", ["GET", "DELETE", "HEAD", "PUT"], "POST"),
        ("/streams", ["POST", "DELETE", "HEAD", "PUT"], "GET"),
    ] {
        for method in wrong {
            let answer = server.ask(Request::new(method).at(path)).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some(right), "{method} {path}");
        }
    }
    let elsewhere = server.ask(Request::new("PATCH")).await;
    assert_eq!(elsewhere.header("allow"), Some("POST, GET, DELETE"));
    nothing_left(&server).await;
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_finds_out_goes_on_to_get() {
    let server = server().run().await;
    // Newer clients post `initialize` to the URL they were given, and then try GET.
    let tried = tidegate_testkit::Session::initialize("2025-11-25").at("/sse");
    assert_eq!(server.ask(tried).await.status, 405);
    Old::open(&server, "2025-11-25", json!({})).await;
    server.stop().await;
}

#[tokio::test]
async fn what_is_read_and_sent_has_to_be_said() {
    let server = server().run().await;
    for (accept, status) in [
        ("text/event-stream", 200),
        ("*/*", 200),
        ("application/json, text/event-stream", 200),
        ("application/json", 406),
        ("text/html", 406),
    ] {
        let answer = server.ask(Old::get("/sse").accept(accept)).await;
        assert_eq!(answer.status, status, "{accept}");
    }
    let unsaid = server.ask(Old::get("/sse").without("accept")).await;
    assert_eq!(unsaid.status, 200);

    let mut client = Old::connect(&server).await;
    for (kind, status) in [
        ("application/json", 202),
        ("application/json; charset=utf-8", 202),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
    ] {
        let answer = server.ask(ping(&client).header("content-type", kind)).await;
        assert_eq!(answer.status, status, "{kind}");
        if status == 202 {
            assert_eq!(client.message().await["id"], 1);
        }
    }
    let answer = server.ask(ping(&client).without("content-type")).await;
    assert_eq!(answer.status, 415);
    // The answer has no body, so what its sender reads is of no matter.
    let answer = server.ask(ping(&client).accept("text/html")).await;
    assert_eq!(answer.status, 202);
    assert_eq!(client.message().await["id"], 1);
    heard_nothing(&mut client).await;
    server.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_said_to_its_poster_alone() {
    let server = server().run().await;
    let mut client = Old::open(&server, "2024-11-05", json!({})).await;
    for (body, code, id) in [
        (&b"{"[..], -32700, json!(null)),
        (b"", -32700, json!(null)),
        (b"\xff", -32700, json!(null)),
        (b"7", -32600, json!(null)),
        (b"{}", -32600, json!(null)),
        (
            br#"{"jsonrpc":"1.0","id":5,"method":"ping"}"#,
            -32600,
            json!(5),
        ),
    ] {
        let answer = post_bytes(&server, &client, body).await;
        assert_eq!(answer.status, 400, "{body:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let error = answer.response().await;
        assert_eq!(error["error"]["code"], code, "{error}");
        assert_eq!(error["id"], id, "{error}");
    }
    heard_nothing(&mut client).await;
    server.stop().await;
}

#[tokio::test]
async fn what_is_too_long_is_not_read() {
    let config = Config {
        max_body: 1_000,
        ..config()
    };
    let server = server().config(config).run().await;
    let mut client = Old::connect(&server).await;
    let answer = post_bytes(&server, &client, &[b' '; 1_001]).await;
    assert_eq!(answer.status, 413);
    heard_nothing(&mut client).await;
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let config = Config {
        body_timeout: std::time::Duration::from_millis(100),
        ..config()
    };
    let server = server().config(config).run().await;
    let mut client = Old::connect(&server).await;
    let whole = ping(&client).bytes();
    let mut connection = server.connect().await;
    let half = &whole[..whole.len() - 3];
    connection.write(half).await.expect("the server reads");
    assert_eq!(connection.answer().await.status, 408);
    heard_nothing(&mut client).await;
    server.stop().await;
}

async fn status(server: &Running, uri: &str) -> u16 {
    let message = request(1, "ping", json!({}));
    server.ask(Request::post(message).at(uri)).await.status
}

#[tokio::test]
async fn a_connection_is_posted_to_by_its_key_while_it_is_open() {
    let server = server().run().await;
    let client = Old::connect(&server).await;
    let uri = client.uri().to_owned();
    for (uri, expected) in [
        ("/messages", 400),
        ("/messages?", 400),
        ("/messages?sessionId=1", 400),
        ("/messages?key=", 404),
        ("/messages?key=guessed", 404),
        ("/mcp/messages?key=guessed", 404),
        (&uri[..uri.len() - 1], 404),
        (&format!("{uri}A"), 404),
        (&format!("{uri}&more=1"), 202),
        (&format!("/mcp{uri}"), 202),
        (&uri, 202),
    ] {
        assert_eq!(status(&server, uri).await, expected, "{uri}");
    }
    drop(client);
    nothing_left(&server).await;
    assert_eq!(status(&server, &uri).await, 404);
    server.stop().await;
}
