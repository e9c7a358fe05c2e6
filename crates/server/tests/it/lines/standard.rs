//! Over a process's own standard input and output.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tidegate_testkit::lines::claiming;

use crate::faults::tools::Nothing;

/// Says which of the two this process is.
const CHILD: &str = "TIDEGATE_TEST_STDIO";

async fn shout(_: Nothing) -> &'static str {
    // As a library would that does not know where it runs.
    std::io::stdout().write_all(b"stray\n").expect("printed");
    "said"
}

/// Stray prints of the process go to standard error, and messages alone to standard output.
#[test]
fn stray_prints_are_no_messages() {
    if std::env::var_os(CHILD).is_some() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let server = tidegate_testkit::server().tool("shout", shout);
        runtime.block_on(server.stdio()).expect("served");
        return;
    }
    let mut child = Command::new(std::env::current_exe().expect("a path"))
        .args(["--exact", "lines::standard::stray_prints_are_no_messages"])
        .args(["--nocapture", "--quiet"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stdin = child.stdin.take().expect("stdin");
    let call = json!({ "name": "shout", "arguments": {} });
    writeln!(stdin, "{}", claiming(1, "tools/call", call)).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    // The test harness says how many tests run before there is a server.
    let lines: Vec<String> = BufReader::new(output.stdout.as_slice())
        .lines()
        .map(|line| line.expect("UTF-8"))
        .skip_while(|line| !line.starts_with('{'))
        .collect();
    let [answer] = lines.as_slice() else {
        panic!("one line, and not {lines:?}");
    };
    let answer: Value = serde_json::from_str(answer).expect("a message");
    assert_eq!(answer["result"]["content"][0]["text"], "said");
    assert!(String::from_utf8_lossy(&output.stderr).contains("stray"));
}
