//! What a tool's callers need beside being known.

use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_handler::ToolSpec;
use tidegate_server::Server;
use tidegate_testkit::{InMemory, Lines, Request, Session, call, lines::claiming, server};

use super::tools::{Register, guarded};
use crate::faults::tools::echo;

fn with_notes(server: Server) -> Server {
    let spec = ToolSpec::new("note")
        .scopes(["notes:write", "notes:read"])
        .read_only();
    server.tool(spec, echo)
}

fn arguments() -> Value {
    json!({ "message": "hi" })
}

#[tokio::test]
async fn who_lacks_a_scope_is_told_all_that_the_call_needs() {
    let register: Arc<Register> = Arc::default();
    let door = with_notes(guarded(&register)).in_memory_by_path();
    let session = Session::open_as(&door, "2025-11-25", "bob").await;
    let plain = Request::new("POST")
        .at("/tools/note/stream")
        .json(arguments());
    let asked = Request::new("GET").at("/tools/note/stream?message=hi");
    for request in [
        call("note", arguments()),
        session.call("note", arguments()),
        plain.clone(),
        asked,
    ] {
        let answer = door.ask(request.clone().bearer("bob")).await;
        assert_eq!(answer.status, 403, "{request:?}");
        let challenge = answer.header("www-authenticate").expect("a challenge");
        assert_eq!(
            challenge,
            r#"Bearer error="insufficient_scope", scope="notes:read notes:write""#
        );
        assert_eq!(answer.error().await, -32600);
    }
    for request in [call("note", arguments()), plain] {
        assert_eq!(door.ask(request.bearer("alice")).await.status, 200);
    }
    // What needs nothing is for all who are known.
    let answer = door.ask(call("echo", arguments()).bearer("bob")).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn without_authentication_nobody_calls_it() {
    let door = with_notes(server()).in_memory();
    let answer = door.ask(call("note", arguments())).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("www-authenticate"), None);
}

#[tokio::test]
async fn whoever_starts_the_process_may_call_it() {
    let mut lines = Lines::to(with_notes(server()));
    let params = json!({ "name": "note", "arguments": arguments() });
    lines.send(&claiming(1, "tools/call", params)).await;
    let answer = lines.answer(1).await;
    assert!(answer["result"].is_object(), "{answer}");
}
