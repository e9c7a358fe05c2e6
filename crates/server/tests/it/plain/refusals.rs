//! What is refused before anything was said has its status, and a sentence that says how to mend it.

use std::time::Duration;

use serde_json::json;
use tidegate_handler::{Context, Failure};
use tidegate_server::{Config, Fronts, Server};
use tidegate_testkit::{Answer, InMemory, Request, Run, server, soon};

use super::tools::{get, post, tools};
use crate::faults::tools::{Nothing, server_with, telling, waiting};

fn samples(server: Server) -> Server {
    server.fronts(Fronts {
        samples: true,
        ..Fronts::default()
    })
}

async fn refused(request: Request) -> Answer {
    samples(tools()).in_memory_by_path().ask(request).await
}

async fn why(answer: Answer) -> String {
    let body = answer.response().await;
    body["error"]["message"]
        .as_str()
        .expect("a text")
        .to_owned()
}

#[tokio::test(start_paused = true)]
async fn each_fault_has_its_status_and_says_how_to_mend_it() {
    let echo = || Request::new("POST").path("/tools/echo/stream");
    for (request, status, says) in [
        (post("nope", json!({})), 404, "no such tool: nope"),
        (post("%ff", json!({})), 404, "UTF-8"),
        (post("steps", json!({"n": "x"})), 400, "arguments.n"),
        (post("steps", json!({})), 400, "n"),
        (post("echo", json!([1])), 400, "one JSON object"),
        (
            echo().json(json!({})).header("content-type", "text/plain"),
            415,
            "application/json",
        ),
        (
            echo().header("content-type", "application/x-www-form-urlencoded"),
            415,
            "application/json",
        ),
        (
            post("echo", json!({})).accept("application/json"),
            406,
            "text/event-stream",
        ),
        (
            post("echo", json!({})).path("/tools/echo/stream?log=loud"),
            400,
            "debug, info",
        ),
        (
            post("echo", json!({})).path("/tools/echo/stream?lgo=info"),
            400,
            "there is no parameter `lgo`",
        ),
        (
            get("/tools/show/stream?count=x&names=a&text=b"),
            400,
            "`count` is a whole number",
        ),
        (
            get("/tools/show/stream?count=1&count=2"),
            400,
            "`count` is given twice",
        ),
        (get("/stream?n=0"), 400, "from 1 to 10000"),
        (get("/stream?n=10001"), 400, "from 1 to 10000"),
        (get("/stream?interval_ms=60001"), 400, "from 0 to 60000"),
        (get("/stream?interval_ms=soon"), 400, "from 0 to 60000"),
        (get("/stream?format=xml"), 400, "json or text"),
        (
            get("/stream?count=3"),
            400,
            "there are n, interval_ms and format",
        ),
        (
            get("/calculate?a=1&b=2&op=modulo"),
            400,
            "add, subtract, multiply, divide",
        ),
        (
            get("/calculate?a=1&b=2"),
            400,
            "add, subtract, multiply, divide",
        ),
        (get("/calculate?a=one&b=2&op=add"), 400, "`a` is a number"),
        (
            get("/calculate?a=1&b=inf&op=add"),
            400,
            "`b` is missing or no finite number",
        ),
        (get("/calculate?a=1&op=add"), 400, "b=6.5"),
        (
            get("/calculate?a=1&b=2&op=add&c=3"),
            400,
            "there is no parameter `c`",
        ),
        (get("/tools/echo"), 404, "/mcp"),
        (get("/"), 404, "/mcp"),
    ] {
        let name = format!("{request:?}");
        let answer = refused(request).await;
        assert_eq!(answer.status, status, "{name}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let why = why(answer).await;
        assert!(why.contains(says), "{name}: {why}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_no_json_is_refused() {
    let door = tools().in_memory_by_path();
    for body in ["{", "{} {}", "{},\"name\":\"steps\"", "\u{1}"] {
        let mut connection = door.connect().await;
        let request = post("echo", json!({})).with_body(body.as_bytes());
        connection.write(&request).await.expect("the server reads");
        assert_eq!(connection.answer().await.status, 400, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_right_methods_are_named() {
    for (method, path, allow) in [
        ("GET", "/tools/steps/stream?n=1", "POST"),
        ("HEAD", "/tools/steps/stream", "POST"),
        ("PUT", "/tools/steps/stream", "POST"),
        ("HEAD", "/tools/echo/stream", "GET, POST"),
        ("DELETE", "/tools/echo/stream", "GET, POST"),
        ("POST", "/stream", "GET"),
        ("HEAD", "/stream", "GET"),
        ("OPTIONS", "/calculate", "GET"),
    ] {
        let answer = refused(Request::new(method).path(path)).await;
        assert_eq!(answer.status, 405, "{method} {path}");
        assert_eq!(answer.header("allow"), Some(allow), "{method} {path}");
    }
    let endpoint = refused(Request::new("PUT")).await;
    assert_eq!(endpoint.header("allow"), Some("POST, GET, DELETE"));
}

#[tokio::test(start_paused = true)]
async fn fronts_that_are_off_are_not_there() {
    let door = tools().in_memory_by_path();
    assert_eq!(door.ask(get("/stream")).await.status, 404);
    let off = tools().fronts(Fronts {
        tools: false,
        ..Fronts::default()
    });
    let door = off.in_memory_by_path();
    assert_eq!(door.ask(post("echo", json!({}))).await.status, 404);
}

#[tokio::test]
async fn a_listening_server_has_the_fronts_too() {
    let server = samples(tools()).run().await;
    assert_eq!(server.ask(get("/stream?n=1")).await.status, 200);
    assert_eq!(server.ask(post("echo", json!({}))).await.status, 200);
    assert_eq!(
        why(server.ask(get("/nowhere")).await).await,
        "nothing is served at this path; the endpoint is /mcp"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_call_too_many_is_told_to_come_again() {
    let (tell, mut heard) = telling();
    let config = Config {
        max_calls: 1,
        max_streams: 1,
        ..Config::default()
    };
    let server = samples(server_with("wait", waiting(tell)).config(config))
        .run()
        .await;
    let first = server.ask(post("wait", json!({}))).await;
    assert_eq!(heard.recv().await, Some("begun"));
    let second = server.ask(post("wait", json!({}))).await;
    assert_eq!(
        (second.status, second.header("retry-after")),
        (503, Some("1"))
    );
    drop(first);

    let stream = server.ask(get("/stream")).await;
    let another = server.ask(get("/stream")).await;
    assert_eq!(
        (another.status, another.header("retry-after")),
        (503, Some("5"))
    );
    drop(stream);
    server.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_that_comes_soon_and_silently_has_its_status() {
    let slow = |_: Nothing| async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Err::<String, _>(Failure::busy("come again"))
    };
    let later = |_: Nothing, _: Context| async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Err::<String, _>(Failure::internal("broken"))
    };
    let door = server()
        .tool("slow", slow)
        .tool("later", later)
        .in_memory_by_path();
    let soon_refused = door.ask(post("slow", json!({}))).await;
    assert_eq!(
        (soon_refused.status, soon_refused.header("retry-after")),
        (503, Some("5"))
    );
    let late = door.ask(post("later", json!({}))).await;
    assert_eq!(late.status, 200, "by then the stream stands");
    assert_eq!(late.typed_rest().await.0, ["error"]);
}

#[tokio::test]
async fn a_body_too_large_is_413_and_a_call_too_long_is_told_in_its_result() {
    let (tell, _heard) = telling();
    let config = Config {
        max_body: 64,
        call_deadline: Duration::from_millis(50),
        ..Config::default()
    };
    let server = server_with("wait", waiting(tell))
        .config(config)
        .run()
        .await;
    let large = post("echo", json!({"message": "~".repeat(100)}));
    assert_eq!(server.ask(large).await.status, 413);
    let answer = server.ask(post("wait", json!({}))).await;
    let (kinds, result) = soon("the deadline", answer.typed_rest()).await;
    assert_eq!(kinds, ["log", "result"]);
    assert_eq!(result["isError"], true);
    server.stop().await;
}
