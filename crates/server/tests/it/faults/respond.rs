//! How an answer looks when the server, or its caller, will have it one way.

use serde_json::json;
use tidegate_handler::Context;
use tidegate_server::Respond;
use tidegate_testkit::{InMemory, Request, Session, call};
use tokio::time::{Duration, sleep};

use super::tools::{Count, logged, say, server_with, text};

async fn talk(args: Count, cx: Context) -> &'static str {
    for number in 0..args.n {
        cx.info(number).await;
        sleep(Duration::from_millis(1)).await;
    }
    "said"
}

const JSON: &str = "application/json";
const SSE: &str = "text/event-stream";

fn talking(n: u32) -> Request {
    call("talk", json!({ "n": n })).logs("info")
}

#[tokio::test(start_paused = true)]
async fn a_server_of_json_leaves_notifications_out_and_waits_for_nothing_else() {
    let door = server_with("talk", talk).respond(Respond::Json).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    // More than a lane holds: what nobody reads must not hold the tool up.
    for request in [talking(3_000), session.call("talk", json!({ "n": 3_000 }))] {
        let answer = door.ask(request).await;
        assert_eq!(answer.header("content-type"), Some(JSON));
        let (messages, _) = answer.rest().await;
        assert_eq!(text(&messages[0]["result"]), "said");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_of_streams_answers_even_a_fast_call_with_one() {
    let door = server_with("talk", talk).respond(Respond::Sse).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    for request in [
        call("echo", say("hello")),
        session.call("echo", say("hello")),
    ] {
        let answer = door.ask(request).await;
        assert_eq!(answer.header("content-type"), Some(SSE));
        assert_eq!(text(&answer.result().await), "hello");
    }
    let list = door.ask(session.request("tools/list", json!({}))).await;
    assert_eq!(list.header("content-type"), Some(SSE));
    assert_eq!(
        list.result().await["tools"]
            .as_array()
            .expect("tools")
            .len(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn a_caller_gets_only_what_it_reads() {
    for respond in [Respond::Auto, Respond::Json, Respond::Sse] {
        let door = server_with("talk", talk).respond(respond).in_memory();
        for (accept, expected) in [
            (JSON, JSON),
            ("application/*;q=0.9", JSON),
            ("application/json, text/event-stream;q=0", JSON),
            (SSE, SSE),
            ("text/*", SSE),
        ] {
            let answer = door.ask(talking(3).accept(accept)).await;
            assert_eq!(
                answer.header("content-type"),
                Some(expected),
                "{respond:?} {accept}"
            );
            assert_eq!(text(&answer.result().await), "said");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_reads_anything_gets_what_fits() {
    let door = server_with("talk", talk).in_memory();
    for accept in [
        Some("*/*"),
        Some("text/event-stream, application/json"),
        None,
    ] {
        let with = |request: Request| match accept {
            Some(accept) => request.accept(accept),
            None => request.without("accept"),
        };
        let silent = door.ask(with(call("echo", say("hello")))).await;
        assert_eq!(silent.header("content-type"), Some(JSON), "{accept:?}");
        let talkative = door.ask(with(talking(3))).await;
        assert_eq!(talkative.header("content-type"), Some(SSE), "{accept:?}");
        let (messages, _) = talkative.rest().await;
        assert_eq!(logged(&messages), ["0", "1", "2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_reads_neither_is_told_what_there_is() {
    let door = server_with("talk", talk).in_memory();
    for accept in ["text/html", "image/*", "application/json;q=0"] {
        let answer = door.ask(call("echo", say("hello")).accept(accept)).await;
        assert_eq!(answer.status, 406, "{accept}");
        assert_eq!(answer.header("content-type"), Some(JSON));
        assert_eq!(answer.error().await, -32600);
    }
}
