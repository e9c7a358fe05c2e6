//! Two authors of one note.

use serde_json::json;
use tidegate::Client;

use crate::program::Program;

const SHARED_NOTE: &str = env!("CARGO_BIN_EXE_shared_note");

#[test]
fn edits_of_both_authors_are_seen_live_by_both() {
    let mut ada = Program::start(SHARED_NOTE, &[]);
    let url = ada.url();
    let mut grace = Program::start(SHARED_NOTE, &[&url]);
    grace.says("--- version 0 ---");
    ada.is_told("1 Bring a lamp");
    grace.says("1 Bring a lamp");
    grace.is_told("2 Bring oars");
    ada.says("2 Bring oars");
    ada.is_told("1 Bring two lamps");
    grace.says("1 Bring two lamps");
    grace.says("2 Bring oars");
    grace.ends();
    ada.ends();
}

#[tokio::test]
async fn nobody_writes_over_what_they_have_not_seen() {
    let mut note = Program::start(SHARED_NOTE, &[]);
    let client = Client::connect(&note.url()).await.expect("connects");
    let edit = async |version: u64, line: u64, text: &str| {
        let edit = json!({"version": version, "line": line, "text": text});
        client.call_tool("edit", edit).await.expect("is answered")
    };
    assert_eq!(edit(0, 1, "At noon").await.text(), "version 1");
    // Made on the empty note: line 2 is new, line 1 has changed since.
    assert_eq!(edit(0, 2, "At the pier").await.text(), "version 2");
    let refused = edit(0, 1, "At one").await;
    assert!(refused.is_error);
    assert_eq!(
        refused.text(),
        r#"line 1 is "At noon" since version 1; look again"#
    );
    assert!(edit(2, 4, "too far").await.is_error);
    assert_eq!(edit(2, 1, "At one").await.text(), "version 3");
    note.says("--- version 3 ---");
    note.says("1 At one");
}
