//! What a tool's callers need beside being known.

use std::sync::Arc;

use serde_json::{Value, json};
use tidegate_handler::{Context, Failure, ResourceRequest, ResourceSpec, ToolSpec};
use tidegate_server::{Server, auth::Policy};
use tidegate_testkit::{InMemory, Lines, Request, Session, call, lines::claiming, modern, server};

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

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Plan {
    of: String,
}

/// A server whose resources and prompts need more than being known.
fn with_secrets(register: &Arc<Register>) -> Server {
    let scope = |name: &str| vec![name.to_owned()];
    let policy = Policy::new()
        .all(&scope("notes:read"))
        .and_then(|policy| policy.resource("file:///secret*", &scope("secrets")))
        .and_then(|policy| policy.prompt("plan", &scope("secrets")))
        .expect("good rules");
    let read = |_: ResourceRequest, _: Context| async { Ok::<_, Failure>("hush".to_owned()) };
    guarded(register)
        .resource(ResourceSpec::new("file:///secret", "secret"), read)
        .prompt("plan", |plan: Plan, _: Context| async {
            Ok::<_, Failure>(plan.of)
        })
        .complete_prompt("plan", "of", ["hush"])
        .policy(policy)
}

#[tokio::test]
async fn what_stands_beside_a_name_changes_nothing() {
    let register: Arc<Register> = Arc::default();
    let door = with_secrets(&register).in_memory();
    let session = Session::open_as(&door, "2025-11-25", "alice").await;
    let of = json!({ "name": "of", "value": "h" });
    let prompt = json!({ "type": "ref/prompt", "name": "plan" });
    let resource = json!({ "type": "ref/resource", "uri": "file:///secret{x}" });
    for (method, params, name) in [
        (
            "resources/read",
            json!({ "uri": "file:///secret", "name": "x" }),
            "file:///secret",
        ),
        (
            "prompts/get",
            json!({ "name": "plan", "uri": "file:///x" }),
            "plan",
        ),
        (
            "completion/complete",
            json!({ "ref": prompt, "argument": of, "name": "x" }),
            "",
        ),
        (
            "completion/complete",
            json!({ "ref": resource, "argument": of }),
            "",
        ),
    ] {
        let modern = match name {
            "" => modern(method, params.clone()).without("mcp-name"),
            name => modern(method, params.clone()).header("mcp-name", name),
        };
        for request in [session.request(method, params), modern] {
            let answer = door.ask(request.bearer("alice")).await;
            assert_eq!(answer.status, 403, "{method}");
            let challenge = answer.header("www-authenticate").expect("a challenge");
            let scopes = "scope=\"notes:read secrets\"";
            assert!(challenge.contains(scopes), "{challenge}");
        }
    }
}

#[tokio::test]
async fn what_everything_needs_is_needed_at_every_door() {
    let register: Arc<Register> = Arc::default();
    let door = with_secrets(&register).in_memory_by_path();
    let ws = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    let open = Request::new("GET").at("/ws");
    let ws = ws
        .iter()
        .fold(open, |open, (name, value)| open.header(name, value));
    let stream = Request::new("GET").accept("text/event-stream");
    for request in [
        Session::initialize("2025-11-25"),
        stream.clone(),
        stream.at("/sse"),
        Request::new("DELETE"),
        ws,
        Request::new("GET").at("/streams"),
        Request::new("GET").at("/stream?n=1&interval_ms=0"),
        modern("tools/list", json!({})),
    ] {
        // `slow` is known, and has no scope at all.
        let answer = door.ask(request.clone().bearer("slow")).await;
        assert_eq!(answer.status, 403, "{request:?}");
    }
}
