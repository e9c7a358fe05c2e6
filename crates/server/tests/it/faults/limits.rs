//! How much may be under way at a time, and what those are told who come too many.

use parking_lot::Mutex;
use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Run, Session, call, soon};

use super::tools::{say, server_with, telling, text, waiting};

#[tokio::test]
async fn calls_that_take_time_are_counted_and_fast_ones_are_not() {
    let (tell, mut heard) = telling();
    let config = Config {
        max_calls: 2,
        ..Config::default()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let session = Session::open(&server, "2025-11-25").await;
    let modern = server.ask(call("wait", json!({})).logs("info")).await;
    let legacy = session.ask(session.call("wait", json!({})).id(1)).await;
    assert_eq!([heard.recv().await, heard.recv().await], [Some("begun"); 2]);

    for request in [
        call("wait", json!({})),
        session.call("wait", json!({})).id(2),
    ] {
        let refused = server.ask(request).await;
        assert_eq!(
            (refused.status, refused.header("retry-after")),
            (503, Some("1"))
        );
        // It began, as every call does, and was dropped.
        assert_eq!(
            [heard.recv().await, heard.recv().await],
            [Some("begun"), Some("dropped")]
        );
        let fast = server.ask(call("echo", say("fast"))).await.result().await;
        assert_eq!(text(&fast), "fast");
    }

    drop(modern);
    assert_eq!(
        soon("the end of a call", heard.recv()).await,
        Some("dropped")
    );
    session.cancel(1).await;
    assert_eq!(
        soon("the end of a call", heard.recv()).await,
        Some("dropped")
    );
    legacy.rest().await;
    for _ in 0..2 {
        let answer = server.ask(call("wait", json!({})).logs("info")).await;
        assert_eq!(answer.status, 200, "there is room again");
        drop(answer);
        assert_eq!(heard.recv().await, Some("begun"));
        assert_eq!(
            soon("the end of a call", heard.recv()).await,
            Some("dropped")
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn connections_wait_their_turn() {
    let (tell, _heard) = telling();
    let config = Config {
        max_connections: 1,
        ..Config::default()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let first = server.connect().await;
    let (_, first) = first.send(call("echo", say("first"))).await.rest().await;
    let order = Mutex::new(Vec::new());
    let second = async {
        let result = server.ask(call("echo", say("second"))).await.result().await;
        order.lock().push(text(&result).to_owned());
    };
    let leave = async {
        let (messages, first) = first.send(call("echo", say("again"))).await.rest().await;
        order.lock().push(text(&messages[0]["result"]).to_owned());
        drop(first);
    };
    tokio::join!(second, leave);
    assert_eq!(*order.lock(), ["again", "second"]);
    server.stop().await;
}
