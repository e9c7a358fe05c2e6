use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Map, Value, json};
use tidegate_era::Revision;
use tidegate_model::{Failure, Id, Method, Outcome, Raw, Text};
use tidegate_session::Watched;

use super::*;
use crate::{
    context::Lent,
    router::{ResourceRequest, ResourceSpec, TemplateSpec},
};

type Any = Map<String, Value>;

fn context() -> Context {
    let lent = Lent {
        framing: tidegate_era::encode::Framing::Sse,
        progress_token: None,
        log_level: None,
        traceparent: None,
        tracestate: None,
        shared_as: None,
        returned: None,
    };
    Context::new(Caller::new(Revision::V2026_07_28.facts()), lent)
}

fn ask(method: Method, name: &str) -> Call {
    Call {
        id: Id::Number(1),
        method,
        params: Raw::empty_object(),
        name: Some(Text::from(name.to_owned())),
        uri: None,
        arguments: None,
        cursor: None,
        input_responses: None,
        request_state: None,
        meta: tidegate_model::Meta::default(),
    }
}

async fn tools(live: &Live) -> Vec<String> {
    let list = live.call(ask(Method::ToolsList, ""), context());
    let Outcome::Complete(list) = list.outcome().await else {
        panic!("a list");
    };
    let list: Value = list.result.decode().expect("JSON");
    let tools = list["tools"].as_array().expect("tools");
    let name = |tool: &Value| tool["name"].as_str().expect("a name").to_owned();
    tools.iter().map(name).collect()
}

fn told(live: &Live, seen: u64) -> Vec<Change> {
    let watched = Watched {
        tools: true,
        resources: true,
        prompts: true,
        uris: std::sync::Arc::new(["memo://a".to_owned()].into()),
    };
    let bulletin = &live.shared.bulletin;
    let news = bulletin.between(seen, bulletin.version(), &watched);
    news.into_iter().map(|news| news.change).collect()
}

async fn memo(_: ResourceRequest, _: Context) -> Result<String, Failure> {
    Ok("a memo".to_owned())
}

async fn greet(_: Any, _: Context) -> Result<String, Failure> {
    Ok("hello".to_owned())
}

#[tokio::test]
async fn what_changed_is_there_and_told_and_nothing_else() {
    let live = Live::new(Router::new("t", "1").tool("a", async |_: Any| "a"));
    for (change, expected) in [
        (
            (|router: Router| router.tool("b", async |_: Any| "b")) as fn(Router) -> Router,
            &[Change::Tools][..],
        ),
        (
            |router| router.resource(ResourceSpec::new("memo://a", "a"), memo),
            &[Change::Resources],
        ),
        (
            |router| router.template(TemplateSpec::new("memo://{x}", "x"), memo),
            &[Change::Resources],
        ),
        (|router| router.prompt("greet", greet), &[Change::Prompts]),
        (|router| router, &[]),
        (
            |router| {
                router
                    .without_tool("a")
                    .tool("a", async |_: Any| "another, of the same looks")
            },
            // It stands last now.
            &[Change::Tools],
        ),
        (
            |router| {
                let router = router.without_tool("b").without_resource("memo://a");
                router
                    .without_template("memo://{x}")
                    .without_prompt("greet")
            },
            &[Change::Tools, Change::Resources, Change::Prompts],
        ),
        (|router| router.without_tool("none"), &[]),
    ] {
        let seen = live.shared.bulletin.version();
        live.change(change).expect("changed");
        assert_eq!(told(&live, seen), expected);
    }
    assert_eq!(tools(&live).await, ["a"]);
    let seen = live.shared.bulletin.version();
    live.resource_changed("memo://a");
    assert_eq!(told(&live, seen), [Change::Resource("memo://a".to_owned())]);
}

#[tokio::test]
async fn a_change_with_problems_is_none() {
    let live = Live::new(Router::new("t", "1").tool("a", async |_: Any| "a"));
    let seen = live.shared.bulletin.version();
    let error = live
        .change(|router| {
            router
                .tool("a", async |_: Any| "again")
                .tool("b c", async |_: Any| "")
        })
        .expect_err("refused");
    assert_eq!(error.problems().len(), 2, "{error}");
    assert!(told(&live, seen).is_empty());
    assert_eq!(tools(&live).await, ["a"]);
    live.change(|router| router.tool("b", async |_: Any| "b"))
        .expect("the refused one is forgotten");
}

#[tokio::test]
async fn a_call_that_runs_keeps_what_it_began_with() {
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let wait = Arc::new(parking_lot::Mutex::new(Some(wait)));
    let live = Live::new(Router::new("t", "1").tool("slow", move |_: Any| {
        let wait = wait.lock().take();
        async move {
            let _ = wait.expect("called once").await;
            "the old one"
        }
    }));
    let reply = live.call(ask(Method::ToolsCall, "slow"), context());
    live.change(|router| router.without_tool("slow"))
        .expect("changed");
    go.send(()).expect("it runs");
    let Outcome::Complete(done) = reply.outcome().await else {
        panic!("done");
    };
    assert!(done.result.as_str().contains("the old one"));
    let gone = live.call(ask(Method::ToolsCall, "slow"), context());
    assert!(matches!(gone.outcome().await, Outcome::Failed(_)));
}

#[tokio::test]
async fn a_tool_changes_the_router_it_is_in_and_does_not_keep_it() {
    let live = Live::new(Router::new("t", "1"));
    let handle = live.handle();
    let tool = move |_: Any| {
        let handle = handle.clone();
        async move {
            handle.change(|router| router.tool("grown", async |_: Any| "grown"))?;
            Ok::<_, Failure>("done")
        }
    };
    live.change(|router| router.tool("grow", tool))
        .expect("changed");
    let grown = live.call(ask(Method::ToolsCall, "grow"), context());
    assert!(matches!(grown.outcome().await, Outcome::Complete(_)));
    assert_eq!(tools(&live).await, ["grow", "grown"]);

    let handle = live.handle();
    drop(live);
    assert!(handle.live().is_none());
    let error = handle.change(|router| router).expect_err("gone");
    assert!(error.is_gone());
    handle.resource_changed("memo://a");
}

#[test]
fn a_change_inside_a_change_is_refused_and_a_panic_ends_one() {
    let live = Live::new(Router::new("t", "1"));
    let inner = live.clone();
    live.change(move |router| {
        let error = inner.change(|router| router).expect_err("nested");
        assert!(error.to_string().contains("cannot"), "{error}");
        router
    })
    .expect("the outer one goes on");
    let panicking = std::panic::AssertUnwindSafe(|| live.change(|_| panic!("on purpose")));
    assert!(std::panic::catch_unwind(panicking).is_err());
    live.change(|router| router).expect("changes go on");
}

#[test]
fn changes_from_many_threads_are_all_made() {
    let live = Live::new(Router::new("t", "1"));
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    let name = format!("t{}", next.fetch_add(1, Ordering::Relaxed));
                    live.change(|router| router.tool(name, async |_: Any| ""))
                        .expect("changed");
                }
            });
        }
    });
    assert_eq!(live.shared.router.load().tools.len(), 100);
}

#[test]
fn it_says_that_it_changes_and_a_plain_router_does_not() {
    let says = |handler: &dyn Handler| {
        let caller = Caller::new(Revision::V2026_07_28.facts());
        let Offered::Now(offer) = handler.offer(&caller) else {
            panic!("now");
        };
        serde_json::to_value(&offer.capabilities).expect("JSON")
    };
    let router = Router::new("t", "1").tool("a", async |_: Any| "a");
    assert_eq!(says(&router), json!({"tools": {}, "logging": {}}));
    let live = Live::new(router);
    let expected = json!({
        "tools": {"listChanged": true},
        "resources": {"listChanged": true, "subscribe": true},
        "prompts": {"listChanged": true},
        "logging": {},
    });
    assert_eq!(says(&live), expected);
    live.change(|_| Router::new("another", "2"))
        .expect("changed");
    assert_eq!(says(&live), expected);
}
