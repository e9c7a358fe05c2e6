//! The official SDKs against each other: when a test beside this one fails and these pass, it is us.

use tidegate_integration::{
    Documents, EverythingFront, OldFront, RmcpMode, TypescriptMode, everything_serving,
    everything_to_start, python_1_client, python_1_serving_over, python_1_to_start,
    python_2_client, rmcp_serving, rmcp_sse_client, typescript_1_client, typescript_2_client,
    typescript_2_serving,
};

#[test]
fn the_typescript_client_and_server_agree_in_both_eras() {
    let documents = Documents::twelve();
    let server = typescript_2_serving(&documents, TypescriptMode::Both);
    for client in [typescript_2_client().modern(), typescript_2_client()] {
        client
            .calls(&server, "process_files", "{}")
            .sees_every_one_of(&documents);
    }
}

#[test]
fn the_python_client_and_the_typescript_server_agree() {
    let documents = Documents::twelve();
    let server = typescript_2_serving(&documents, TypescriptMode::Legacy);
    python_1_client()
        .calls(&server, "process_files", "{}")
        .sees_every_one_of(&documents);
}

#[test]
fn the_typescript_client_and_the_rmcp_server_agree_in_the_modern_era() {
    let documents = Documents::twelve();
    let server = rmcp_serving(&documents, RmcpMode::Both);
    typescript_2_client()
        .modern()
        .calls(&server, "process_files", "{}")
        .sees_every_one_of(&documents);
}

#[test]
fn three_hundred_documents_arrive_whole_without_us() {
    let documents = Documents::many(300);
    let server = typescript_2_serving(&documents, TypescriptMode::Both);
    for client in [typescript_2_client().modern(), typescript_2_client()] {
        client
            .calls(&server, "process_files", "{}")
            .sees_every_one_of(&documents);
    }
    python_1_client()
        .calls(&server, "process_files", "{}")
        .sees_every_one_of(&documents);
}

/// Slow steps: the TypeScript clients lose the progress that they read in one piece with the result.
const STEPS: &str = r#"{"n": 4, "delay_ms": 30}"#;

#[test]
fn the_clients_that_speak_sse_and_the_python_server_agree() {
    let server = python_1_serving_over(OldFront::Sse);
    for client in [typescript_1_client(), python_1_client(), rmcp_sse_client()] {
        client.calls(&server, "steps", STEPS).sees_every_step(4);
    }
}

#[test]
fn the_first_typescript_client_and_the_python_server_agree_over_websocket() {
    let server = python_1_serving_over(OldFront::WebSocket);
    typescript_1_client()
        .calls(&server, "steps", STEPS)
        .sees_every_step(4);
}

#[test]
fn the_clients_and_the_python_server_that_they_start_agree() {
    let server = python_1_to_start();
    for client in [
        typescript_1_client(),
        typescript_2_client(),
        python_1_client(),
        python_2_client(),
    ] {
        client.calls(&server, "steps", STEPS).sees_every_step(4);
    }
}

/// Over stdio it is another client: this server asks for the roots after a third of a second, and the first
/// Python client fails if it is sent something while it ends. (The TypeScript clients lose the progress that
/// they read in one piece with the result.)
#[test]
fn clients_and_server_everything_agree_over_every_front() {
    const TOOL: &str = "trigger-long-running-operation";
    const ARGUMENTS: &str = r#"{"duration": 0.2, "steps": 4}"#;
    let (http, sse) = (EverythingFront::Http, EverythingFront::Sse);
    let seen = [
        python_1_client().calls(&everything_serving(http), TOOL, ARGUMENTS),
        python_1_client().calls(&everything_serving(sse), TOOL, ARGUMENTS),
        python_2_client().calls(&everything_to_start(), TOOL, ARGUMENTS),
    ];
    let steps: Vec<_> = (1..=4).map(|step| (f64::from(step), Some(4.0))).collect();
    for seen in seen {
        assert_eq!(seen.progress(), steps);
        seen.ends_with("Long running operation completed. Duration: 0.2 seconds, Steps: 4.");
    }
}
