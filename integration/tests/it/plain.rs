//! `tidegate serve` and `tidegate stream`, as two processes.

use std::time::Duration;

use tidegate_integration::{Documents, Endpoint, Finished, Serving, tidegate, tidegate_serving};

const INTERVAL: Duration = Duration::from_millis(300);

fn stream(server: &Serving, path: &str, more: &[&str]) -> Finished {
    let root = server
        .url()
        .strip_suffix("/mcp")
        .expect("the endpoint's URL");
    let url = format!("{root}{path}");
    Finished::run(tidegate().args(["stream", &url]).args(more))
}

/// Each line that holds `mark` came at least half an interval after the one before.
#[track_caller]
fn spaced(seen: &Finished, mark: &str, count: usize) {
    let found = seen.lines.iter().filter(|(_, line)| line.contains(mark));
    let times: Vec<Duration> = found.map(|(at, _)| *at).collect();
    assert_eq!(times.len(), count, "{:#?}", seen.lines);
    for pair in times.windows(2) {
        assert!(pair[1] - pair[0] >= INTERVAL / 2, "{:#?}", seen.lines);
    }
}

#[test]
fn messages_are_shown_as_they_come() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let path = format!("/stream?n=3&interval_ms={}", INTERVAL.as_millis());
    spaced(&stream(&server, &path, &[]).well(), "Stream message ", 3);
    let json = stream(&server, &path, &["--json"]).well();
    spaced(&json, r#"{"event":"message","#, 3);
    assert_eq!(json.lines[3].1, r#"{"event":"end","sent":3}"#);
    let text = stream(&server, &(path + "&format=text"), &[]).well();
    spaced(&text, "Message ", 3);
}

#[test]
fn a_tool_is_called_with_arguments_by_its_schema() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    let delay = format!("delay_ms={}", INTERVAL.as_millis());
    let seen = stream(&server, "/tools/count/stream", &["n=3", &delay, "--json"]).well();
    spaced(&seen, r#""event":"progress""#, 3);
    let (_, last) = seen.lines.last().expect("a result");
    assert!(last.starts_with(r#"{"event":"result","#), "{last}");
    let quiet = stream(&server, "/tools/echo/stream", &["message=hi"]).well();
    assert_eq!(quiet.lines[0].1, "hi");
}

#[test]
fn what_goes_wrong_has_its_exit_code() {
    let documents = Documents::many(1);
    let server = tidegate_serving(&documents);
    for (path, more, code, says) in [
        ("/stream?n=0", &[][..], 5, "from 1 to 10000"),
        (
            "/calculate?a=1&b=2&op=pow",
            &[],
            5,
            "add, subtract, multiply, divide",
        ),
        ("/tools/nope/stream", &[], 5, "no such tool: nope"),
        ("/tools/count/stream", &["n=x"], 2, "whole number"),
        (
            "/tools/count/stream",
            &["n:=99999999"],
            1,
            "reports a failure",
        ),
        ("/stream", &["n=3"], 2, "only a tool's stream"),
        ("/mcp", &[], 5, "Mcp-Session-Id"),
    ] {
        let seen = stream(&server, path, more);
        assert_eq!(
            seen.status.code(),
            Some(code),
            "{path} {more:?}: {}",
            seen.errors
        );
        assert!(
            seen.errors.contains(says),
            "{path} {more:?}: {}",
            seen.errors
        );
    }
    let nobody = Finished::run(tidegate().args(["stream", "http://127.0.0.1:1/stream"]));
    assert_eq!(nobody.status.code(), Some(3), "{}", nobody.errors);
}
