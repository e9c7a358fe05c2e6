//! Handlers wrapped by handlers, as their callers see them.

use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;
use tidegate_handler::{
    Call, Caller, Failure, HandlerExt, Router,
    layer::{Audit, Policy, Record},
};
use tidegate_server::Server;
use tidegate_testkit::{InMemory, Run, Session, call, soon};

use super::tools::{Nothing, echo, say, telling, text, waiting};

/// Lets nobody but sessions call `secret`.
fn only_sessions(call: &Call, caller: &Caller) -> Result<(), Failure> {
    let is_secret = call
        .name
        .as_ref()
        .is_some_and(|name| name.as_str() == "secret");
    if is_secret && caller.session.is_none() {
        return Err(Failure::invalid_params("open a session first"));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_policy_judges_each_call_by_its_content_and_its_caller() {
    let router = Router::new("under test", "1.0.0")
        .tool("echo", echo)
        .tool("secret", |_: Nothing| async { "the oak" });
    let door = Server::from_handler(router.layer(Policy::new(only_sessions))).in_memory();
    let session = Session::open(&door, "2025-11-25").await;

    let refused = door.ask(call("secret", json!({}))).await.response().await;
    assert_eq!(refused["error"]["code"], -32602);
    assert_eq!(refused["error"]["message"], "open a session first");
    let allowed = door
        .ask(session.call("secret", json!({})))
        .await
        .result()
        .await;
    assert_eq!(text(&allowed), "the oak");
    let other = door.ask(call("echo", say("hello"))).await.result().await;
    assert_eq!(text(&other), "hello");
}

#[tokio::test]
async fn an_audit_writes_down_each_call_however_it_ends() {
    let written: Arc<Mutex<Vec<(String, bool, bool)>>> = Arc::default();
    let book = Arc::clone(&written);
    let write = move |record: &Record, _: &Caller| {
        let name = record
            .name
            .as_ref()
            .map_or("", |name| name.as_str())
            .to_owned();
        book.lock().push((name, record.done, record.dropped));
    };
    let (tell, mut heard) = telling();
    let router = Router::new("under test", "1.0.0")
        .tool("echo", echo)
        .tool("fail", |_: Nothing| async {
            Err::<String, _>(Failure::tool("no"))
        })
        .tool("wait", waiting(tell));
    let server = Server::from_handler(router.layer(Audit::new(write)))
        .run()
        .await;

    server.ask(call("echo", say("hello"))).await.result().await;
    server.ask(call("fail", json!({}))).await.result().await;
    let mut connection = server.connect().await;
    connection
        .write(&call("wait", json!({})).bytes())
        .await
        .expect("the server reads");
    assert_eq!(soon("the call", heard.recv()).await, Some("begun"));
    drop(connection);
    assert_eq!(soon("its end", heard.recv()).await, Some("dropped"));
    server.stop().await;

    let written = written.lock();
    let name = |name: &str| name.to_owned();
    assert_eq!(
        *written,
        [
            (name("echo"), true, false),
            (name("fail"), false, false),
            (name("wait"), false, true)
        ]
    );
}
