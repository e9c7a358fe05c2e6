//! How much may be under way at a time, and what those are told who come too many.

use std::time::Duration;

use parking_lot::Mutex;
use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Run, Session, call, server, soon};
use tokio::time::sleep;

use super::tools::{echo, say, server_with, telling, text, waiting};

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
async fn connections_wait_for_those_that_have_work() {
    let (tell, mut heard) = telling();
    let config = Config {
        max_connections: 1,
        ..Config::default()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let first = server.ask(call("wait", json!({})).logs("info")).await;
    assert_eq!(heard.recv().await, Some("begun"));
    let order = Mutex::new(Vec::new());
    let second = async {
        let result = server.ask(call("echo", say("second"))).await.result().await;
        order.lock().push(text(&result).to_owned());
    };
    let leave = async {
        // Longer than a place is looked for.
        sleep(Duration::from_millis(500)).await;
        order.lock().push("the first has left".to_owned());
        drop(first);
    };
    tokio::join!(second, leave);
    assert_eq!(*order.lock(), ["the first has left", "second"]);
    server.stop().await;
}

#[tokio::test]
async fn a_connection_that_lies_idle_gives_way_to_another_one() {
    let config = Config {
        max_connections: 2,
        ..Config::default()
    };
    let server = server().tool("echo", echo).config(config).run().await;
    let silent = server.connect().await;
    let mut half = server.connect().await;
    half.write(b"POST /mcp HTTP/1.1\r\nhost: lo")
        .await
        .expect("it is read");
    let ask = async |message| {
        let answer = server
            .connect()
            .await
            .send(call("echo", say(message)))
            .await;
        let (messages, connection) = answer.rest().await;
        assert_eq!(text(&messages[0]["result"]), message);
        connection
    };
    let first = soon("a place", ask("first")).await;
    silent.ended().await;
    let second = soon("a place", ask("second")).await;
    half.ended().await;
    let third = soon("a place", ask("third")).await;
    first.ended().await;
    for connection in [second, third] {
        let (messages, _) = connection
            .send(call("echo", say("again")))
            .await
            .rest()
            .await;
        assert_eq!(text(&messages[0]["result"]), "again", "these two stay");
    }
    server.stop().await;
}
