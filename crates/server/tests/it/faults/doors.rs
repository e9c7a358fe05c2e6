//! The ways to a server: a Unix socket, HTTP/2, and nested in somebody else's program.

use http_body_util::{BodyExt, Full};
use hyper::{Request as HttpRequest, body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use tidegate_testkit::{Door, Request, Run, Session, call, server, soon};
use tokio::net::{TcpListener, TcpStream};

use super::tools::{echo, say, server_with, telling, text, waiting};

async fn both_eras_work(door: &Door) {
    let session = Session::open(door, "2025-11-25").await;
    for request in [
        call("echo", say("hello")),
        session.call("echo", say("hello")),
    ] {
        assert_eq!(text(&door.ask(request).await.result().await), "hello");
    }
    let (tools, _) = session
        .ask(session.request("tools/list", json!({})))
        .await
        .rest()
        .await;
    assert_eq!(tools[0]["result"]["tools"][0]["name"], "echo");
    assert_eq!(session.ask(session.delete()).await.status, 204);
}

#[tokio::test]
async fn a_unix_socket_is_an_address_and_its_file_goes_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tidegate.sock");
    let running = server().tool("echo", echo).run_at(&path).await;
    both_eras_work(&running).await;
    running.stop().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_file_that_a_killed_server_left_behind_is_no_hindrance() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tidegate.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).expect("a free path"));
    assert!(path.exists());
    let running = server().tool("echo", echo).run_at(&path).await;
    both_eras_work(&running).await;
    running.stop().await;
}

#[tokio::test]
async fn it_nests_in_an_axum_router() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let door = Door::Tcp(listener.local_addr().expect("an address"));
    let app = axum::Router::new()
        .nest_service("/mcp", server().tool("echo", echo).service())
        .route("/healthz", axum::routing::get(|| async { "ok" }));
    let served = tokio::spawn(async move { axum::serve(listener, app).await });
    both_eras_work(&door).await;
    let evil = door
        .ask(call("echo", say("hello")).header("host", "evil.example"))
        .await;
    assert_eq!(evil.status, 403, "its guard came along");
    served.abort();
}

pub(crate) type Http2 = http2::SendRequest<Full<Bytes>>;

/// HTTP/2 from the first byte on, without TLS.
async fn http2(door: &Door) -> Http2 {
    let socket = TcpStream::connect(door.addr())
        .await
        .expect("the server listens");
    let io = TokioIo::new(socket);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io)
        .await
        .expect("it speaks HTTP/2");
    tokio::spawn(connection);
    sender
}

pub(crate) fn over_http2(request: &Request) -> HttpRequest<Full<Bytes>> {
    let mut http = HttpRequest::post("http://localhost/mcp");
    for (name, value) in request.headers().iter().filter(|(name, _)| name != "host") {
        http = http.header(name, value);
    }
    http.body(Full::new(request.message().to_string().into()))
        .expect("a request")
}

async fn ask_over_http2(sender: &mut Http2, request: &Request) -> Value {
    let response = soon("an answer", sender.send_request(over_http2(request))).await;
    let response = response.expect("an answer");
    assert_eq!(response.status(), 200);
    let body = soon("its body", response.into_body().collect())
        .await
        .expect("a body")
        .to_bytes();
    serde_json::from_slice(&body).expect("JSON")
}

#[tokio::test]
async fn http2_is_spoken_to_whoever_knows_it_is() {
    let server = server().tool("echo", echo).run().await;
    let session = Session::open(&server, "2025-11-25").await;
    let mut sender = http2(&server).await;
    for request in [
        call("echo", say("hello")),
        session.call("echo", say("hello")),
    ] {
        let response = ask_over_http2(&mut sender, &request).await;
        assert_eq!(text(&response["result"]), "hello");
    }
    let mut evil = over_http2(&call("echo", say("hello")));
    *evil.uri_mut() = "http://evil.example/mcp".parse().expect("a URI");
    let refused = sender.send_request(evil).await.expect("an answer");
    assert_eq!(
        refused.status(),
        403,
        "the host stands in the request's target"
    );
    server.stop().await;
}

#[tokio::test]
async fn calls_share_an_http2_connection_and_end_by_themselves() {
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let mut sender = http2(&server).await;
    let waiting = call("wait", json!({})).logs("info");
    let streaming = sender
        .send_request(over_http2(&waiting))
        .await
        .expect("an answer");
    assert_eq!(streaming.headers()["content-type"], "text/event-stream");
    assert_eq!(heard.recv().await, Some("begun"));

    let response = ask_over_http2(&mut sender, &call("echo", say("beside it"))).await;
    assert_eq!(text(&response["result"]), "beside it");
    // Dropping the answer resets its stream; the connection stays.
    drop(streaming);
    assert_eq!(
        soon("the end of the call", heard.recv()).await,
        Some("dropped")
    );
    let response = ask_over_http2(&mut sender, &call("echo", say("and after"))).await;
    assert_eq!(text(&response["result"]), "and after");
    server.stop().await;
}
