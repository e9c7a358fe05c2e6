//! `serve` and `call` as two processes, in both eras.

use serde_json::{Value, json};

use crate::process::{Ran, Serving, run, run_with_stdin};

const ERAS: [&str; 2] = ["modern", "legacy"];

/// Tells the events of a call as a person would.
fn told(ran: &Ran) -> Vec<String> {
    let tell = |event: Value| match event["event"].as_str().unwrap() {
        "log" => format!(
            "{}: {}",
            event["level"].as_str().unwrap(),
            event["data"].as_str().unwrap()
        ),
        "progress" => format!("{} of {}", event["progress"], event["total"]),
        other => other.to_owned(),
    };
    ran.events().into_iter().map(tell).collect()
}

#[test]
fn every_notification_comes_in_order_before_the_result() {
    let server = Serving::start();
    for era in ERAS {
        let ran = server
            .call("process_files", &["--json", "--era", era])
            .ends(0);
        assert_eq!(
            told(&ran),
            [
                "info: Processing document 1/3: a.txt",
                "1 of 3",
                "info: Processing document 2/3: b.md",
                "2 of 3",
                "info: Processing document 3/3: c.html",
                "3 of 3",
                "info: Processing complete!",
                "result",
            ],
            "{era}"
        );
        let result = ran.events().pop().unwrap();
        assert_eq!(result["structuredContent"]["total"], 3);
        assert_eq!(result["content"][0]["text"], "Done: 3 documents");
    }
}

#[test]
fn a_person_reads_lines_on_stderr_and_the_result_on_stdout() {
    let server = Serving::start();
    let ran = server.call("process_files", &["message=all calm"]).ends(0);
    assert_eq!(ran.stdout, "Done: all calm\n");
    let ran = ran.says("info       Processing document 2/3: b.md\n");
    ran.says("progress   2/3\n");
}

#[test]
fn the_schema_says_what_text_becomes() {
    let server = Serving::start();
    let ran = server
        .call("calculate", &["a=6", "b=7", "op=mul", "--structured"])
        .ends(0);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(answer.to_string().contains("42"), "{answer}");
    let ran = server
        .call("process_files", &["paths=*.md,*.txt", "--json"])
        .ends(0);
    assert_eq!(ran.events().pop().unwrap()["structuredContent"]["total"], 2);
    let ran = server.call("echo", &["message=007"]).ends(0);
    assert_eq!(ran.stdout, "007\n");
}

#[test]
fn arguments_come_from_json_files_and_stdin_too() {
    let server = Serving::start();
    let ran = server
        .call("process_files", &[r#"paths:=["a.txt"]"#, "--json"])
        .ends(0);
    assert_eq!(ran.events().pop().unwrap()["structuredContent"]["total"], 1);
    let file = format!("message=@{}", server.root().join("a.txt").display());
    assert_eq!(
        server.call("echo", &[&file]).ends(0).stdout,
        "A calm sea.\n"
    );
    let words = ["call", &server.url, "echo", "-"];
    let ran = run_with_stdin(&words, r#"{"message": "ahoy"}"#).ends(0);
    assert_eq!(ran.stdout, "ahoy\n");
}

#[test]
fn only_the_levels_that_were_asked_for_are_shown() {
    let server = Serving::start();
    for era in ERAS {
        let words = ["--json", "--level", "warning", "--era", era];
        let ran = server.call("process_files", &words).ends(0);
        assert_eq!(
            told(&ran),
            ["1 of 3", "2 of 3", "3 of 3", "result"],
            "{era}"
        );
    }
}

#[test]
fn a_list_has_a_line_for_each_tool_in_both_eras() {
    let server = Serving::start();
    for (era, revision) in [("modern", "2026-07-28"), ("legacy", "2025-11-25")] {
        let ran = run(&["list", &server.url, "--era", era]).ends(0);
        assert!(ran.stdout.contains(revision), "{}", ran.stdout);
        let line = ran.stdout.lines().find(|line| line.starts_with("echo"));
        assert!(
            line.is_some_and(|line| line.contains("message")),
            "{}",
            ran.stdout
        );

        let events = run(&["list", &server.url, "--json", "--era", era])
            .ends(0)
            .events();
        assert_eq!(events[0]["revision"], revision);
        let calculate = events
            .iter()
            .find(|event| event["name"] == "calculate")
            .unwrap();
        assert_eq!(calculate["event"], "tool");
        assert_eq!(calculate["inputSchema"]["type"], json!("object"));
    }
}

#[test]
fn a_header_goes_with_every_request() {
    // The guard refuses a foreign Origin, so a refusal shows that the header was sent.
    let server = Serving::start();
    let evil = ["message=x", "--header", "Origin: https://evil.example"];
    let ran = server.call("echo", &evil);
    assert_eq!(ran.code, Some(5), "{ran:?}");
    assert!(ran.stderr.contains("--allow-origin"), "{ran:?}");
    assert!(
        !ran.stderr.contains("credentials"),
        "a page was refused, not a person: {ran:?}"
    );
    let friend = Serving::start_with(&["--allow-origin", "https://friend.example"]);
    friend
        .call(
            "echo",
            &["message=x", "--header", "Origin: https://friend.example"],
        )
        .ends(0);
}
