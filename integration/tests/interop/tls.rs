//! `tidegate serve` over TLS, met by curl and by a browser: both agree on HTTP/2 with it.

use std::process::Command;

use serde_json::json;
use tidegate_integration::{
    Documents, Endpoint, Finished, Page, Serving, evaluated_at, tidegate_serving_tls,
};

/// How many streams a page opens at a time: three times what a browser opens over HTTP/1.1.
const STREAMS: usize = 20;

fn root(server: &Serving) -> &str {
    let root = server.url().strip_suffix("/mcp");
    root.expect("the endpoint's URL")
}

fn curl(server: &Serving, arguments: &[&str], path: &str) -> String {
    let mut curl = Command::new("curl");
    curl.args(["-s", "-S", "-f", "-N", "-k"]).args(arguments);
    let ended = Finished::run(curl.arg(format!("{}{path}", root(server)))).well();
    let lines = ended.lines.into_iter().map(|(_, line)| line + "\n");
    lines.collect()
}

#[test]
fn curl_agrees_on_http_2_and_on_http_1() {
    let documents = Documents::many(1);
    let server = tidegate_serving_tls(&documents);
    assert!(server.url().starts_with("https://"), "{}", server.url());
    for (flag, version) in [("--http2", "2"), ("--http1.1", "1.1")] {
        let told = ["-w", "spoken: %{http_version}\n", flag];
        let seen = curl(&server, &told, "/stream?n=2&interval_ms=100");
        assert!(seen.contains(&format!("spoken: {version}\n")), "{seen}");
        assert!(seen.contains("Stream message 2"), "{seen}");
    }
}

#[test]
fn curl_sees_twenty_streams_over_one_connection() {
    let documents = Documents::many(1);
    let server = tidegate_serving_tls(&documents);
    let url = format!("{}/stream?n=3&interval_ms=300", root(&server));
    let mut curl = Command::new("curl");
    curl.args(["-s", "-S", "-f", "-N", "-k", "--http2", "--parallel"]);
    curl.args(["--parallel-max", "50"]);
    curl.args(["-w", "connections: %{num_connects}\n"]);
    for _ in 0..STREAMS {
        curl.arg(&url);
    }
    let seen = Finished::run(&mut curl).well();
    let lines = || seen.lines.iter().map(|(_, line)| line.as_str());
    let ends = lines().filter(|line| *line == "event: end").count();
    assert_eq!(ends, STREAMS, "{:#?}", seen.lines);
    let opened = lines().filter_map(|line| line.split_once("connections: "));
    let opened: Vec<u32> = opened
        .map(|(_, count)| count.parse().expect("a number"))
        .collect();
    assert_eq!(opened.len(), STREAMS);
    assert_eq!(opened.iter().sum::<u32>(), 1, "connections: {opened:?}");
}

/// Opens streams until all have begun, then reads them to their ends; and a WebSocket.
const SCRIPT: &str = r"
  const begun = [];
  const stream = async (number) => {
    // Each another URL, so that none waits for another's answer to be kept.
    const answer = await fetch(`/stream?n=3&interval_ms=${1500 + number}`);
    const reader = answer.body.getReader();
    await reader.read();
    begun.push(performance.now());
    let ended = false;
    while (!ended) ended = (await reader.read()).done;
    return performance.now();
  };
  const ends = await Promise.all([...Array(STREAMS).keys()].map(stream));
  const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params: {
    protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'page', version: '1' } } };
  const answered = await new Promise((done, failed) => {
    const socket = new WebSocket(`wss://${location.host}/ws`, 'mcp');
    socket.onopen = () => socket.send(JSON.stringify(hello));
    socket.onmessage = (event) => done(JSON.parse(event.data));
    socket.onerror = () => failed(new Error('no WebSocket'));
  });
  const spoken = (kind) =>
    [...new Set(performance.getEntriesByType(kind).map((entry) => entry.nextHopProtocol))];
  return {
    page: spoken('navigation'),
    fetched: spoken('resource'),
    together: begun.length === STREAMS && Math.max(...begun) < Math.min(...ends),
    secure: isSecureContext,
    over: answered.result.protocolVersion,
  };
";

#[test]
fn a_browser_agrees_on_http_2_for_pages_streams_and_websockets() {
    let documents = Documents::many(1);
    let server = tidegate_serving_tls(&documents);
    let url = format!("{}/streams", root(&server));
    let script = SCRIPT.replace("STREAMS", &STREAMS.to_string());
    let seen = evaluated_at(&url, &script);
    let wanted = json!({
        "page": ["h2"], "fetched": ["h2"], "together": true, "secure": true, "over": "2025-11-25"
    });
    assert_eq!(seen, wanted);
}

#[test]
fn every_command_of_the_guide_works() {
    Page::read("tls.md").run();
}
