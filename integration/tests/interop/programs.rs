//! Programs that people run as they are, against `tidegate serve`.

use tidegate_integration::{
    Documents, Endpoint, Inspector, inspector, mcp_remote_to, python_1_client, python_2_client,
    tidegate_serving, tidegate_to_start, typescript_1_client, typescript_2_client,
};

const LEGACY: &str = "2025-11-25";

#[test]
fn the_inspector_lists_and_calls() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    lists_and_calls(&inspector(), &server, &documents);
}

#[test]
fn the_inspector_starts_us_and_lists_and_calls() {
    let documents = Documents::twelve();
    let server = tidegate_to_start(&documents);
    lists_and_calls(&inspector(), &server, &documents);
}

fn lists_and_calls(inspector: &Inspector, server: &impl Endpoint, documents: &Documents) {
    let tools = inspector.lists(server);
    for tool in ["process_files", "echo", "count"] {
        assert!(tools.iter().any(|t| t == tool), "{tool}: {tools:?}");
    }
    let result = inspector.calls(server, "process_files", &["message=so it is"]);
    assert_eq!(result["content"][0]["text"], "Done: so it is");
    let read = result["structuredContent"]["documents"].as_array();
    let read = read.expect("the tool tells of each document");
    let names: Vec<_> = read.iter().filter_map(|d| d["name"].as_str()).collect();
    assert_eq!(names, documents.names());
}

/// Clients that can only start a command reach us by it; what arrives is what arrives without it. Over
/// stdio the TypeScript clients lose the progress that they read in one piece with the result.
#[test]
fn mcp_remote_bridges_to_us() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    let bridge = mcp_remote_to(&server);
    lists_and_calls(&inspector(), &bridge, &documents);
    for client in [typescript_1_client(), typescript_2_client()] {
        let seen = client.calls(&bridge, "process_files", "{}");
        seen.speaks(LEGACY).sees_every_log_over(&documents);
        let slow = client.calls(&bridge, "count", r#"{"n": 3, "delay_ms": 250}"#);
        slow.sees_the_count_to(3);
    }
    for client in [python_1_client(), python_2_client()] {
        let seen = client.calls(&bridge, "process_files", "{}");
        seen.speaks(LEGACY).sees_every_one_of(&documents);
    }
}
