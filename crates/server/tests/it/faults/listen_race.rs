//! A change that is fired the moment the acknowledgement arrives is told. (rmcp 3.9 loses 8 of 200
//! such changes: it acknowledges first and registers then.)

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use serde_json::json;
use tidegate_handler::{Bulletin, Change};
use tidegate_server::ResponseBody;
use tidegate_testkit::{Door, InMemory, Run, soon};
use tower::ServiceExt;

use super::changing::{changed, changing, everything, listen, listening, resource};

const TRIES: u32 = 2_000;

/// Listens `tries` times, fires a change at each acknowledgement, and waits for it.
async fn race(door: &Door, bulletin: &Arc<Bulletin>, tries: u32) {
    let filter = json!({ "toolsListChanged": true, "resourceSubscriptions": ["memo://a"] });
    for number in 0..tries {
        let mut stream = listen(door, number, filter.clone()).await;
        let (change, told) = match number % 2 {
            0 => (Change::Tools, "tools"),
            _ => (resource("memo://a"), "memo://a"),
        };
        bulletin.tell(change);
        let message = stream.message().await.expect("the change");
        assert_eq!(changed(&message), told, "try {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_is_lost_in_memory() {
    let (server, bulletin) = changing(everything());
    race(&server.in_memory(), &bulletin, TRIES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_is_lost_over_a_socket() {
    let (server, bulletin) = changing(everything());
    let server = server.run().await;
    race(&server, &bulletin, TRIES).await;
    server.stop().await;
}

/// Reads one piece of a body, and not a poll more.
async fn piece(body: &mut ResponseBody) -> Bytes {
    let frame = soon("a piece of the body", body.frame()).await;
    let frame = frame.expect("more of the body").expect("no error");
    frame.into_data().expect("data")
}

/// Over a connection the server has looked once more before the acknowledgement leaves. Whoever
/// nests it elsewhere may not: here nobody looks between the acknowledgement and the change.
#[tokio::test(start_paused = true)]
async fn no_change_is_lost_before_the_server_looks_again() {
    let (server, bulletin) = changing(everything());
    let service = server.service();
    let request = listening(json!({ "toolsListChanged": true }));
    for number in 0..TRIES {
        let mut asked = http::Request::post("http://localhost/mcp");
        for (name, value) in request.headers() {
            asked = asked.header(name, value);
        }
        let message = Full::new(Bytes::from(request.message().to_string()));
        let asked = asked.body(message).expect("a request");
        let answer = service.clone().oneshot(asked).await.expect("an answer");
        // One is fired before anybody has read the acknowledgement, one right after.
        let mut body = answer.into_body();
        if number % 2 == 0 {
            bulletin.tell(Change::Tools);
        }
        let first = piece(&mut body).await;
        assert!(holds(&first, "acknowledged"));
        if number % 2 == 1 {
            bulletin.tell(Change::Tools);
        }
        let second = piece(&mut body).await;
        let told = holds(&second, "notifications/tools/list_changed");
        assert!(told, "try {number}: {second:?}");
    }
}

fn holds(piece: &Bytes, word: &str) -> bool {
    std::str::from_utf8(piece).expect("UTF-8").contains(word)
}
