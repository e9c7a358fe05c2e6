//! A flood of strangers: they take memory that is bounded, and keep nobody out.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tidegate_integration::{Endpoint, Serving, tidegate};

/// More than there are places, where the system gives as many files.
const IDLE: u64 = 10_500;

const INITIALIZES: usize = 2_000;

/// Files that a process needs beside its connections.
const OTHERS: u64 = 100;

/// How much memory a connection may take, and how much may be left behind by a session that was opened
/// and never used. Both are some times what a debug build takes.
const PER_CONNECTION: u64 = 24 * 1024;
const PER_SESSION: u64 = 2 * 1024;

/// How long an honest client waits at the worst.
const PATIENCE: Duration = Duration::from_secs(10);

fn connect(server: &Serving) -> TcpStream {
    let (_, rest) = server.url().split_once("://").expect("a URL");
    let host = rest.split('/').next().expect("a host");
    let socket = TcpStream::connect(host).expect("the server listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
    socket.set_nodelay(true).expect("a socket");
    socket
}

/// Sends a message, and returns the answer's status line.
fn post(socket: &mut TcpStream, headers: &str, body: &str) -> String {
    let length = body.len();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         accept: application/json, text/event-stream\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    socket.write_all(request.as_bytes()).expect("it is read");
    let mut answer = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        let count = socket.read(&mut piece).expect("an answer in time");
        assert!(count > 0, "an answer before the end");
        answer.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("a length").parse().expect("a number");
        if body.len() == length {
            return head.lines().next().unwrap_or_default().to_owned();
        }
    }
}

/// An honest client comes, on a connection of its own.
fn is_served(server: &Serving) -> Duration {
    let begun = Instant::now();
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#;
    let headers = "mcp-protocol-version: 2026-07-28\r\nmcp-method: tools/list\r\n";
    let status = post(&mut connect(server), headers, body);
    assert_eq!(status, "HTTP/1.1 200 OK");
    begun.elapsed()
}

#[test]
fn idle_connections_and_sessions_nobody_uses_take_bounded_memory_and_keep_nobody_out() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    // The server inherits it.
    setrlimit(Resource::Nofile, raised).expect("up to the maximum anybody may");
    let files = maximum.unwrap_or(u64::MAX);
    let idle = IDLE.min(files.saturating_sub(OTHERS));
    let server = Serving::start(
        tidegate()
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--log",
                "warn",
                "--root",
            ])
            .arg(std::env::temp_dir()),
    );
    is_served(&server);

    let before = server.resident_bytes();
    let mut socket = connect(&server);
    let body = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"flood","version":"1"}}}"#;
    for _ in 0..INITIALIZES {
        assert_eq!(post(&mut socket, "", body), "HTTP/1.1 200 OK");
    }
    let taken = server.resident_bytes().saturating_sub(before);
    eprintln!(
        "{INITIALIZES} sessions: {} bytes each",
        taken / INITIALIZES as u64
    );
    assert!(taken / INITIALIZES as u64 <= PER_SESSION, "{taken}");

    let before = server.resident_bytes();
    let mut held = Vec::new();
    for number in 0..idle {
        let mut socket = connect(&server);
        if number % 2 == 1 {
            socket
                .write_all(b"POST /mcp HTTP/1.1\r\nhost: lo")
                .expect("it is read");
        }
        held.push(socket);
        if number % 1_000 == 0 {
            is_served(&server);
        }
    }
    let taken = server.resident_bytes().saturating_sub(before);
    eprintln!("{idle} idle connections: {} bytes each", taken / idle);
    assert!(taken / idle <= PER_CONNECTION, "{taken}");
    let worst = (0..50)
        .map(|_| is_served(&server))
        .max()
        .unwrap_or_default();
    eprintln!("an honest client waits {worst:?} at the worst");
    assert!(worst < PATIENCE, "{worst:?}");
}
