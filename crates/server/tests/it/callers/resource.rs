//! Where clients learn who issues tokens for the endpoint, and which scopes to ask for.

use std::sync::Arc;

use serde_json::json;
use tidegate_server::{
    Server,
    auth::{Policy, Resource, Scopes},
};
use tidegate_testkit::{InMemory, Request, call};

use super::tools::{Register, guarded};

fn published() -> Server {
    let register: Arc<Register> = Arc::default();
    let resource = Resource::new("https://tide.example/base", "/mcp")
        .and_then(|resource| resource.issued_by("https://issuer.example"))
        .expect("good URLs")
        .scopes(&Scopes::read("notes:read"));
    let policy = Policy::new()
        .all(&["notes:read".to_owned()])
        .and_then(|policy| policy.tool("echo", &["notes:write".to_owned()]))
        .expect("good scopes");
    guarded(&register)
        .protected_resource(resource)
        .policy(policy)
}

const METADATA: &str = concat!(
    r#"resource_metadata="https://tide.example/"#,
    r#".well-known/oauth-protected-resource/base/mcp""#
);

#[tokio::test]
async fn the_document_is_at_every_place_where_clients_look() {
    let door = published().in_memory_by_path();
    for below in ["", "/mcp", "/base/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{below}");
        let answer = door.ask(Request::new("GET").at(&path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let document = answer.response().await;
        assert_eq!(document["resource"], "https://tide.example/base/mcp");
        assert_eq!(
            document["authorization_servers"],
            json!(["https://issuer.example"])
        );
        assert_eq!(document["scopes_supported"], json!(["notes:read"]));
        assert_eq!(document["bearer_methods_supported"], json!(["header"]));
    }
    let root = "/.well-known/oauth-protected-resource";
    assert_eq!(door.ask(Request::new("POST").at(root)).await.status, 405);
    let evil = Request::new("GET").at(root);
    let rebound = evil.clone().header("host", "evil.example");
    assert_eq!(door.ask(rebound).await.status, 403);
    let page = evil.header("origin", "https://evil.example");
    assert_eq!(door.ask(page).await.status, 403);
    let other = Request::new("GET").at(&format!("{root}/other"));
    assert_eq!(door.ask(other).await.status, 401);
}

/// Vector 18.
#[tokio::test]
async fn challenges_say_where_and_what() {
    let door = published().in_memory();
    let echo = call("echo", json!({ "message": "hi" }));
    for (request, status, challenge) in [
        (
            echo.clone(),
            401,
            format!("Bearer {METADATA}, scope=\"notes:read\""),
        ),
        (
            echo.clone().bearer("bob"),
            403,
            format!(
                "Bearer error=\"insufficient_scope\", scope=\"notes:read notes:write\", {METADATA}"
            ),
        ),
        (
            call("count", json!({})).bearer("slow"),
            403,
            format!("Bearer error=\"insufficient_scope\", scope=\"notes:read\", {METADATA}"),
        ),
    ] {
        let answer = door.ask(request.clone()).await;
        assert_eq!(answer.status, status, "{request:?}");
        assert_eq!(answer.header("www-authenticate"), Some(&*challenge));
    }
    assert_eq!(door.ask(echo.bearer("alice")).await.status, 200);
}
