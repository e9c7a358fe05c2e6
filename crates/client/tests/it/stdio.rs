//! Servers on stdio: how their era is found, what calls bring, and what they may do wrong.

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tidegate_client::{Client, Command, EraChoice, Revision, ask::Root};
use tokio::time::timeout;

use crate::children::{child, command, settled, shown, text};

/// Longer than any of this takes on a busy machine.
const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn the_era_is_found() {
    for (era, faults, modern) in [
        ("modern", &[][..], true),
        ("both", &[], true),
        ("legacy", &[], false),
        ("legacy", &["exits-on-probe"], false),
    ] {
        let begun = Instant::now();
        let client = child(era, faults).connect().await.expect("connects");
        assert_eq!(
            client.server().revision.is_modern(),
            modern,
            "{era} {faults:?}"
        );
        assert_eq!(client.server().name, "child");
        assert_eq!(text(&client, "pid").await, text(&client, "pid").await);
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "nothing was waited for"
        );
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_the_probe_is_an_old_one() {
    for faults in [&["silent-on-probe"][..], &["late-probe"]] {
        let begun = Instant::now();
        let client = child("legacy", faults).connect().await.expect("connects");
        assert!(!client.server().revision.is_modern());
        assert!(begun.elapsed() < SOON);
        let seen: Vec<String> = serde_json::from_str(&text(&client, "seen").await).expect("names");
        assert_eq!(seen[..2], ["server/discover", "initialize"]);
        assert!(
            !seen.iter().any(|method| method.contains("cancelled")),
            "{seen:?}"
        );
        // The verdict holds for the next client.
        let begun = Instant::now();
        let client = child("legacy", faults).connect().await.expect("connects");
        assert!(
            begun.elapsed() < Duration::from_secs(4),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(client.server().name, "child");
    }
}

#[tokio::test]
async fn a_modern_server_that_starts_slowly_is_a_modern_one() {
    let client = child("modern", &["starts-slowly"])
        .connect()
        .await
        .expect("connects");
    assert!(client.server().revision.is_modern());
}

#[tokio::test]
async fn who_wants_one_era_gets_it_or_an_error() {
    let error = child("legacy", &[])
        .era(EraChoice::Modern)
        .connect()
        .await
        .unwrap_err();
    assert!(error.to_string().contains("2026-07-28"), "{error}");
    let client = settled("both", &[]).await;
    assert_eq!(client.server().revision, Revision::NEWEST_LEGACY);
}

#[tokio::test]
async fn a_target_can_be_a_command_line() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/children/server.py");
    let client = Client::connect(&format!("stdio:python3 '{script}' modern")).await;
    let client = client.expect("connects");
    assert_eq!(client.list_tools().await.expect("tools")[0].name, "echo");

    for (target, part) in [("stdio:", "stdio:python3"), ("stdio:a 'b", "quote")] {
        let error = Client::connect(target).await.unwrap_err();
        assert!(
            error.is_input() && error.to_string().contains(part),
            "{error}"
        );
    }
    let error = Client::connect("stdio:/no/such/program x")
        .await
        .unwrap_err();
    assert!(error.is_connect(), "{error}");
    let why = error.source().expect("a reason").to_string();
    assert!(why.contains("/no/such/program"), "{why}");
    let error = child("modern", &[]).token("t").connect().await.unwrap_err();
    assert!(
        error.is_input() && error.to_string().contains("environment"),
        "{error}"
    );
}

#[tokio::test]
async fn the_environment_is_passed_through_and_can_be_added_to() {
    let dir = std::env::temp_dir().canonicalize().expect("a folder");
    let command = command("modern", &[]).env("TIDE", "high").current_dir(&dir);
    let client = Client::stdio(command).connect().await.expect("connects");
    let env = async |name: &str| {
        let result = client.call_tool("env", json!({"name": name})).await;
        result.expect("a result").text()
    };
    assert_eq!(env("TIDE").await, format!("high in {}", dir.display()));
    // Where python3 is a script of its own, it may have put something before it.
    let path = std::env::var("PATH").expect("set");
    assert!(env("PATH").await.contains(&path));
}

#[tokio::test]
async fn logs_and_progress_come_in_order() {
    for era in ["modern", "legacy"] {
        let client = settled(era, &[]).await;
        let call = client.call("steps").arguments(json!({"n": 100}));
        let mut call = call.start().await.expect("starts");
        let mut events = Vec::new();
        while let Some(event) = call.next().await {
            events.push(shown(&event));
        }
        let expected: Vec<_> = (1..=100)
            .flat_map(|n| [format!("step {n}"), format!("{n}")])
            .collect();
        assert_eq!(events, expected, "{era}");
        assert_eq!(call.result().await.expect("a result").text(), "stepped");
    }
}

#[tokio::test]
async fn many_calls_run_side_by_side() {
    for era in ["modern", "legacy"] {
        let client = settled(era, &[]).await;
        let calls = (0..1_000).map(|nth| {
            let client = client.clone();
            tokio::spawn(async move {
                let text = format!("call {nth}");
                if nth % 5 == 0 {
                    // Given up, at any time.
                    let call = client.call_tool("echo", json!({"text": text}));
                    let _ = timeout(Duration::from_micros(nth * 10), call).await;
                    return;
                }
                let result = client.call_tool("echo", json!({"text": text})).await;
                assert_eq!(result.expect("a result").text(), text);
            })
        });
        let calls: Vec<_> = calls.collect();
        for call in calls {
            timeout(SOON, call)
                .await
                .expect("no hang")
                .expect("the right answer");
        }
    }
}

#[tokio::test]
async fn rubbish_on_stdout_and_much_on_stderr_disturb_nothing() {
    let client = settled("modern", &[]).await;
    let mut call = client.call("rubbish").start().await.expect("starts");
    let mut events = Vec::new();
    while let Some(event) = call.next().await {
        events.push(shown(&event));
    }
    assert_eq!(events, ["1"]);
    assert_eq!(call.result().await.expect("a result").text(), "clean");
    let loud = timeout(SOON, text(&client, "loud"))
        .await
        .expect("not held up");
    assert_eq!(loud, "ten megabytes");
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled() {
    for era in ["modern", "legacy"] {
        let client = settled(era, &[]).await;
        let mut call = client.call("hold").start().await.expect("starts");
        assert_eq!(shown(&call.next().await.expect("held")), "0");
        drop(call);
        let begun = Instant::now();
        while !text(&client, "seen")
            .await
            .contains("notifications/cancelled")
        {
            assert!(begun.elapsed() < SOON, "{era}");
        }
        // What it answers late is nobody's.
        assert_eq!(text(&client, "release").await, "released");
    }
}

#[tokio::test]
async fn a_question_is_answered() {
    let builder = child("legacy", &[]).roots([Root::new("file:///harbour")]);
    let client = builder.connect().await.expect("connects");
    let answer: Value = serde_json::from_str(&text(&client, "ask").await).expect("JSON");
    assert_eq!(answer, json!({"roots": [{"uri": "file:///harbour"}]}));
    // Nobody here answers: it is told so.
    let client = settled("legacy", &[]).await;
    assert!(text(&client, "ask").await.contains("-32601"));
}

#[tokio::test]
async fn a_line_that_is_too_long_is_a_definite_error() {
    let builder = child("modern", &[]).max_message(10_000);
    let client = builder.connect().await.expect("connects");
    let long = client.call_tool("long", json!({"n": 20_000}));
    let error = timeout(SOON, long).await.expect("no hang").unwrap_err();
    let why = format!("{error:?}");
    assert!(
        error.is_broken() && why.contains("longer than 10000 bytes"),
        "{why}"
    );
    let short = client.call_tool("long", json!({"n": 5_000})).await;
    assert_eq!(short.expect("a new child").text().len(), 5_000);
}

#[tokio::test]
async fn a_command_without_a_server_is_told() {
    let silent = Client::stdio(Command::new("true")).connect();
    let error = timeout(SOON, silent).await.expect("no hang").unwrap_err();
    let why = format!("{error:?}");
    assert!(error.is_broken() && why.contains("exit status: 0"), "{why}");
}
