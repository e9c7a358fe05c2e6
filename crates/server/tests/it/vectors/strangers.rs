//! V17: who is turned away at the door, whatever they say; and what a POST must say of itself.

use hyper::Method;
use serde_json::json;

use super::{
    fixture::Running,
    wire::{Sent, Vector, hold, with_claim},
};

fn list() -> Sent {
    Sent::modern(
        &json!({ "jsonrpc": "2.0", "id": 17, "method": "tools/list", "params": with_claim(json!({})) }),
    )
}

#[tokio::test]
async fn v17_strangers_are_turned_away() {
    let server = Running::start().await;
    let port = server.addr.port();
    // The body is no JSON: were it read, the answer would be 400.
    let broken = || list().body("{");
    for (what, sent) in [
        (
            "Origin of another site",
            broken().header("origin", "https://evil.example"),
        ),
        ("Origin null", broken().header("origin", "null")),
        (
            "Origin that only begins well",
            broken().header("origin", "http://localhost.evil.example"),
        ),
        (
            "Host of another site",
            broken().header("host", "evil.example"),
        ),
        (
            "Host of another site, our port",
            broken().header("host", format!("evil.example:{port}")),
        ),
        (
            "Sec-Fetch-Site cross-site",
            broken().header("sec-fetch-site", "cross-site"),
        ),
        (
            "Sec-Fetch-Site same-site",
            broken().header("sec-fetch-site", "same-site"),
        ),
        (
            "evil GET",
            Sent::new(Method::GET, "").header("origin", "https://evil.example"),
        ),
        (
            "evil DELETE",
            Sent::new(Method::DELETE, "").header("host", "evil.example"),
        ),
    ] {
        let answer = sent.send(server.addr).await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
    }
    server.stop().await;
}

#[tokio::test]
async fn v17_pages_and_names_of_this_machine_pass() {
    let server = Running::start().await;
    let port = server.addr.port();
    hold(
        server.addr,
        [
            Vector::served("no Origin", list()),
            Vector::served(
                "localhost",
                list().header("host", format!("localhost:{port}")),
            ),
            Vector::served("IPv6", list().header("host", format!("[::1]:{port}"))),
            Vector::served(
                "a local page",
                list().header("origin", format!("http://127.0.0.1:{port}")),
            ),
            Vector::served(
                "a local page on another port",
                list().header("origin", "http://localhost:6274"),
            ),
            Vector::served(
                "Sec-Fetch-Site same-origin",
                list().header("sec-fetch-site", "same-origin"),
            ),
            Vector::served(
                "Sec-Fetch-Site none",
                list().header("sec-fetch-site", "none"),
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn a_post_says_what_it_holds_and_what_its_sender_reads() {
    let server = Running::start().await;
    hold(
        server.addr,
        [
            Vector::served("Accept */*", list().header("accept", "*/*")),
            Vector::served("no Accept", list().without("accept")),
            Vector::served(
                "a charset",
                list().header("content-type", "application/json; charset=utf-8"),
            ),
        ],
    )
    .await;
    for (what, sent, status) in [
        (
            "text/plain",
            list().header("content-type", "text/plain"),
            415,
        ),
        (
            "a form",
            list().header("content-type", "application/x-www-form-urlencoded"),
            415,
        ),
        ("no Content-Type", list().without("content-type"), 415),
        (
            "Accept text/html",
            list().header("accept", "text/html"),
            406,
        ),
    ] {
        let answer = sent.send(server.addr).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
    }
    server.stop().await;
}
