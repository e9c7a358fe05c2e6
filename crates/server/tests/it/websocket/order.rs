//! Ten thousand messages keep their order, either way.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tidegate_handler::Context;
use tidegate_testkit::{Run, call, soon};
use tokio_tungstenite::tungstenite::Message;

use super::client::Client;
use crate::faults::tools::{Count, echo, server_with, text};

const MANY: u32 = 10_000;

async fn count(args: Count, cx: Context) -> &'static str {
    for number in 1..=args.n {
        cx.info(number).await;
    }
    "counted"
}

#[tokio::test]
async fn what_a_call_says_comes_in_order_and_its_result_last() {
    let server = server_with("count", count).run().await;
    let mut client = Client::open(&server).await;
    client.initialize("2025-11-25", json!({})).await;
    for modern in [false, true] {
        if modern {
            let count = call("count", json!({ "n": MANY })).logs("info");
            client.send(count).await;
        } else {
            client.call(1, "count", json!({ "n": MANY })).await;
        }
        for number in 1..=MANY {
            let message = client.message().await;
            assert_eq!(message["params"]["data"], number.to_string());
        }
        let result = client.message().await;
        assert_eq!(text(&result["result"]), "counted");
    }
    drop(client);
    server.stop().await;
}

#[tokio::test]
async fn ready_calls_are_answered_in_the_order_of_their_requests() {
    let server = tidegate_testkit::server().tool("echo", echo).run().await;
    let client = Client::open(&server).await;
    let (mut sink, mut stream) = client.socket.split();
    let asking = async {
        for number in 0..MANY {
            let message = number.to_string();
            let request = call("echo", json!({ "message": message })).id(number);
            let text = request.message().to_string();
            sink.feed(Message::text(text)).await.expect("it reads");
        }
        sink.flush().await.expect("it reads");
    };
    let reading = async {
        for number in 0..MANY {
            let frame = stream.next().await.expect("an answer").expect("a frame");
            let answer: Value = serde_json::from_slice(&frame.into_data()).expect("JSON");
            assert_eq!(answer["id"], number);
            assert_eq!(text(&answer["result"]), number.to_string());
        }
    };
    soon("all answers", async { tokio::join!(asking, reading) }).await;
    server.stop().await;
}
