//! Calls that their client wants no more, and calls whose client is gone.

use std::time::Duration;

use serde_json::json;
use tidegate_server::Config;
use tidegate_testkit::{Run, call, soon};

use super::client::Client;
use crate::faults::tools::{server_with, telling, waiting};

/// Whatever is left behind by a connection shows here: there is room for one of each, and stopping
/// waits for what is left for longer than the test does.
fn no_room_for_leftovers() -> Config {
    Config {
        max_websockets: 1,
        max_calls: 2,
        max_streams: 1,
        drain: Duration::from_secs(3600),
        ..Config::default()
    }
}

#[tokio::test]
async fn a_call_is_cancelled_in_either_era() {
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell)).run().await;
    let mut client = Client::open(&server).await;
    client.initialize("2025-11-25", json!({})).await;
    for modern in [false, true] {
        // The id is free again as soon as the call is.
        for _ in 0..2 {
            if modern {
                client.send(call("wait", json!({})).logs("info")).await;
            } else {
                client.call(1, "wait", json!({})).await;
            }
            assert_eq!(heard.recv().await, Some("begun"));
            let said = client.message().await;
            assert_eq!(said["params"]["data"], "waiting", "{said}");
            client.cancel(1).await;
            assert_eq!(soon("the end", heard.recv()).await, Some("dropped"));
        }
    }
    // Whoever cancelled hears no more of it: the next message is another's.
    client.send(call("echo", json!({})).id("next")).await;
    assert_eq!(client.message().await["id"], "next");
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_goes_takes_its_calls_with_it() {
    let (tell, mut heard) = telling();
    let server = server_with("wait", waiting(tell))
        .config(no_room_for_leftovers())
        .run()
        .await;
    for polite in [true, false] {
        for _ in 0..3 {
            let mut client = place(&server).await;
            client.initialize("2025-11-25", json!({})).await;
            client.call(1, "wait", json!({})).await;
            client.send(call("wait", json!({})).id(2)).await;
            assert_eq!([heard.recv().await, heard.recv().await], [Some("begun"); 2]);
            if polite {
                client.socket.close(None).await.expect("it reads");
                assert_eq!(client.next().await.map(|_| ()), Some(()));
            }
            drop(client);
            for _ in 0..2 {
                assert_eq!(soon("the end", heard.recv()).await, Some("dropped"));
            }
        }
    }
    server.stop().await;
}

/// A connection, as soon as the one before has left its place.
async fn place(door: &tidegate_testkit::Door) -> Client {
    let open = async {
        loop {
            let mut client = Client::open(door).await;
            client.request(0, "ping", json!({})).await;
            if let Some(tokio_tungstenite::tungstenite::Message::Text(_)) = client.next().await {
                return client;
            }
        }
    };
    soon("a place", open).await
}
