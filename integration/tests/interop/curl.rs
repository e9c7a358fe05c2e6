//! `curl -N` against `tidegate serve`: each event is seen when it happens, on every plain endpoint.

use std::process::Command;
use std::time::Duration;

use tidegate_integration::{Documents, Endpoint, Finished, Serving, tidegate_serving};

const INTERVAL: Duration = Duration::from_millis(400);

fn curl(server: &Serving, path: &str, more: &[&str]) -> Finished {
    let root = server
        .url()
        .strip_suffix("/mcp")
        .expect("the endpoint's URL");
    let mut curl = Command::new("curl");
    curl.args(["-N", "-s", "-S", "-f"])
        .args(more)
        .arg(format!("{root}{path}"));
    Finished::run(&mut curl).well()
}

/// The lines that begin with `mark` are `count`, and each came at least half an interval after the
/// one before, as it can only when nobody held it back.
#[track_caller]
fn spaced(seen: &Finished, mark: &str, count: usize) {
    let found = seen.lines.iter().filter(|(_, line)| line.starts_with(mark));
    let times: Vec<Duration> = found.map(|(at, _)| *at).collect();
    assert_eq!(times.len(), count, "{:#?}", seen.lines);
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] >= INTERVAL / 2, "{:#?}", seen.lines);
    }
}

#[test]
fn messages_as_events_and_as_text() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let path = format!("/stream?n=4&interval_ms={}", INTERVAL.as_millis());
    let events = curl(&server, &path, &[]);
    spaced(&events, "data: {\"timestamp\":", 4);
    let end = events.lines.iter().filter(|(_, line)| line == "event: end");
    assert_eq!(end.count(), 1, "{:#?}", events.lines);
    let text = curl(&server, &(path + "&format=text"), &[]);
    spaced(&text, "Message ", 4);
}

#[test]
fn a_calculation() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let path = format!(
        "/calculate?a=6&b=7&op=multiply&interval_ms={}",
        INTERVAL.as_millis()
    );
    let seen = curl(&server, &path, &[]);
    spaced(&seen, "event: ", 2);
    let last = seen
        .lines
        .iter()
        .rfind(|(_, line)| line.starts_with("data: "));
    let (_, last) = last.expect("the result");
    assert_eq!(last, r#"data: {"a":6,"b":7,"op":"multiply","result":42}"#);
}

#[test]
fn a_tool_as_lines_and_as_events_by_post_and_by_get() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let arguments = format!(r#"{{"n": 4, "delay_ms": {}}}"#, INTERVAL.as_millis());
    let json = ["-H", "Content-Type: application/json", "-d", &arguments];
    let lines = curl(&server, "/tools/count/stream", &json);
    spaced(&lines, r#"{"type":"progress""#, 4);
    let (_, last) = lines.lines.last().expect("a result");
    assert!(last.starts_with(r#"{"type":"result""#), "{last}");

    let events = [&json[..], &["-H", "Accept: text/event-stream"]].concat();
    spaced(
        &curl(&server, "/tools/count/stream", &events),
        "event: progress",
        4,
    );

    let path = format!("/tools/count/stream?n=4&delay_ms={}", INTERVAL.as_millis());
    spaced(&curl(&server, &path, &[]), r#"{"type":"progress""#, 4);
}
