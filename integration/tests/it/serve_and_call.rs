//! `tidegate serve` and `tidegate call`, as two processes.

use std::time::Duration;

use tidegate_integration::{
    Documents, Endpoint, Finished, tidegate, tidegate_client, tidegate_serving,
};

#[test]
fn a_call_shows_every_document_in_order_before_the_result() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    tidegate_client()
        .calls(&server, "process_files", &[])
        .sees_every_one_of(&documents);
}

#[test]
fn a_call_chooses_its_documents_and_its_closing_words() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    let arguments = [r#"paths:=["01-*", "02-*"]"#, "message=all calm"];
    let seen = tidegate_client().calls(&server, "process_files", &arguments);
    assert_eq!(seen.progress(), [(1.0, Some(2.0)), (2.0, Some(2.0))]);
    assert_eq!(seen.result()["content"][0]["text"], "Done: all calm");
}

#[test]
fn notifications_are_shown_while_the_tool_runs() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let seen = tidegate_client().calls(&server, "count", &["n:=5", "delay_ms:=100"]);
    assert_eq!(seen.progress().len(), 5);
    seen.hears_early_by(Duration::from_millis(250));
}

#[test]
fn a_call_of_an_unknown_tool_fails_and_says_so() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let call = Finished::run(tidegate().args(["call", server.url(), "no_such_tool"]));
    assert!(!call.status.success());
    assert!(call.errors.contains("no_such_tool"), "{}", call.errors);
}
