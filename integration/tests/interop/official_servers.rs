//! Our client against servers made with the official SDKs.

use tidegate_integration::{
    Documents, RmcpMode, TypescriptMode, rmcp_serving, tidegate_client, typescript_2_serving,
};

const TOOLS: &[&str] = &["process_files", "echo", "count"];

#[track_caller]
fn lists_the_tools(server: &tidegate_integration::Serving) {
    let list = tidegate_client().lists(server);
    for tool in TOOLS {
        assert!(list.contains(tool), "{tool} is not in\n{list}");
    }
}

#[test]
fn a_typescript_server_of_both_eras() {
    let documents = Documents::twelve();
    let server = typescript_2_serving(&documents, TypescriptMode::Both);
    lists_the_tools(&server);
    tidegate_client()
        .calls(&server, "process_files", &[])
        .sees_every_one_of(&documents);
}

#[test]
fn a_typescript_server_with_legacy_sessions() {
    let documents = Documents::twelve();
    let server = typescript_2_serving(&documents, TypescriptMode::Legacy);
    lists_the_tools(&server);
    tidegate_client()
        .calls(&server, "process_files", &[])
        .sees_every_one_of(&documents);
}

#[test]
fn an_rmcp_server_of_both_eras() {
    let documents = Documents::twelve();
    let server = rmcp_serving(&documents, RmcpMode::Both);
    lists_the_tools(&server);
    tidegate_client()
        .calls(&server, "process_files", &[])
        .sees_every_one_of(&documents);
}

#[test]
fn an_rmcp_server_of_the_legacy_era_without_sessions() {
    let documents = Documents::twelve();
    let server = rmcp_serving(&documents, RmcpMode::LegacyStateless);
    lists_the_tools(&server);
    tidegate_client()
        .calls(&server, "process_files", &[])
        .sees_every_one_of(&documents);
}

/// rmcp 3.9 sends the logs of a legacy session on the session's GET stream, not on the call's own, so
/// they race with the result; its progress goes on the call's stream.
#[test]
fn an_rmcp_server_with_legacy_sessions() {
    let documents = Documents::twelve();
    let server = rmcp_serving(&documents, RmcpMode::Legacy);
    lists_the_tools(&server);
    tidegate_client()
        .calls(&server, "process_files", &[])
        .sees_progress_over(&documents);
}

#[test]
fn three_hundred_documents_arrive_whole() {
    let documents = Documents::many(300);
    for server in [
        typescript_2_serving(&documents, TypescriptMode::Both),
        typescript_2_serving(&documents, TypescriptMode::Legacy),
        rmcp_serving(&documents, RmcpMode::Both),
    ] {
        tidegate_client()
            .calls(&server, "process_files", &[])
            .sees_every_one_of(&documents);
    }
}
