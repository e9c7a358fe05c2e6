//! What a client sees of the tools before it calls them.

use serde_json::{Value, json};

use crate::harness::Tools;

async fn tool(name: &str) -> Value {
    let tools = Tools::with(&[]).list().await;
    tools.into_iter().find(|tool| tool["name"] == name).unwrap()
}

#[tokio::test]
async fn every_tool_is_named_titled_and_described() {
    let tools = Tools::with(&[]).list().await;
    let mut names: Vec<_> = tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "calculate",
            "count",
            "echo",
            "process_files",
            "real_time_monitoring",
            "secure_data_stream",
            "stream_data_analysis"
        ]
    );
    for tool in &tools {
        assert!(!tool["title"].as_str().unwrap().is_empty(), "{tool}");
        assert!(tool["description"].as_str().unwrap().len() > 20, "{tool}");
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
        let properties = tool["inputSchema"]["properties"].as_object().unwrap();
        for (name, property) in properties {
            assert!(property["description"].is_string(), "{name} of {tool}");
        }
    }
}

#[tokio::test]
async fn the_ranges_and_defaults_are_in_the_schemas() {
    let monitoring = tool("real_time_monitoring").await;
    let duration = &monitoring["inputSchema"]["properties"]["duration"];
    assert_eq!(
        (&duration["default"], &duration["maximum"]),
        (&json!(10.0), &json!(3600))
    );
    let analysis = tool("stream_data_analysis").await;
    let chunk_size = &analysis["inputSchema"]["properties"]["chunk_size"];
    assert_eq!(
        (&chunk_size["default"], &chunk_size["minimum"]),
        (&json!(100), &json!(1))
    );
    assert!(analysis["outputSchema"]["properties"]["columns"].is_object());
}

#[tokio::test]
async fn what_is_measured_costs_no_validation() {
    for name in ["echo", "count"] {
        let schema = tool(name).await["inputSchema"].to_string();
        for word in ["maximum", "maxLength", "minLength", "pattern"] {
            assert!(!schema.contains(word), "{name}: {schema}");
        }
    }
}
