//! How servers on stdio end: by themselves, in the middle, or with their client.

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use serde_json::json;
use tidegate_client::{Change, Client, Error, Topics};
use tokio::time::timeout;

use crate::children::{child, gone, group, settled, shown, text};

/// Longer than any of this takes on a busy machine.
const SOON: Duration = Duration::from_secs(30);

async fn pid(client: &Client) -> u32 {
    text(client, "pid").await.parse().expect("a number")
}

fn reason(error: &Error) -> String {
    error.source().expect("a reason").to_string()
}

#[tokio::test]
async fn a_server_that_exits_at_once_is_told_with_its_last_words() {
    for era in ["modern", "legacy"] {
        let begun = Instant::now();
        let error = child(era, &["exits-at-once"]).connect().await.unwrap_err();
        assert!(error.is_broken(), "{error}");
        let why = reason(&error);
        assert!(why.contains("exit status: 1"), "{why}");
        assert!(why.contains("there is no configuration"), "{why}");
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[tokio::test]
async fn a_server_that_dies_ends_its_calls_and_is_started_again() {
    for era in ["modern", "legacy"] {
        let client = settled(era, &[]).await;
        let first = pid(&client).await;
        let mut held = client.call("hold").start().await.expect("starts");
        assert_eq!(shown(&held.next().await.expect("held")), "0");
        let mut dying = client.call("die").start().await.expect("starts");
        assert_eq!(shown(&dying.next().await.expect("a word")), "1");
        for call in [dying, held] {
            let error = timeout(SOON, call.result())
                .await
                .expect("no hang")
                .unwrap_err();
            assert!(error.is_broken(), "{error}");
            let why = reason(&error);
            assert!(
                why.contains("exit status: 3") && why.contains("the last words"),
                "{why}"
            );
        }
        let second = pid(&client).await;
        assert_ne!(first, second, "{era}");
        assert!(group(first).is_empty());
    }
}

#[tokio::test]
async fn what_was_listened_to_is_listened_to_again() {
    for era in ["modern", "legacy"] {
        let client = settled(era, &[]).await;
        let mut listening = client.listen(Topics::lists()).await.expect("listens");
        let first = pid(&client).await;
        assert_eq!(text(&client, "change").await, "changed");
        let mut next = async || {
            let change = timeout(SOON, listening.next()).await.expect("no hang");
            change.expect("it goes on").expect("no error")
        };
        assert_eq!(next().await, Change::Tools, "{era}");
        client.call_tool("die", json!({})).await.unwrap_err();
        // Nobody knows what changed meanwhile: everything counts as changed.
        next().await;
        assert_ne!(pid(&client).await, first);
        assert_eq!(text(&client, "change").await, "changed");
        while next().await != Change::Tools {}
    }
}

#[tokio::test]
async fn a_call_that_is_cut_anywhere_ends_with_a_result_or_a_definite_error() {
    for era in ["modern", "legacy"] {
        for (after, torn) in (0..=6).flat_map(|after| [(after, false), (after, true)]) {
            let client = settled(era, &[]).await;
            let call = client
                .call("cut")
                .arguments(json!({"after": after, "torn": torn}));
            let mut call = call.start().await.expect("starts");
            let mut events = Vec::new();
            while let Some(event) = timeout(SOON, call.next()).await.expect("no hang") {
                events.push(shown(&event));
            }
            let expected: Vec<_> = (1..=after.min(5)).map(|step| step.to_string()).collect();
            assert_eq!(events, expected, "{era} {after} {torn}");
            match call.result().await {
                Ok(result) => assert_eq!((after, result.text().as_ref()), (6, "whole")),
                Err(error) => assert!(after < 6 && error.is_broken(), "{error}"),
            }
        }
    }
}

#[tokio::test]
async fn a_server_that_always_dies_is_left_alone_after_a_while() {
    let client = settled("modern", &[]).await;
    let begun = Instant::now();
    let error = loop {
        let call = client.call_tool("die", json!({}));
        let error = timeout(SOON, call).await.expect("no hang").unwrap_err();
        assert!(error.is_broken(), "{error}");
        if error.is_connect() {
            break error;
        }
        assert!(begun.elapsed() < SOON, "it is started again and again");
    };
    assert!(
        reason(&error).contains("again and again"),
        "{}",
        reason(&error)
    );
}

#[tokio::test]
async fn nobody_is_left_when_the_client_is_dropped() {
    for era in ["modern", "legacy"] {
        let client = settled(era, &[]).await;
        let leader = pid(&client).await;
        let held = client.call("hold").start().await.expect("starts");
        drop(client);
        drop(held);
        gone(leader, Duration::from_secs(2)).await;
    }
}

#[tokio::test]
async fn nobody_is_left_of_a_group_that_wants_to_stay() {
    let client = settled("modern", &["ignores-signals", "has-children"]).await;
    let leader = pid(&client).await;
    assert_eq!(group(leader).len(), 3);
    drop(client);
    gone(leader, Duration::from_secs(10)).await;

    // The leader goes as it should, and leaves the others behind.
    let client = settled("legacy", &["has-children"]).await;
    let leader = pid(&client).await;
    assert_eq!(group(leader).len(), 3);
    drop(client);
    gone(leader, Duration::from_secs(5)).await;

    // It dies, and leaves the others with its pipes.
    let client = settled("modern", &["has-children"]).await;
    let leader = pid(&client).await;
    let begun = Instant::now();
    let died = client.call_tool("die", json!({})).await.unwrap_err();
    assert!(died.is_broken(), "{died}");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    gone(leader, Duration::from_secs(5)).await;
}

#[tokio::test]
async fn closing_waits_for_the_end() {
    for (era, faults) in [
        ("modern", &[][..]),
        ("legacy", &[]),
        ("legacy", &["ignores-signals"]),
    ] {
        let client = settled(era, faults).await;
        let leader = pid(&client).await;
        timeout(SOON, client.close())
            .await
            .expect("no hang")
            .expect("closes");
        assert!(group(leader).is_empty(), "{era} {faults:?}");
        // Whoever goes on has a new one.
        assert_ne!(pid(&client).await, leader);
    }
}

#[test]
fn nobody_is_left_when_the_runtime_goes_first() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    let first = runtime();
    let (client, leader) = first.block_on(async {
        let client = settled("modern", &["ignores-signals", "has-children"]).await;
        let leader = pid(&client).await;
        (client, leader)
    });
    assert_eq!(group(leader).len(), 3);
    drop(first);
    runtime().block_on(gone(leader, Duration::from_secs(2)));
    drop(client);
}
