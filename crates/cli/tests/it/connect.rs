//! `tidegate connect`: a remote server as a server on stdio, for hosts of either era.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    process::{ChildStdin, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    cancel::endless,
    process::{Ran, Running, Serving, run_with_stdin, tidegate},
};

/// A relay as its host sees it.
struct Host {
    running: Running,
    stdin: Option<ChildStdin>,
    lines: mpsc::Receiver<(Instant, Value)>,
}

impl Host {
    fn start(url: &str) -> Self {
        let mut running = Running::start(tidegate(&["connect", url]).stdin(Stdio::piped()));
        let stdin = running.child.stdin.take();
        let stdout = BufReader::new(running.child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let message = serde_json::from_str(&line).expect("stdout is the protocol's");
                if sender.send((Instant::now(), message)).is_err() {
                    return;
                }
            }
        });
        Self {
            running,
            stdin,
            lines,
        }
    }

    fn send(&mut self, message: &Value) {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{message}").unwrap();
    }

    fn next(&self) -> Value {
        self.next_at().1
    }

    fn next_at(&self) -> (Instant, Value) {
        let line = self.lines.recv_timeout(Duration::from_secs(20));
        line.expect("a line in time")
    }

    /// Closes stdin and waits for the end.
    fn close(mut self) -> Ran {
        drop(self.stdin.take());
        self.running.end()
    }

    /// Closes stdin and waits for a good end.
    fn end(self) {
        self.close().ends(0);
    }
}

fn modern(id: u64, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/logLevel": "info",
        "progressToken": id,
    });
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn legacy(id: u64, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({"progressToken": id});
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn initialize() -> Value {
    json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "host", "version": "1"},
    }})
}

fn open(host: &mut Host) {
    host.send(&initialize());
    assert_eq!(host.next()["result"]["protocolVersion"], "2025-11-25");
    host.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
}

/// Waits for the answer to `id`, and returns what came before it.
fn until_answer(host: &Host, id: u64) -> (Vec<Value>, Value) {
    let mut before = Vec::new();
    loop {
        let message = host.next();
        if message["id"] == id {
            return (before, message);
        }
        before.push(message);
    }
}

#[test]
fn a_modern_host_calls_and_hears_what_the_call_tells() {
    let server = Serving::start();
    let mut host = Host::start(&server.url);
    host.send(&modern(1, "server/discover", json!({})));
    let versions = &host.next()["result"]["supportedVersions"];
    assert!(versions.as_array().unwrap().contains(&json!("2026-07-28")));
    host.send(&modern(2, "tools/list", json!({})));
    assert!(host.next()["result"]["tools"].is_array());
    host.send(&modern(
        3,
        "tools/call",
        json!({"name": "process_files", "arguments": {}}),
    ));
    let (told, answer) = until_answer(&host, 3);
    let of = |method: &str| told.iter().filter(|told| told["method"] == method).count();
    assert!(of("notifications/message") >= 3, "{told:?}");
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    host.end();
}

#[test]
fn a_legacy_host_has_a_session() {
    let server = Serving::start();
    let mut host = Host::start(&server.url);
    open(&mut host);
    host.send(&legacy(1, "tools/list", json!({})));
    assert!(until_answer(&host, 1).1["result"]["tools"].is_array());
    host.send(&legacy(
        2,
        "tools/call",
        json!({"name": "process_files", "arguments": {}}),
    ));
    let (told, answer) = until_answer(&host, 2);
    assert!(
        told.iter()
            .any(|told| told["method"] == "notifications/message"),
        "{told:?}"
    );
    assert!(answer["result"]["content"].is_array(), "{answer}");
    host.end();
}

#[test]
fn what_a_call_tells_arrives_while_it_runs() {
    let server = Serving::start();
    for modern_host in [true, false] {
        let mut host = Host::start(&server.url);
        if !modern_host {
            open(&mut host);
        }
        let slow = json!({"name": "count", "arguments": {"n": 4, "delay_ms": 200}});
        let request = if modern_host { modern } else { legacy };
        host.send(&request(7, "tools/call", slow));
        let (first, message) = host.next_at();
        assert!(message["method"].is_string(), "{message}");
        let last = loop {
            let (at, message) = host.next_at();
            if message["id"] == 7 {
                break at;
            }
        };
        assert!(
            last - first > Duration::from_millis(300),
            "{:?}",
            last - first
        );
        host.end();
    }
}

#[test]
fn two_hundred_interleaved_calls_are_all_answered() {
    let server = Serving::start();
    for modern_host in [true, false] {
        let mut host = Host::start(&server.url);
        if !modern_host {
            open(&mut host);
        }
        let request = if modern_host { modern } else { legacy };
        for id in 1..=200 {
            let echo = json!({"name": "echo", "arguments": {"message": format!("call {id}")}});
            host.send(&request(id, "tools/call", echo));
        }
        let mut answered = std::collections::BTreeSet::new();
        while answered.len() < 200 {
            let message = host.next();
            let Some(id) = message["id"].as_u64() else {
                continue;
            };
            let text = message["result"]["content"][0]["text"]
                .as_str()
                .unwrap_or_default();
            assert!(text.contains(&format!("call {id}")), "{message}");
            assert!(answered.insert(id), "{id} was answered twice");
        }
        host.end();
    }
}

#[test]
fn lines_that_came_at_once_are_answered_before_the_end() {
    let server = Serving::start();
    let lines = [
        initialize(),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        legacy(1, "tools/list", json!({})),
        legacy(
            2,
            "tools/call",
            json!({"name": "echo", "arguments": {"message": "hi"}}),
        ),
    ];
    let stdin = lines.map(|line| line.to_string()).join("\n");
    let ran = run_with_stdin(&["connect", &server.url], &stdin).ends(0);
    let mut ids: Vec<_> = ran
        .stdout
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, [0, 1, 2]);
}

#[test]
fn a_cancelled_call_is_not_answered() {
    let server = Serving::start();
    let mut host = Host::start(&server.url);
    let slow = json!({"name": "count", "arguments": {"n": 100, "delay_ms": 100}});
    host.send(&modern(1, "tools/call", slow));
    assert!(host.next()["method"].is_string(), "it runs");
    host.send(
        &json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}),
    );
    host.send(&modern(2, "server/discover", json!({})));
    let (before, _) = until_answer(&host, 2);
    assert!(before.iter().all(|message| message["id"] != 1));
    thread::sleep(Duration::from_millis(500));
    // What was on its way may still come; after that, nothing.
    while host.lines.try_recv().is_ok() {}
    let later = host.lines.recv_timeout(Duration::from_millis(500));
    assert!(later.is_err(), "{later:?}");
    host.end();
}

#[test]
fn a_remote_that_is_down_is_an_error_and_no_hang() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", port.local_addr().unwrap());
    drop(port);
    let mut host = Host::start(&url);
    for message in [modern(0, "server/discover", json!({})), initialize()] {
        host.send(&message);
        let answer = host.next();
        assert_eq!(
            (&answer["id"], &answer["error"]["code"]),
            (&json!(0), &json!(-32603))
        );
        let why = answer["error"]["message"].as_str().unwrap();
        assert!(why.contains("no connection"), "{why}");
    }
    let ran = host.close().ends(3);
    let told = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("messages do not reach"));
    assert_eq!(
        told.count(),
        1,
        "once, and not for each message: {}",
        ran.stderr
    );
    ran.says("error: messages do not reach")
        .says("no connection");
}

#[test]
fn what_is_not_there_is_told_on_stderr_too() {
    let server = Serving::start();
    for (url, code) in [
        ("ws://127.0.0.1:1/ws".to_owned(), 3),
        (server.url.replace("/mcp", "/nope"), 5),
    ] {
        let mut host = Host::start(&url);
        host.send(&initialize());
        assert!(host.next()["error"].is_object());
        host.close().ends(code).says("messages do not reach");
    }
}

#[test]
fn each_signal_cancels_the_calls_of_a_session() {
    for signal in ["INT", "TERM", "HUP"] {
        let (url, ends) = endless();
        let mut host = Host::start(&url);
        open(&mut host);
        host.send(&legacy(
            1,
            "tools/call",
            json!({"name": "wait", "arguments": {}}),
        ));
        assert!(host.next()["method"].is_string(), "it runs");
        let since = Instant::now();
        host.running.signal(signal);
        let ended = ends.recv_timeout(Duration::from_secs(10));
        assert!(ended.is_ok(), "SIG{signal}: the tool goes on");
        // Its stdin stays open: hosts often signal without closing it.
        let stdin = host.stdin.take();
        host.running.end().ends(0);
        drop(stdin);
        assert!(
            since.elapsed() < Duration::from_secs(4),
            "{:?}",
            since.elapsed()
        );
    }
}

#[test]
fn a_call_that_outlasts_its_host_is_cancelled() {
    let (url, ends) = endless();
    let mut host = Host::start(&url);
    open(&mut host);
    host.send(&legacy(
        1,
        "tools/call",
        json!({"name": "wait", "arguments": {}}),
    ));
    assert!(host.next()["method"].is_string(), "it runs");
    host.end();
    assert!(
        ends.recv_timeout(Duration::from_secs(10)).is_ok(),
        "the tool goes on"
    );
}

#[test]
fn what_is_no_message_is_answered_so() {
    let server = Serving::start();
    let mut host = Host::start(&server.url);
    let stdin = host.stdin.as_mut().unwrap();
    writeln!(stdin, "hello").unwrap();
    writeln!(stdin, "[]").unwrap();
    assert_eq!(host.next()["error"]["code"], -32700);
    assert_eq!(host.next()["error"]["code"], -32600);
    host.send(&modern(1, "no/such", json!({})));
    assert_eq!(host.next()["error"]["code"], -32601);
    host.end();
}

#[test]
fn a_session_that_the_server_forgot_is_opened_anew() {
    let server = Serving::start();
    let mut host = Host::start(&server.url);
    open(&mut host);
    host.send(&legacy(1, "ping", json!({})));
    assert!(until_answer(&host, 1).1["result"].is_object());
    let listen = server.url.split('/').nth(2).unwrap().to_owned();
    drop(server);
    let root = tempfile::tempdir().unwrap();
    let again = Serving::start_at(&listen, root, &[]);
    assert!(again.url.contains(&listen));
    host.send(&legacy(2, "tools/list", json!({})));
    let answer = until_answer(&host, 2).1;
    assert!(answer["result"]["tools"].is_array(), "{answer}");
    host.end();
}

#[test]
fn a_server_that_goes_and_comes_back_is_told_once_each() {
    let server = Serving::start();
    let mut host = Host::start(&server.url);
    host.send(&modern(1, "server/discover", json!({})));
    assert!(host.next()["result"].is_object());
    let listen = server.url.split('/').nth(2).unwrap().to_owned();
    drop(server);
    for id in [2, 3] {
        host.send(&modern(id, "server/discover", json!({})));
        assert!(host.next()["error"].is_object());
    }
    let _again = Serving::start_at(&listen, tempfile::tempdir().unwrap(), &[]);
    host.send(&modern(4, "server/discover", json!({})));
    assert!(host.next()["result"].is_object());
    let ran = host.close().ends(0);
    let told: Vec<&str> = ran.stderr.lines().skip(1).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("messages do not reach"), "{told:?}");
    assert!(told[1].starts_with("messages reach"), "{told:?}");
}
