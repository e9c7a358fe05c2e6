//! Many calls at a time on one connection: told apart, cancelled, and answered to the end.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};
use tidegate_handler::Context;
use tidegate_testkit::{
    Lines,
    lines::{claiming, notification, request},
};
use tokio::sync::Semaphore;

use crate::asks::tools::asking;
use crate::faults::tools::{Nothing, echo, server_with, stepping, telling, text, waiting};

fn call(tool: &str, arguments: Value) -> Value {
    json!({ "name": tool, "arguments": arguments })
}

#[tokio::test(start_paused = true)]
async fn what_calls_say_comes_before_their_answers_and_names_them() {
    let (count, permits) = stepping();
    let mut client = Lines::to(server_with("count", count));
    client.open("2025-11-25", json!({})).await;
    let counted = call("count", json!({ "n": 3 }));
    client
        .send(&request(1, "tools/call", counted.clone()))
        .await;
    client.send(&claiming("b", "tools/call", counted)).await;
    let mut said = std::collections::HashMap::new();
    let mut answered = 0;
    while answered < 2 {
        permits.add_permits(1);
        let message = client.message().await;
        if message.get("method").is_none() {
            assert_eq!(text(&message["result"]), "done");
            assert_eq!(
                said[&message["id"].to_string()],
                3,
                "all came before the answer"
            );
            answered += 1;
            continue;
        }
        assert_eq!(message["method"], "notifications/message");
        let owner = &message["params"]["_meta"]["tidegate/requestId"];
        let count = said.entry(owner.to_string()).or_insert(0);
        *count += 1;
        assert_eq!(message["params"]["data"], count.to_string());
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_holds_nobody_up() {
    let (tell, mut heard) = telling();
    let mut client = Lines::to(server_with("wait", waiting(tell)));
    client.open("2025-06-18", json!({})).await;
    client
        .send(&request(1, "tools/call", call("wait", json!({}))))
        .await;
    assert_eq!(heard.recv().await, Some("begun"));
    client.send(&request(2, "ping", json!({}))).await;
    client
        .send(&claiming(
            3,
            "tools/call",
            call("echo", json!({ "message": "ahoy" })),
        ))
        .await;
    assert_eq!(client.answer(2).await["result"], json!({}));
    assert_eq!(text(&client.answer(3).await["result"]), "ahoy");
    // Its id is taken as long as it runs.
    client
        .send(&request(1, "tools/call", call("wait", json!({}))))
        .await;
    assert_eq!(client.answer(1).await["error"]["code"], -32600);
}

#[tokio::test(start_paused = true)]
async fn either_era_cancels_by_id() {
    let (tell, mut heard) = telling();
    let mut client = Lines::to(server_with("wait", waiting(tell)));
    client.open("2025-06-18", json!({})).await;
    let wait = call("wait", json!({}));
    for ask in [
        request(7, "tools/call", wait.clone()),
        claiming(7, "tools/call", wait.clone()),
    ] {
        client.send(&ask).await;
        assert_eq!(heard.recv().await, Some("begun"));
        assert_eq!(client.message().await["method"], "notifications/message");
        client
            .send(&notification(
                "notifications/cancelled",
                json!({ "requestId": 7 }),
            ))
            .await;
        assert_eq!(heard.recv().await, Some("dropped"));
    }
    // No answer came: the next message is the next request's.
    client.send(&request(8, "ping", json!({}))).await;
    assert_eq!(client.message().await["id"], 8);
}

#[tokio::test]
async fn a_thousand_calls_with_cancels_lose_none() {
    const CALLS: u64 = 1_000;
    let gate = Arc::new(Semaphore::new(0));
    let shut = Arc::clone(&gate);
    let tool = move |args: Nothing, cx: Context| {
        let gate = Arc::clone(&shut);
        async move {
            cx.progress(1.0, None).await;
            let _open = gate.acquire().await;
            cx.progress(2.0, None).await;
            args["n"].to_string()
        }
    };
    let mut client = Lines::to(server_with("gate", tool));
    client.open("2025-06-18", json!({})).await;
    let mut expected = BTreeSet::new();
    for n in 0..CALLS {
        let mut params = call("gate", json!({ "n": n }));
        params["_meta"] = json!({ "progressToken": n });
        let id = n + 100;
        let ask = if n % 2 == 0 {
            request(id, "tools/call", params)
        } else {
            claiming(id, "tools/call", params)
        };
        client.send(&ask).await;
        assert_eq!(client.message().await["params"]["progressToken"], n);
        if n % 3 == 0 {
            let cancelled = json!({ "requestId": id });
            client
                .send(&notification("notifications/cancelled", cancelled))
                .await;
        } else {
            expected.insert(id);
        }
    }
    // Whoever is cancelled is cancelled before the gate opens.
    client.send(&request(0, "ping", json!({}))).await;
    client.answer(0).await;
    gate.add_permits(usize::try_from(CALLS).expect("fits"));
    client.end().await;
    let mut progress = BTreeSet::new();
    while let Some(message) = client.next().await {
        if message.get("method").is_some() {
            assert!(progress.insert(message["params"]["progressToken"].as_u64()));
            continue;
        }
        let id = message["id"].as_u64().expect("an id");
        assert!(
            progress.contains(&Some(id - 100)),
            "its progress came first"
        );
        assert_eq!(text(&message["result"]), (id - 100).to_string());
        assert!(
            expected.remove(&id),
            "{id} was cancelled, or answered twice"
        );
    }
    assert!(expected.is_empty(), "{expected:?} were never answered");
    client.ended().await.expect("a good end");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_input_lets_calls_end() {
    let (count, permits) = stepping();
    let mut client = Lines::to(server_with("count", count));
    client
        .send(&claiming(1, "tools/call", call("count", json!({ "n": 2 }))))
        .await;
    permits.add_permits(1);
    client.message().await;
    client.end().await;
    permits.add_permits(1);
    assert_eq!(text(&client.answer(1).await["result"]), "done");
    client.ended().await.expect("a good end");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_end_is_left_after_a_while() {
    let (tell, mut heard) = telling();
    let mut client = Lines::to(server_with("wait", waiting(tell)));
    client.open("2025-06-18", json!({})).await;
    client
        .send(&request(1, "tools/call", call("wait", json!({}))))
        .await;
    assert_eq!(heard.recv().await, Some("begun"));
    client.stop();
    client.ended().await.expect("a good end");
    assert_eq!(heard.recv().await, Some("dropped"));
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_cancels_everything() {
    let (tell, mut heard) = telling();
    let mut client = Lines::to(server_with("wait", waiting(tell)));
    client.open("2025-06-18", json!({})).await;
    client
        .send(&request(1, "tools/call", call("wait", json!({}))))
        .await;
    client
        .send(&claiming(2, "tools/call", call("wait", json!({}))))
        .await;
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(heard.recv().await, Some("begun"));
    let _ = client.hang_up().await;
    assert_eq!(heard.recv().await, Some("dropped"));
    assert_eq!(heard.recv().await, Some("dropped"));
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_rests_loses_nothing() {
    const EACH: u64 = 20_000;
    let tool = |_: Nothing, cx: Context| async move {
        for n in 0..EACH {
            cx.info(n).await;
        }
        "done"
    };
    let mut client = Lines::to(
        tidegate_testkit::server()
            .tool("chat", tool)
            .tool("echo", echo),
    );
    client
        .send(&claiming(1, "tools/call", call("chat", json!({}))))
        .await;
    // Far more than a pipe and all queues hold is said now, to nobody.
    tokio::time::sleep(std::time::Duration::from_secs(30)).await;
    for n in 0..EACH {
        assert_eq!(client.message().await["params"]["data"], n.to_string());
    }
    assert_eq!(text(&client.answer(1).await["result"]), "done");
}

#[tokio::test(start_paused = true)]
async fn a_call_too_many_is_refused_and_not_done_all_the_same() {
    const MOST: u64 = 4_096;
    let (tell, mut heard) = telling();
    let mut client = Lines::to(server_with("wait", waiting(tell)));
    client.open("2025-06-18", json!({})).await;
    for id in 1..=MOST {
        client
            .send(&request(id, "tools/call", call("wait", json!({}))))
            .await;
        assert_eq!(client.message().await["method"], "notifications/message");
        assert_eq!(heard.recv().await, Some("begun"));
    }
    client
        .send(&request(MOST + 1, "tools/call", call("wait", json!({}))))
        .await;
    assert_eq!(client.answer(MOST + 1).await["error"]["code"], -32603);
    assert_eq!(heard.recv().await, Some("begun"));
    assert_eq!(heard.recv().await, Some("dropped"));
    client.send(&request(0, "ping", json!({}))).await;
    client.answer(0).await;
    assert!(heard.try_recv().is_err(), "the others go on");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_cannot_keep_the_server() {
    let tool = |_: Nothing, cx: Context| async move {
        loop {
            cx.info("more").await;
        }
        #[expect(unreachable_code, reason = "it says what it would return")]
        "never"
    };
    let mut client = Lines::to(tidegate_testkit::server().tool("chat", tool));
    client
        .send(&claiming(1, "tools/call", call("chat", json!({}))))
        .await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    client.stop();
    client.ended().await.expect("given up, and no error");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_still_hears_answers() {
    let mut client = Lines::to(asking());
    client
        .open("2025-06-18", json!({ "elicitation": {} }))
        .await;
    client
        .send(&request(1, "tools/call", call("greet", json!({}))))
        .await;
    let asked = client.message().await;
    client.stop();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    client.send(&request(2, "tools/list", json!({}))).await;
    assert_eq!(client.answer(2).await["error"]["code"], -32603);
    let is = json!({ "action": "accept", "content": { "name": "Ann" } });
    client
        .send(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": is }))
        .await;
    assert_eq!(text(&client.answer(1).await["result"]), "Hello, Ann!");
    client.ended().await.expect("a good end");
}
