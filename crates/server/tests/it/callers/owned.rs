//! Sessions, what can be resumed, connections and tasks are bound to whoever began them.

use std::sync::Arc;

use serde_json::json;
use tidegate_testkit::{Door, Event, InMemory, Request, Run, Session, modern};

use super::tools::guarded;
use crate::{
    faults::tools::stepping,
    tasks::tools::{about, durable},
};

/// What eve tries who has learnt an id of alice's is as if there were no such thing.
async fn is_nobodys(door: &Door, request: Request) {
    for token in ["bob", "slow"] {
        let answer = door.ask(request.clone().bearer(token)).await;
        assert_eq!(answer.status, 404, "{request:?}");
        assert_eq!(answer.header("www-authenticate"), None);
        assert_eq!(answer.error().await, -32001, "{request:?}");
    }
}

#[tokio::test]
async fn a_session_is_whose_it_was_opened_by() {
    let register = Arc::default();
    let door = guarded(&register).in_memory();
    let session = Session::open_as(&door, "2025-11-25", "alice").await;
    let list = session.request("tools/list", json!({}));
    for request in [list.clone(), session.get(), session.delete()] {
        is_nobodys(&door, request.clone()).await;
        let nobody = request.without("authorization");
        assert_eq!(door.ask(nobody).await.status, 401);
    }
    assert_eq!(door.ask(list).await.status, 200);
    let left = door.ask(session.delete()).await;
    assert_eq!(left.status, 204);
}

#[tokio::test]
async fn a_session_is_not_recognised_on_anothers_request_over_the_same_connection() {
    let register = Arc::default();
    let server = guarded(&register).run().await;
    let session = Session::open_as(&server, "2025-11-25", "alice").await;
    let list = session.request("tools/list", json!({}));
    let answer = server.connect().await.send(list.clone()).await;
    assert_eq!(answer.status, 200);
    let (_, connection) = answer.rest().await;
    let answer = connection.send(list.bearer("bob")).await;
    assert_eq!(answer.status, 404);
    drop(answer);
    server.stop().await;
}

#[tokio::test]
async fn what_a_call_said_is_resumed_by_its_caller_alone() {
    let register = Arc::default();
    let (tool, steps) = stepping();
    let door = guarded(&register).tool("count", tool).in_memory();
    let session = Session::open_as(&door, "2025-11-25", "alice").await;
    steps.add_permits(3);
    let mut answer = session.ask(session.call("count", json!({ "n": 3 }))).await;
    answer.message().await.expect("a step");
    let last = answer.last_event_id().to_owned();
    drop(answer);
    is_nobodys(&door, session.resume(&last)).await;
    // In a session of his own the event is none of bob's either.
    let own = Session::open_as(&door, "2025-11-25", "bob").await;
    let answer = own.ask(own.resume(&last)).await;
    assert_eq!((answer.status, answer.error().await), (404, -32001));
    assert_eq!(session.ask(session.resume(&last)).await.status, 200);
}

#[tokio::test]
async fn a_key_of_http_sse_opens_for_whoever_it_was_given_to() {
    let register = Arc::default();
    let door = guarded(&register).in_memory_by_path();
    let open = Request::new("GET").accept("text/event-stream").at("/sse");
    let mut stream = door.ask(open.bearer("alice")).await;
    let Some(Event::Message(endpoint)) = stream.event().await else {
        panic!("where are messages posted?");
    };
    let ping = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let post = Request::post(ping).at(&endpoint);
    assert_eq!(door.ask(post.clone()).await.status, 401);
    assert_eq!(door.ask(post.clone().bearer("bob")).await.status, 404);
    assert_eq!(door.ask(post.bearer("alice")).await.status, 202);
}

#[tokio::test]
async fn a_task_is_its_callers() {
    let register = Arc::default();
    let (tool, _steps) = stepping();
    let spec = tidegate_handler::ToolSpec::new("count").durable();
    let door = guarded(&register).tool(spec, tool).in_memory();
    let begin = durable("count")
        .param("arguments", json!({ "n": 1 }))
        .bearer("alice");
    let created = door.ask(begin).await.result().await;
    let id = created["taskId"].as_str().expect("a task");
    for method in ["tasks/get", "tasks/cancel"] {
        let answer = door.ask(about(method, id).bearer("bob")).await;
        assert_eq!(answer.error().await, -32602, "{method}");
    }
    let answer = door.ask(about("tasks/get", id).bearer("alice")).await;
    assert_eq!(answer.result().await["taskId"], id);
}

#[tokio::test]
async fn a_modern_request_is_asked_each_time() {
    let register = Arc::default();
    let door = guarded(&register).in_memory();
    for method in ["server/discover", "tools/list", "subscriptions/listen"] {
        let answer = door
            .ask(modern(method, json!({ "notifications": {} })))
            .await;
        assert_eq!(answer.status, 401, "{method}");
    }
}
