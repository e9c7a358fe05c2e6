//! Every front asks who calls, and is told in the same words.

use std::sync::{Arc, atomic::Ordering};

use serde_json::json;
use tidegate_testkit::{Door, InMemory, Request, Run, Session, call};

use super::tools::{Register, guarded};

/// A request to each front, all of which are answered well to whoever is known.
fn requests() -> Vec<(Request, u16)> {
    let stream = Request::new("GET").accept("text/event-stream");
    vec![
        (call("echo", json!({ "message": "hi" })), 200),
        (Session::initialize("2025-11-25"), 200),
        (stream.clone().at("/sse"), 200),
        (stream.clone().at("/mcp/sse"), 200),
        (Request::new("GET").at("/streams"), 200),
        (Request::new("GET").at("/stream?n=1&interval_ms=0"), 200),
        (
            Request::new("GET").at("/calculate?a=1&b=2&op=add&interval_ms=0"),
            200,
        ),
        (
            Request::new("POST")
                .at("/tools/echo/stream")
                .json(json!({ "message": "hi" })),
            200,
        ),
        // Known callers are told what is wrong with the rest of it.
        (stream.clone(), 405),
        (Request::new("DELETE"), 400),
        (
            Request::new("POST").at("/messages?key=x").json(json!({})),
            404,
        ),
        (Request::new("GET").at("/nothing"), 404),
        (Request::new("GET").at("/ws"), 426),
        (
            Request::new("POST").json(json!({})).accept("text/html"),
            406,
        ),
        (Request::new("POST"), 415),
    ]
}

async fn refused(door: &Door, request: &Request, status: u16, challenge: Option<&str>) {
    let answer = door.ask(request.clone()).await;
    assert_eq!(answer.status, status, "{request:?}");
    assert_eq!(answer.header("www-authenticate"), challenge, "{request:?}");
    assert_eq!(answer.header("retry-after").is_some(), status == 503);
    assert_eq!(
        answer.error().await,
        if status == 503 { -32603 } else { -32600 }
    );
}

#[tokio::test]
async fn no_front_lets_in_who_is_not_known() {
    let register = Arc::default();
    let door = guarded(&register).in_memory_by_path();
    let twice = "Bearer alice\r\nauthorization: Bearer alice";
    let malformed =
        |why: &str| format!(r#"Bearer error="invalid_request", error_description="{why}""#);
    let unread = malformed("send Authorization: Bearer, and a token");
    let doubled = malformed("credentials were sent twice: send them once");
    let invalid =
        r#"Bearer error="invalid_token", error_description="the token is not known here""#;
    for (request, status) in requests() {
        refused(&door, &request, 401, Some(r#"Bearer realm="mcp""#)).await;
        refused(&door, &request.clone().bearer("eve"), 401, Some(invalid)).await;
        let basic = request.clone().header("authorization", "Basic YTpi");
        refused(&door, &basic, 400, Some(&unread)).await;
        let both = request.clone().header("authorization", twice);
        refused(&door, &both, 400, Some(&doubled)).await;
        refused(&door, &request.clone().bearer("down"), 503, None).await;
        for name in ["alice", "slow"] {
            let answer = door.ask(request.clone().bearer(name)).await;
            assert_eq!(answer.status, status, "{request:?}");
        }
    }
}

#[tokio::test]
async fn a_token_in_the_url_is_refused_even_beside_a_good_one() {
    let register = Arc::default();
    let door = guarded(&register).in_memory_by_path();
    for path in ["/mcp?access_token=alice", "/streams?x=1&access_token=alice"] {
        let request = call("echo", json!({ "message": "hi" }))
            .at(path)
            .bearer("alice");
        let answer = door.ask(request).await;
        assert_eq!(
            (answer.status, answer.error().await),
            (400, -32600),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_connection_is_asked_once_for_each_that_comes_over_it() {
    let register: Arc<Register> = Arc::default();
    let server = guarded(&register).run().await;
    let mut connection = server.connect().await;
    let mut asks = async |token: &str, status: u16| {
        let request = call("echo", json!({ "message": "hi" })).bearer(token);
        let answer = std::mem::replace(&mut connection, server.connect().await)
            .send(request)
            .await;
        assert_eq!(answer.status, status);
        (_, connection) = answer.rest().await;
    };
    for _ in 0..5 {
        asks("alice", 200).await;
    }
    assert_eq!(register.looked_up.load(Ordering::Relaxed), 1);
    // A proxy's connection carries others too: each by their own credentials.
    asks("bob", 200).await;
    asks("eve", 401).await;
    asks("alice", 200).await;
    assert_eq!(register.looked_up.load(Ordering::Relaxed), 4);
    // What was withdrawn is not recognised.
    register.generation.fetch_add(1, Ordering::Relaxed);
    asks("alice", 200).await;
    assert_eq!(register.looked_up.load(Ordering::Relaxed), 5);
    server.stop().await;
}
