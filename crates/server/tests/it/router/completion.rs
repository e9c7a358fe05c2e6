//! `completion/complete`.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tidegate_handler::{
    Completion, CompletionRequest, Context, Failure, PromptSpec, ResourceRequest, TemplateSpec,
};
use tidegate_testkit::{Door, InMemory, Session, modern, server};

async fn greet(_: BTreeMap<String, String>, _: Context) -> Result<String, Failure> {
    Ok("hello".to_owned())
}

async fn boat(_: ResourceRequest, _: Context) -> Result<String, Failure> {
    Ok("a boat".to_owned())
}

async fn berths(request: CompletionRequest, _: Context) -> Result<Completion, Failure> {
    let harbour = request
        .context
        .get("harbour")
        .ok_or_else(|| Failure::tool("which harbour?"))?;
    let berth = |number: u32| format!("{harbour}-{}{number}", request.value);
    Ok(Completion::new((0..150).map(berth)))
}

fn door() -> Door {
    let greeting = PromptSpec::new("greet")
        .argument("who", "who is greeted", true)
        .argument("how", "how", false);
    server()
        .prompt(greeting, greet)
        .template(TemplateSpec::new("boats://{harbour}/{berth}", "boat"), boat)
        .complete_prompt("greet", "who", ["Ada", "Alan", "Grace"])
        .complete_resource("boats://{harbour}/{berth}", "berth", berths)
        .in_memory()
}

fn asked(reference: Value, name: &str, value: &str) -> Value {
    json!({"ref": reference, "argument": {"name": name, "value": value}})
}

fn prompt(argument: &str, value: &str) -> Value {
    asked(
        json!({"type": "ref/prompt", "name": "greet"}),
        argument,
        value,
    )
}

fn template(variable: &str, value: &str) -> Value {
    let uri = "boats://{harbour}/{berth}";
    asked(json!({"type": "ref/resource", "uri": uri}), variable, value)
}

async fn completed(door: &Door, params: Value) -> Value {
    let answer = door.ask(modern("completion/complete", params)).await;
    answer.result().await["completion"].clone()
}

#[tokio::test]
async fn a_list_completes_in_both_eras() {
    let door = door();
    let expected = json!({"values": ["Ada", "Alan"], "total": 2, "hasMore": false});
    assert_eq!(completed(&door, prompt("who", "a")).await, expected);
    let session = Session::open(&door, "2025-11-25").await;
    let answer = session
        .ask(session.request("completion/complete", prompt("who", "a")))
        .await;
    assert_eq!(answer.result().await["completion"], expected);
}

#[tokio::test]
async fn a_function_completes_with_what_is_settled() {
    let door = door();
    let mut params = template("berth", "b");
    params["context"] = json!({"arguments": {"harbour": "Oban"}});
    let found = completed(&door, params).await;
    assert_eq!(found["values"].as_array().map(Vec::len), Some(100));
    assert_eq!(found["values"][7], "Oban-b7");
    assert_eq!(
        (&found["total"], &found["hasMore"]),
        (&json!(150), &json!(true))
    );
}

#[tokio::test]
async fn what_has_no_completer_is_completed_by_nothing() {
    let door = door();
    for known in [prompt("how", "k"), template("harbour", "o")] {
        let found = completed(&door, known).await;
        assert_eq!(found, json!({"values": [], "hasMore": false}));
    }
}

#[tokio::test]
async fn what_is_unknown_or_malformed_is_refused() {
    let door = door();
    let stranger = asked(json!({"type": "ref/prompt", "name": "x"}), "who", "");
    let elsewhere = asked(json!({"type": "ref/resource", "uri": "x://{a}"}), "a", "");
    for params in [
        prompt("whom", "a"),
        template("boat", "a"),
        stranger,
        elsewhere,
        asked(json!({"type": "ref/tool", "name": "greet"}), "who", ""),
        json!({"ref": {"type": "ref/prompt", "name": "greet"}}),
    ] {
        let answer = door
            .ask(modern("completion/complete", params.clone()))
            .await;
        assert_eq!(answer.error().await, -32602, "{params}");
    }
    // A completer that fails has no result to say so in.
    let answer = door
        .ask(modern("completion/complete", template("berth", "b")))
        .await;
    assert_eq!(answer.error().await, -32603);
}

#[tokio::test]
async fn it_is_offered_only_where_something_completes() {
    let says = async |door: &Door| {
        let answer = door.ask(modern("server/discover", json!({}))).await;
        answer.result().await["capabilities"]["completions"].clone()
    };
    assert_eq!(says(&door()).await, json!({}));
    let bare = server().prompt("greet", greet).in_memory();
    assert_eq!(says(&bare).await, Value::Null);
    let answer = bare
        .ask(modern("completion/complete", prompt("who", "a")))
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.error().await, -32601);
}

#[test]
fn completing_what_is_not_there_is_a_problem() {
    for broken in [
        server().complete_prompt("greet", "who", ["Ada"]),
        server()
            .prompt("greet", greet)
            .complete_prompt("greet", "who", ["Ada"]),
        server().complete_resource("boats://{berth}", "berth", ["1"]),
    ] {
        let error = broken.try_service().expect_err("refused");
        assert!(error.to_string().contains("not there"), "{error}");
    }
    let twice = server()
        .prompt(PromptSpec::new("greet").argument("who", "who", true), greet)
        .complete_prompt("greet", "who", ["Ada"])
        .complete_prompt("greet", "who", ["Alan"]);
    let error = twice.try_service().expect_err("refused");
    assert!(error.to_string().contains("twice"), "{error}");
}
