//! Any tool at `/tools/{name}/stream`: what it says as it says it, its result last.

use serde_json::{Value, json};
use tidegate_handler::{
    Context, Failure, Level, Step, ToolSpec,
    ask::{Elicit, Field, Form},
};
use tidegate_server::Server;
use tidegate_testkit::{Answer, InMemory, Request, server};

use crate::faults::tools::{Count, Nothing, echo};

async fn steps(args: Count, cx: Context) -> String {
    for number in 1..=args.n {
        cx.debug("a detail").await;
        cx.info(format!("step {number}")).await;
        cx.progress_message(number, f64::from(args.n), "on its way")
            .await;
    }
    "done".to_owned()
}

async fn ask(_: Nothing, cx: Context) -> Result<&'static str, Failure> {
    let form = Form::new().required("sure", Field::boolean());
    cx.ask("sure", Elicit::form("Sure?", form)).await?;
    Ok("answered")
}

/// Fails once it has said something.
async fn late(args: Nothing, cx: Context) -> Result<&'static str, Failure> {
    cx.info("so far so good").await;
    Err(if args.contains_key("broken") {
        Failure::internal("the tool broke")
    } else {
        Failure::tool("no such file")
    })
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Typed {
    count: u32,
    share: Option<f64>,
    names: Vec<String>,
    text: String,
}

async fn show(args: Typed) -> String {
    format!(
        "{} {:?} {:?} {}",
        args.count, args.share, args.names, args.text
    )
}

pub(super) fn tools() -> Server {
    server()
        .tool(ToolSpec::new("echo").read_only(), echo)
        .tool("steps", steps)
        .tool("ask", ask)
        .tool("late", late)
        .tool(ToolSpec::new("show").read_only(), show)
        .stream_tool(ToolSpec::new("three").read_only(), |_: Nothing, _| {
            futures_util::stream::iter([
                Ok(Step::Info("one".to_owned())),
                Ok(Step::Log(Level::Warning, json!({"two": 2}))),
                Ok(Step::Done("three".to_owned())),
            ])
        })
}

pub(crate) fn post(tool: &str, arguments: Value) -> Request {
    Request::new("POST")
        .path(&format!("/tools/{tool}/stream"))
        .json(arguments)
}

pub(crate) fn get(path: &str) -> Request {
    Request::new("GET").path(path)
}

async fn ask_for(request: Request) -> Answer {
    tools().in_memory_by_path().ask(request).await
}

#[tokio::test(start_paused = true)]
async fn lines_are_what_is_read_by_hand() {
    for accept in [None, Some("*/*"), Some("application/x-ndjson")] {
        let request = post("steps", json!({"n": 2}));
        let request = match accept {
            Some(accept) => request.accept(accept),
            None => request,
        };
        let mut answer = ask_for(request).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
        assert_eq!(answer.header("x-accel-buffering"), Some("no"));
        let body = answer.body().await;
        assert_eq!(
            std::str::from_utf8(&body).expect("UTF-8"),
            concat!(
                r#"{"type":"log","level":"info","data":"step 1"}"#,
                "\n",
                r#"{"type":"progress","progress":1,"total":2,"message":"on its way"}"#,
                "\n",
                r#"{"type":"log","level":"info","data":"step 2"}"#,
                "\n",
                r#"{"type":"progress","progress":2,"total":2,"message":"on its way"}"#,
                "\n",
                r#"{"type":"result","content":[{"type":"text","text":"done"}]}"#,
                "\n",
            )
        );
    }
}

#[tokio::test(start_paused = true)]
async fn events_are_what_a_browser_reads() {
    let mut answer = ask_for(post("steps", json!({"n": 1})).accept("text/event-stream")).await;
    assert!(answer.is_stream());
    assert_eq!(
        answer.header("cache-control"),
        Some("no-cache, no-transform")
    );
    let body = answer.body().await;
    assert_eq!(
        std::str::from_utf8(&body).expect("UTF-8"),
        concat!(
            "event: log\ndata: {\"level\":\"info\",\"data\":\"step 1\"}\n\n",
            "event: progress\ndata: {\"progress\":1,\"total\":1,\"message\":\"on its way\"}\n\n",
            "event: result\ndata: {\"content\":[{\"type\":\"text\",\"text\":\"done\"}]}\n\n",
        )
    );
}

#[tokio::test(start_paused = true)]
async fn the_level_of_logs_is_chosen_in_the_query() {
    for (log, logs) in [("debug", 2), ("info", 1), ("warning", 0)] {
        let request =
            post("steps", json!({"n": 1})).path(&format!("/tools/steps/stream?log={log}"));
        let (kinds, _) = ask_for(request).await.typed_rest().await;
        let found = kinds.iter().filter(|kind| *kind == "log").count();
        assert_eq!(found, logs, "{log}");
        assert_eq!(kinds.last().map(String::as_str), Some("result"));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_at_all_is_no_arguments() {
    let request = Request::new("POST").path("/tools/echo/stream");
    let (kinds, result) = ask_for(request).await.typed_rest().await;
    assert_eq!(kinds, ["result"]);
    assert_eq!(result["content"][0]["text"], "nothing");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_only_reads_is_called_by_get_with_typed_arguments() {
    let query = "count=3&share=0.5&names=a,b&text=007%20%26+7";
    for accept in ["*/*", "text/event-stream"] {
        let path = format!("/tools/show/stream?{query}");
        let (_, result) = ask_for(get(&path).accept(accept)).await.typed_rest().await;
        let shown = r#"3 Some(0.5) ["a", "b"] 007 & 7"#;
        assert_eq!(result["content"][0]["text"], shown);
    }
    let (kinds, _) = ask_for(get("/tools/three/stream")).await.typed_rest().await;
    assert_eq!(kinds, ["log", "log", "result"]);
}

#[tokio::test(start_paused = true)]
async fn a_tools_name_may_be_written_with_percents() {
    let (_, result) = ask_for(post("ec%68o", json!({"message": "hi"})))
        .await
        .typed_rest()
        .await;
    assert_eq!(result["content"][0]["text"], "hi");
}

#[tokio::test(start_paused = true)]
async fn a_tool_that_fails_has_a_result_and_a_server_that_breaks_an_error() {
    for accept in ["*/*", "text/event-stream"] {
        let failed = ask_for(post("late", json!({})).accept(accept)).await;
        assert_eq!(failed.status, 200);
        let (kinds, last) = failed.typed_rest().await;
        assert_eq!(kinds, ["log", "result"]);
        assert_eq!(last["isError"], true);
        assert_eq!(last["content"][0]["text"], "no such file");

        let broke = ask_for(post("late", json!({"broken": true})).accept(accept)).await;
        assert_eq!(broke.status, 200, "it had said something already");
        let (kinds, last) = broke.typed_rest().await;
        assert_eq!(kinds, ["log", "error"]);
        assert_eq!(last, json!({"code": -32603, "message": "the tool broke"}));
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_cannot_be_answered_and_the_tool_is_told() {
    let answer = ask_for(post("ask", json!({}))).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.error().await, -32021);
}
