//! Many streams over one connection.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::Tls;
use tidegate_testkit::{Run, call, soon};
use tokio::{sync::Barrier, task::JoinSet};

use super::{authority::Authority, caller::Caller};
use crate::faults::tools::{Nothing, server_with};

const MANY: usize = 20;

async fn stream(mut sender: SendRequest<Full<Bytes>>) -> String {
    let request = call("meet", json!({})).logs("info");
    let mut asked = http::Request::post("https://localhost/mcp");
    for (name, value) in request.headers().iter().filter(|(name, _)| name != "host") {
        asked = asked.header(name, value);
    }
    let body = Full::from(request.message().to_string());
    let asked = asked.body(body).expect("a request");
    let answer = sender.send_request(asked).await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let body = answer.into_body().collect().await.expect("all of it");
    String::from_utf8(body.to_bytes().to_vec()).expect("text")
}

#[tokio::test]
async fn twenty_streams_share_one_connection() {
    let authority = Authority::new("ours");
    let own = authority.server();
    // None ends before all have begun: they are open at the same time, or not at all.
    let barrier = Arc::new(Barrier::new(MANY));
    let met = Arc::new(AtomicUsize::new(0));
    let meets = Arc::clone(&met);
    let meet = move |_: Nothing, cx: Context| {
        let (barrier, met) = (Arc::clone(&barrier), Arc::clone(&meets));
        async move {
            cx.info("waiting").await;
            barrier.wait().await;
            cx.info("met").await;
            met.fetch_add(1, Ordering::Relaxed);
            "done"
        }
    };
    let config = tidegate_server::Config {
        // There is no room for a second connection.
        max_connections: 1,
        ..Default::default()
    };
    let server = server_with("meet", meet).config(config);
    let server = server.tls(Tls::pem(own.certificate, own.key)).run().await;
    let caller = Caller::trusting(&authority).speaking(&["h2"]);
    let io = TokioIo::new(caller.connect(&server).await);
    let (sender, connection) = http2::handshake(TokioExecutor::new(), io)
        .await
        .expect("HTTP/2");
    tokio::spawn(connection);
    let mut streams = JoinSet::new();
    for _ in 0..MANY {
        streams.spawn(stream(sender.clone()));
    }
    for said in soon("all streams", streams.join_all()).await {
        for part in ["waiting", "met", "done"] {
            assert!(said.contains(part), "{part:?} is not in {said}");
        }
    }
    assert_eq!(met.load(Ordering::Relaxed), MANY);
    drop(sender);
    server.stop().await;
}
