//! Schemas as written, results that keep what they promise, and content for older callers.

use serde_json::{Map, Value, json};
use tidegate_handler::{Content, Failure, Raw, ToolOutput, ToolSpec};
use tidegate_testkit::{Door, InMemory, Session, call, modern, server};

type Any = Map<String, Value>;

/// Answers with the argument `value` as structured content, or without any.
async fn say(args: Any) -> Result<ToolOutput, Failure> {
    match args.get("value") {
        Some(value) => Ok(ToolOutput::structured(value.clone())),
        None if args.contains_key("fail") => Err(Failure::tool("it did not work")),
        None => Ok(ToolOutput::new(vec![Content::text("nothing to say")])),
    }
}

async fn blocks(_: Any) -> Vec<Content> {
    vec![
        Content::text("calm"),
        Content::audio([0; 4], "audio/wav"),
        Content::link("memo://a", "a"),
    ]
}

fn door() -> Door {
    let numbers = json!({"type": "array", "items": {"type": "integer"}});
    let object = json!({"type": "object", "required": ["a"]});
    server()
        .tool(ToolSpec::new("numbers").output_schema(numbers), say)
        .tool(ToolSpec::new("object").output_schema(object), say)
        .tool("free", say)
        .tool("blocks", blocks)
        .in_memory()
}

async fn listed(door: &Door, session: Option<&Session>) -> Value {
    let list = match session {
        Some(session) => session.ask(session.request("tools/list", json!({}))).await,
        None => door.ask(modern("tools/list", json!({}))).await,
    };
    list.result().await["tools"].clone()
}

#[tokio::test]
async fn schemas_by_hand_are_listed_byte_for_byte() {
    let written = r##"{"type":"object","$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"z":{"$anchor":"zed","type":"string"},"a":{"type":"number","maximum":1.50,"minimum":-1e2}},"properties":{"b":{"$ref":"#/$defs/z"},"a":{"$ref":"#/$defs/a"}},"if":{"required":["a"]},"then":{"required":["b"]},"else":true,"allOf":[{"anyOf":[{},{}]}],"x-own":18446744073709551616}"##;
    let raw: Raw = written.parse().expect("JSON");
    let spec = ToolSpec::new("kept")
        .input_schema(raw.clone())
        .output_schema(raw);
    let door = server().tool(spec, say).in_memory();
    let mut answer = door.ask(modern("tools/list", json!({}))).await;
    let body = String::from_utf8(answer.body().await.to_vec()).expect("UTF-8");
    assert!(
        body.contains(&format!("\"inputSchema\":{written}")),
        "{body}"
    );
    assert!(
        body.contains(&format!("\"outputSchema\":{written}")),
        "{body}"
    );
    // And they are what arguments are held against.
    let refused = door.ask(call("kept", json!({"a": 1}))).await.result().await;
    assert_eq!(refused["isError"], true);
}

#[test]
fn schemas_that_cannot_be_kept_are_problems() {
    let away = json!({"type": "object", "properties": {"a": {"$ref": "https://a.example/s"}}});
    let old = json!({"type": "object", "$schema": "http://json-schema.org/draft-04/schema#"});
    for (spec, word) in [
        (
            ToolSpec::new("a").input_schema(away.clone()),
            "Nothing is fetched",
        ),
        (ToolSpec::new("a").output_schema(away), "output schema"),
        (ToolSpec::new("a").input_schema(old), "draft-04"),
        (
            ToolSpec::new("a").input_schema(json!({"type": "array"})),
            "type object",
        ),
        (
            ToolSpec::new("a").output_schema(json!({"type": 7})),
            "output schema",
        ),
    ] {
        let error = server()
            .tool(spec, say)
            .try_service()
            .expect_err(word)
            .to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[tokio::test]
async fn a_result_that_breaks_its_promise_is_the_servers_fault() {
    let door = door();
    let kept = door
        .ask(call("object", json!({"value": {"a": 1}})))
        .await
        .result()
        .await;
    assert_eq!(kept["structuredContent"], json!({"a": 1}));
    assert_eq!(kept["content"][0]["text"], r#"{"a":1}"#);
    let failed = door
        .ask(call("object", json!({"fail": true})))
        .await
        .result()
        .await;
    assert_eq!(failed["isError"], true, "a failure owes no structure");
    for broken in [
        json!({"value": {"b": 1}}),
        json!({"value": null}),
        json!({}),
    ] {
        let answer = door.ask(call("object", broken.clone())).await;
        let answer = answer.response().await;
        assert_eq!(answer["error"]["code"], -32603, "{broken}");
        assert!(
            !answer.to_string().contains("required"),
            "no details: {answer}"
        );
    }
}

#[tokio::test]
async fn a_result_may_be_any_json_for_those_who_can_read_it() {
    let door = door();
    let modern = door
        .ask(call("numbers", json!({"value": [1, 2]})))
        .await
        .result()
        .await;
    assert_eq!(modern["structuredContent"], json!([1, 2]));
    assert_eq!(
        listed(&door, None).await[0]["outputSchema"]["type"],
        "array"
    );
    let null = door
        .ask(call("free", json!({"value": null})))
        .await
        .result()
        .await;
    assert_eq!(null.get("structuredContent"), Some(&Value::Null));

    let session = Session::open(&door, "2025-11-25").await;
    let tools = listed(&door, Some(&session)).await;
    assert_eq!(tools[0].get("outputSchema"), None);
    assert_eq!(tools[1]["outputSchema"]["type"], "object");
    for (tool, value) in [("numbers", json!([1, 2])), ("free", json!(null))] {
        let answer = session
            .ask(session.call(tool, json!({"value": value})))
            .await;
        let answer = answer.result().await;
        assert_eq!(answer.get("structuredContent"), None, "{tool}");
        assert_eq!(answer["content"][0]["text"], value.to_string());
    }
    let answer = session
        .ask(session.call("object", json!({"value": {"a": 1}})))
        .await;
    assert_eq!(answer.result().await["structuredContent"], json!({"a": 1}));
    let broken = session
        .ask(session.call("numbers", json!({"value": ["a"]})))
        .await;
    assert_eq!(broken.error().await, -32603);
}

#[tokio::test]
async fn blocks_that_a_caller_does_not_know_are_text() {
    let door = door();
    for (revision, kinds) in [
        ("2025-03-26", ["text", "audio", "text"]),
        ("2025-06-18", ["text", "audio", "resource_link"]),
        ("2025-11-25", ["text", "audio", "resource_link"]),
    ] {
        let session = Session::open(&door, revision).await;
        let answer = session
            .ask(session.call("blocks", json!({})))
            .await
            .result()
            .await;
        for (index, kind) in kinds.iter().enumerate() {
            assert_eq!(
                answer["content"][index]["type"], *kind,
                "{revision}: {answer}"
            );
        }
        if revision == "2025-03-26" {
            assert_eq!(answer["content"][2]["text"], "[resource a: memo://a]");
        }
    }
}

/// Somebody.
#[derive(serde::Serialize, schemars::JsonSchema)]
struct Person {
    name: &'static str,
}

#[tokio::test(start_paused = true)]
async fn a_result_has_the_form_that_its_schema_says_whatever_it_is() {
    let ann = || Some(Person { name: "Ann" });
    let door = server()
        .tool("somebody", move |_: Any| async move { ann() })
        .tool("nobody", |_: Any| async { None::<Person> })
        .tool("a_word", |_: Any| async { Some("word".to_owned()) })
        .tool("a_number", |_: Any| async { 7 })
        .in_memory();
    let listed = door
        .ask(modern("tools/list", json!({})))
        .await
        .result()
        .await;
    let tools = listed["tools"].as_array().expect("tools");
    for (name, found) in [
        ("somebody", json!({ "result": { "name": "Ann" } })),
        ("nobody", json!({ "result": null })),
        ("a_word", json!({ "result": "word" })),
        ("a_number", json!({ "result": 7 })),
    ] {
        let tool = tools.iter().find(|tool| tool["name"] == name);
        let schema = &tool.expect("listed")["outputSchema"];
        assert_eq!(schema["required"], json!(["result"]), "{name}");
        let result = door.ask(call(name, json!({}))).await.result().await;
        assert_eq!(result["structuredContent"], found, "{name}");
    }
}
