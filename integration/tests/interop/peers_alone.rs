//! The official SDKs against each other: when a test beside this one fails and these pass, it is us.

use tidegate_integration::{
    Documents, RmcpMode, TypescriptMode, python_1_client, rmcp_serving, typescript_2_client,
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
