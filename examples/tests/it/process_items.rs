//! The tutorial's server and client, as two programs.

use std::fs;

use tempfile::TempDir;

use crate::program::Program;

fn server(folder: &TempDir) -> Program {
    let path = folder.path().to_str().expect("a path in UTF-8");
    Program::start(env!("CARGO_BIN_EXE_process_items_server"), &[path])
}

fn client(url: &str, items: &[&str]) -> Program {
    let args = [&[url], items].concat();
    Program::start(env!("CARGO_BIN_EXE_process_items_client"), &args)
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("a.md"), "Ebb and flow.").expect("it can be written");
    fs::write(folder.path().join("c.md"), "Spring tide, neap tide.").expect("it can be written");
    folder
}

#[test]
fn each_item_is_told_in_order_and_the_result_comes_last() {
    let folder = folder();
    let mut server = server(&folder);
    let said = client(&server.url(), &["a.md", "c.md"]).ends();
    let told: Vec<&str> = said.iter().map(|line| after_the_time(line)).collect();
    assert_eq!(
        told,
        [
            "connected, revision 2026-07-28",
            "info     Processing document 1/2: a.md",
            "progress 1/2",
            "info     Processing document 2/2: c.md",
            "progress 2/2",
            "info     Processing complete!",
            "RESULT: Done: 2 documents, 7 words",
        ]
    );
}

#[cfg(unix)]
#[test]
fn a_notification_is_shown_while_the_tool_still_works() {
    let folder = folder();
    let slow = folder.path().join("b.md");
    crate::program::pipe(&slow);
    let mut server = server(&folder);
    let mut client = client(&server.url(), &["a.md", "b.md", "c.md"]);
    // The tool waits for b.md, and yet all that it said before has been shown.
    client.says("Processing document 2/3: b.md");
    assert!(
        client
            .said()
            .iter()
            .any(|line| line.contains("progress 1/3"))
    );
    fs::write(&slow, "Slack water.").expect("the tool reads the pipe");
    client.says("RESULT: Done: 3 documents, 9 words");
    client.ends();
}

#[cfg(unix)]
#[test]
fn ctrl_c_cancels_the_call_on_the_server() {
    let folder = folder();
    let never = folder.path().join("b.md");
    crate::program::pipe(&never);
    let mut server = server(&folder);
    let mut client = client(&server.url(), &["a.md", "b.md", "c.md"]);
    client.says("Processing document 2/3");
    client.is_interrupted();
    client.says("cancelled");
    server.says("cancelled: the caller has gone");
    // The thread that reads the pipe is let go, so that the server can end.
    fs::write(&never, "").expect("the pipe is still read");
    client.ends();
}

#[test]
fn what_cannot_be_read_is_skipped_and_said() {
    let folder = folder();
    let mut server = server(&folder);
    let mut client = client(&server.url(), &["lost.md", "../secret", "a.md"]);
    client.says("warning  Skipping lost.md: ");
    client.says("warning  Skipping ../secret: only file names are served");
    client.says("RESULT: Done: 1 documents, 3 words");
    client.ends();
}

/// Leaves out the time at which a notification came.
fn after_the_time(line: &str) -> &str {
    line.split_once(" s  ").map_or(line, |(_, rest)| rest)
}
