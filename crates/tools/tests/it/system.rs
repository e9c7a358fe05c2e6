//! `real_time_monitoring`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::Tools;

/// Says whether a line is `[HH:MM:SS] CPU: 12.3%, Memory: 45.6%`.
fn is_line(line: &str) -> bool {
    let Some((time, figures)) = line.split_once("] ") else {
        return false;
    };
    let time = time.strip_prefix('[').unwrap_or_default();
    let is_time = time.len() == 8 && time.split(':').count() == 3;
    let Some((cpu, memory)) = figures.split_once(", ") else {
        return false;
    };
    let is_share = |text: &str, name: &str| {
        let share = text
            .strip_prefix(name)
            .and_then(|text| text.strip_suffix('%'));
        share.is_some_and(|share| {
            share
                .split_once('.')
                .is_some_and(|(_, part)| part.len() == 1)
        })
    };
    is_time && is_share(cpu, "CPU: ") && is_share(memory, "Memory: ")
}

#[tokio::test]
async fn lines_come_at_the_interval_and_a_summary_at_the_end() {
    let began = Instant::now();
    let args = json!({ "duration": 1.2, "interval": 0.4 });
    let called = Tools::with(&[]).call("real_time_monitoring", args).await;
    assert_eq!(called.logs().len(), 3);
    assert!(
        called.logs().into_iter().all(is_line),
        "{:?}",
        called.logs()
    );
    assert_eq!(called.progress(), [(1.0, 3.0), (2.0, 3.0), (3.0, 3.0)]);
    assert!(began.elapsed() >= Duration::from_millis(1200));
    let (second, third) = (called.messages[2].0, called.messages[4].0);
    assert!(
        third - second >= Duration::from_millis(300),
        "the lines came at once"
    );
    let message = called.of("notifications/progress").next().unwrap()["message"]
        .as_str()
        .unwrap();
    assert!(
        message.starts_with("Load: ")
            && message.contains("Disk: ")
            && message.contains("Network: ")
    );
    assert_eq!(called.text(), "Monitoring session ended");
    let session = called.structured();
    assert_eq!(session["samples"], 3);
    assert!(session["memory"]["mean"].as_f64().unwrap() > 0.0);
}

#[tokio::test]
async fn durations_that_are_none_are_refused() {
    let tools = Tools::with(&[]);
    for (args, word) in [
        (json!({ "duration": 0 }), "duration"),
        (json!({ "duration": -1 }), "duration"),
        (json!({ "duration": 1e9 }), "duration"),
        (json!({ "interval": 0 }), "interval"),
    ] {
        let failure = tools.call("real_time_monitoring", args).await.failure();
        assert!(failure.contains(word), "{failure}");
    }
}
