//! The official clients against `tidegate serve`.

use std::thread;
use std::time::Duration;

use tidegate_integration::{
    Documents, python_1_client, python_2_client, tidegate_serving, typescript_1_client,
    typescript_2_client,
};

const TOOLS: &[&str] = &[
    "process_files",
    "stream_data_analysis",
    "real_time_monitoring",
    "calculate",
    "echo",
    "count",
];

/// Five notifications, 100 ms apart: the first is heard long before the result.
const SLOW_COUNT: &str = r#"{"n": 5, "delay_ms": 100}"#;
const EARLY: Duration = Duration::from_millis(250);

#[test]
fn every_client_sees_every_document() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    for (client, revision) in [
        (typescript_1_client(), "2025-11-25"),
        (typescript_2_client(), "2025-11-25"),
        (typescript_2_client().modern(), "2026-07-28"),
        (python_1_client(), "2025-11-25"),
        (python_2_client(), "2025-11-25"),
        (python_2_client().modern(), "2026-07-28"),
    ] {
        let seen = client.calls(&server, "process_files", "{}");
        seen.speaks(revision)
            .lists(TOOLS)
            .sees_every_one_of(&documents);
    }
}

/// Old clients keep working while new ones arrive: all of them call one server at once, and each of them is
/// told of its own call alone.
#[test]
fn clients_of_both_eras_call_at_once() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    thread::scope(|scope| {
        for client in [
            typescript_1_client(),
            typescript_2_client(),
            typescript_2_client().modern(),
            python_1_client(),
            python_2_client(),
            python_2_client().modern(),
        ] {
            let (server, documents) = (&server, &documents);
            scope.spawn(move || {
                let seen = client.calls(server, "process_files", "{}");
                seen.lists(TOOLS).sees_every_one_of(documents);
            });
        }
    });
}

#[test]
fn three_hundred_documents_arrive_whole_at_every_client() {
    let documents = Documents::many(300);
    let server = tidegate_serving(&documents);
    typescript_2_client()
        .modern()
        .calls(&server, "process_files", "{}")
        .sees_every_one_of(&documents);
    typescript_2_client()
        .calls(&server, "process_files", "{}")
        .sees_every_one_of(&documents);
    python_1_client()
        .calls(&server, "process_files", "{}")
        .sees_every_one_of(&documents);
}

#[test]
fn notifications_arrive_while_the_tool_runs() {
    let documents = Documents::twelve();
    let server = tidegate_serving(&documents);
    typescript_2_client()
        .modern()
        .calls(&server, "count", SLOW_COUNT)
        .hears_early_by(EARLY);
    typescript_2_client()
        .calls(&server, "count", SLOW_COUNT)
        .hears_early_by(EARLY);
    python_1_client()
        .calls(&server, "count", SLOW_COUNT)
        .hears_early_by(EARLY);
}
