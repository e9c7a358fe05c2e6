//! Lists page by page, and the headers that a tool's schema asks for.

use serde_json::{Value, json};
use tidegate_client::Client;

use crate::fake::{Answer, Fake, Seen};

fn tool(name: &str, annotated: &Value) -> Value {
    json!({"name": name, "inputSchema": {"type": "object", "properties": {"city": annotated}}})
}

fn weather(seen: &Seen) -> Option<Answer> {
    let city = json!({"type": "string", "x-mcp-header": "City"});
    match seen.method() {
        "tools/list" => {
            let bad = json!({"type": "string", "x-mcp-header": "My City"});
            let result = match seen.body["params"]["cursor"].as_str() {
                None => json!({"tools": [tool("weather", &city)], "nextCursor": ""}),
                Some("") => json!({"tools": [tool("bad", &bad)], "nextCursor": "2"}),
                Some(_) => json!({"tools": [tool("plain", &json!({"type": "string"}))]}),
            };
            Some(Answer::json(&seen.response(result)))
        }
        "tools/call" => {
            let wanted = seen.body["params"]["arguments"]["city"].as_str();
            if seen.header("mcp-param-city") != wanted {
                return Some(Answer::json(&seen.error(-32020, Value::Null)).status(400));
            }
            Some(Answer::json(&seen.response(json!({"content": []}))))
        }
        _ => None,
    }
}

#[tokio::test]
async fn all_pages_are_read_and_a_tool_with_a_bad_header_is_left_out() {
    let server = Fake::modern(weather).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let tools = client.list_tools().await.expect("tools");
    let names: Vec<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["weather", "plain"]);

    client
        .call_tool("weather", json!({"city": "Oslo"}))
        .await
        .expect("a result");
    client
        .call_tool("weather", json!({"city": null}))
        .await
        .expect("null is not mirrored");
    assert_eq!(
        server
            .seen()
            .iter()
            .filter(|seen| seen.method() == "tools/call")
            .count(),
        2
    );
}

#[tokio::test]
async fn legacy_tools_keep_their_annotations() {
    let server = Fake::legacy(weather).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    assert_eq!(client.list_tools().await.expect("tools").len(), 3);
}

#[tokio::test]
async fn an_unknown_schema_is_learned_from_the_refusal() {
    let server = Fake::modern(weather).await;
    let client = Client::connect(&server.url()).await.expect("connects");
    client
        .call_tool("weather", json!({"city": "Oslo"}))
        .await
        .expect("a result");
    let calls: Vec<Seen> = server
        .seen()
        .into_iter()
        .filter(|seen| seen.method() == "tools/call")
        .collect();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].header("mcp-param-city"), None);
    assert_eq!(calls[1].header("mcp-param-city"), Some("Oslo"));
}

#[tokio::test]
async fn a_mismatch_that_stays_is_told_after_one_retry() {
    let server = Fake::modern(|seen| match seen.method() {
        "tools/call" => Some(Answer::json(&seen.error(-32020, Value::Null)).status(400)),
        _ => weather(seen),
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let error = client
        .call_tool("weather", json!({"city": "Oslo"}))
        .await
        .expect_err("refused");
    assert_eq!(error.rpc_code(), Some(-32020));
    assert_eq!(
        server
            .seen()
            .iter()
            .filter(|seen| seen.method() == "tools/call")
            .count(),
        2
    );
}

#[tokio::test]
async fn a_cursor_that_comes_twice_ends_the_list() {
    let server = Fake::modern(|seen| {
        (seen.method() == "prompts/list")
            .then(|| Answer::json(&seen.response(json!({"prompts": [], "nextCursor": "again"}))))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let error = client.list_prompts().await.expect_err("no end");
    assert!(error.to_string().contains("\"again\" twice"), "{error}");
}

#[tokio::test]
async fn pages_are_bounded() {
    let server = Fake::modern(|seen| {
        (seen.method() == "resources/list").then(|| {
            let at = seen.body["params"]["cursor"]
                .as_str()
                .map_or(0, |at| at.parse().unwrap_or(0));
            let next: u32 = at + 1;
            let page = json!({"resources": [], "nextCursor": next.to_string()});
            Answer::json(&seen.response(page))
        })
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    let error = client.list_resources().await.expect_err("no end");
    assert!(error.to_string().contains("1000 pages"), "{error}");
}

#[tokio::test]
async fn resources_and_templates_are_listed() {
    let server = Fake::modern(|seen| {
        let result = match seen.method() {
            "resources/list" => json!({"resources": [{"uri": "test://a", "name": "a", "mimeType": "text/plain"}]}),
            "resources/templates/list" => {
                json!({"resourceTemplates": [{"uriTemplate": "test://{id}", "name": "t"}], "nextCursor": null})
            }
            _ => return None,
        };
        Some(Answer::json(&seen.response(result)))
    })
    .await;
    let client = Client::connect(&server.url()).await.expect("connects");
    assert_eq!(
        client.list_resources().await.expect("resources")[0].uri,
        "test://a"
    );
    assert_eq!(
        client.list_templates().await.expect("templates")[0].uri_template,
        "test://{id}"
    );
}
