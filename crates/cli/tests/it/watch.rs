//! `tidegate watch`: changes as they come, until Ctrl-C.

use std::{
    io::{BufRead, BufReader},
    sync::mpsc,
    thread,
};

use serde_json::{Map, Value, json};
use tidegate::{Live, Router, Server, ToolSpec};

use crate::process::{Running, Serving, run, tidegate};

/// Serves a router that can change; returns the URL.
fn changing() -> (String, Live) {
    let live = Live::new(Router::new("changing", "1.0.0"));
    let (sender, url) = mpsc::channel();
    let served = live.clone();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = Server::from_handler(served);
            let bound = server.bind("127.0.0.1:0").await.unwrap();
            sender.send(bound.url()).unwrap();
            bound.run().await.unwrap();
        });
    });
    (url.recv().unwrap(), live)
}

fn grow(live: &Live, name: &'static str) {
    let spec = ToolSpec::new(name).input_schema(json!({"type": "object"}));
    let tool = async |_: Map<String, Value>| "grown";
    live.change(|router| router.tool(spec, tool)).unwrap();
}

#[test]
fn changes_are_told_as_they_come_until_ctrl_c() {
    for era in ["modern", "legacy"] {
        for json in [false, true] {
            let (url, live) = changing();
            let mut command = tidegate(&["watch", &url, "--list", "tools", "--era", era]);
            if json {
                command.arg("--json");
            }
            let mut running = Running::start(&mut command);
            let mut stderr = BufReader::new(running.child.stderr.take().unwrap()).lines();
            let said = stderr.next().unwrap().unwrap();
            assert_eq!(said, "watching changing: tools (Ctrl-C ends it)", "{era}");
            let mut stdout = BufReader::new(running.child.stdout.take().unwrap()).lines();
            for name in ["one", "two"] {
                grow(&live, name);
                let told = stdout.next().unwrap().unwrap();
                let expected = match json {
                    true => r#"{"event":"changed","what":"tools"}"#,
                    false => "changed: the list of tools",
                };
                assert_eq!(told, expected, "{era}");
            }
            running.signal("INT");
            running.end().ends(0);
        }
    }
}

#[test]
fn nobody_there_and_nothing_told_are_said() {
    run(&["watch", "http://127.0.0.1:1/mcp"]).ends(3);
    let server = Serving::start();
    run(&["watch", &server.url, "--resource", "file:///no/such"])
        .ends(5)
        .says("the server tells no changes");
}
