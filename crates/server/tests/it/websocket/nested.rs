//! Inside somebody else's program.

use http_body_util::Empty;
use hyper::body::Bytes;
use serde_json::json;
use tidegate_testkit::{Door, server};
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::client::{Client, handshake};
use crate::faults::tools::echo;

#[tokio::test]
async fn it_works_inside_an_axum_app() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let door = Door::Tcp(listener.local_addr().expect("an address"));
    let service = server().tool("echo", echo).routes();
    let app = axum::Router::new()
        .route("/healthz", axum::routing::get(|| async { "ok" }))
        .fallback_service(service.clone());
    let served = tokio::spawn(async move { axum::serve(listener, app).await });

    let mut client = Client::open(&door).await;
    client.initialize("2025-11-25", json!({})).await;
    client.request(1, "tools/list", json!({})).await;
    let (_, answer) = client.answer(1).await;
    assert_eq!(answer["result"]["tools"][0]["name"], "echo");
    client.still_works().await;
    let evil = [("origin", "https://evil.example")];
    let answer = handshake(&door, "GET /ws HTTP/1.1", &evil).await;
    assert!(answer.starts_with("http/1.1 403"), "its guard came along");

    service.stop();
    assert_eq!(client.closed().await.0, 1001);
    served.abort();
}

#[tokio::test]
async fn a_program_that_upgrades_nothing_has_it_said() {
    let request = http::Request::get("/ws")
        .header("host", "localhost")
        .header("connection", "Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .body(Empty::<Bytes>::new())
        .expect("a request");
    let service = server().tool("echo", echo).routes();
    let response = service.oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), 426);
}
