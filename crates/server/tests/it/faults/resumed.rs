//! A GET stream that broke is resumed from the version its last event carried: what changed since
//! is told, a gap is said, and nothing is told twice at the same time.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tidegate_handler::{Bulletin, Change};
use tidegate_server::Config;
use tidegate_testkit::{Answer, Door, Event, InMemory, Session};
use tokio::time::sleep;

use super::changing::{changed, changing, everything, resource};

fn door() -> (Door, Arc<Bulletin>) {
    let (server, bulletin) = changing(everything());
    (server.in_memory(), bulletin)
}

async fn resume(session: &Session, id: &str) -> Answer {
    let request = session.get().header("last-event-id", id);
    session.ask(request).await
}

/// Reads changes until `last`, which the test has made the last one.
async fn until(stream: &mut Answer, last: &str) -> Vec<String> {
    let mut told = Vec::new();
    while told.last().is_none_or(|told| told != last) {
        let message = stream.message().await.expect("a change");
        told.push(changed(&message).to_owned());
    }
    told
}

async fn session_with_subscriptions(door: &Door, revision: &str) -> Session {
    let session = Session::open(door, revision).await;
    for uri in ["memo://a", "memo://b"] {
        let request = session.request("resources/subscribe", json!({ "uri": uri }));
        assert_eq!(session.ask(request).await.result().await, json!({}));
    }
    session
}

#[tokio::test(start_paused = true)]
async fn what_changed_since_is_told_once_and_in_order() {
    for revision in ["2025-03-26", "2025-06-18", "2025-11-25"] {
        let (door, bulletin) = door();
        let session = session_with_subscriptions(&door, revision).await;
        let mut stream = session.ask(session.get()).await;
        bulletin.tell(Change::Tools);
        assert_eq!(until(&mut stream, "tools").await.len(), 1);
        let id = stream.last_event_id().to_owned();
        assert_eq!(id, "g1001");
        drop(stream);

        for _ in 0..3 {
            bulletin.tell(resource("memo://b"));
            bulletin.tell(resource("memo://c"));
            bulletin.tell(Change::Prompts);
        }
        bulletin.tell(resource("memo://a"));
        let mut resumed = resume(&session, &id).await;
        assert_eq!(resumed.status, 200);
        let told = until(&mut resumed, "memo://a").await;
        assert_eq!(told, ["memo://b", "prompts", "memo://a"], "{revision}");
        // It lives on.
        bulletin.tell(Change::Resources);
        assert_eq!(until(&mut resumed, "resources").await.len(), 1);
        assert_eq!(resumed.last_event_id(), "g100c");
    }
}

#[tokio::test(start_paused = true)]
async fn each_event_is_a_place_to_resume_from() {
    let (door, bulletin) = door();
    let session = session_with_subscriptions(&door, "2025-11-25").await;
    let changes = [
        Change::Tools,
        resource("memo://a"),
        Change::Prompts,
        resource("memo://b"),
    ];
    for change in changes {
        bulletin.tell(change);
    }
    let all = ["tools", "memo://a", "prompts", "memo://b"];
    let mut stream = resume(&session, "g1000").await;
    for read in 0..all.len() {
        let id = match read {
            0 => "g1000".to_owned(),
            _ => stream.last_event_id().to_owned(),
        };
        let mut resumed = resume(&session, &id).await;
        assert_eq!(until(&mut resumed, "memo://b").await, all[read..], "{id}");
        stream = resume(&session, "g1000").await;
        for one in &all[..=read] {
            let message = stream.message().await.expect("a change");
            assert_eq!(changed(&message), *one);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_said() {
    let (door, bulletin) = door();
    let session = session_with_subscriptions(&door, "2025-11-25").await;
    bulletin.tell(Change::Tools);
    // Before this server's time, from its future, and no version at all.
    for id in ["g1", "gfff", "g1002", "gffffffffffffffff", "g0"] {
        let mut stream = resume(&session, id).await;
        let mut told = until(&mut stream, "tools").await;
        told.sort_unstable();
        let all = ["memo://a", "memo://b", "prompts", "resources", "tools"];
        assert_eq!(told, all, "{id}");
        assert_eq!(stream.last_event_id(), "g1001");
    }
}

#[tokio::test(start_paused = true)]
async fn of_what_has_no_version_of_its_own_only_the_last_has_an_id() {
    let (door, _bulletin) = door();
    let session = session_with_subscriptions(&door, "2025-06-18").await;
    let mut stream = resume(&session, "g1").await;
    for number in 1..=5 {
        assert!(!stream.has_event_id(), "the others would be lost");
        assert!(stream.message().await.is_some(), "{number}");
    }
    assert_eq!(stream.last_event_id(), "g1000");
}

#[tokio::test(start_paused = true)]
async fn it_displaces_the_sessions_other_streams_and_nobody_elses() {
    let (door, bulletin) = door();
    let session = Session::open(&door, "2025-11-25").await;
    let other = Session::open(&door, "2025-11-25").await;
    let first = session.ask(session.get()).await;
    let second = session.ask(session.get()).await;
    let mut theirs = other.ask(other.get()).await;
    let mut resumed = resume(&session, "g1000").await;
    for displaced in [first, second] {
        displaced.rest().await;
    }
    // A new one beside it shares what it told.
    let mut beside = session.ask(session.get()).await;
    bulletin.tell(Change::Tools);
    assert_eq!(until(&mut theirs, "tools").await.len(), 1);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(session.ask(session.delete()).await.status, 204);
    let mut told = 0;
    for stream in [&mut resumed, &mut beside] {
        while stream.message().await.is_some() {
            told += 1;
        }
    }
    assert_eq!(told, 1);
}

#[tokio::test(start_paused = true)]
async fn only_the_newest_legacy_revision_is_primed() {
    let config = Config {
        retry: Duration::from_millis(1500),
        ..Config::default()
    };
    let (server, _bulletin) = changing(everything());
    let door = server.config(config).in_memory();
    let session = Session::open(&door, "2025-11-25").await;
    let mut stream = session.ask(session.get()).await;
    assert_eq!(stream.event().await, Some(Event::Empty));
    assert_eq!(stream.last_event_id(), "g1000");
    assert_eq!(stream.retry(), Some(1500));
    for revision in ["2025-03-26", "2025-06-18"] {
        let session = Session::open(&door, revision).await;
        let mut stream = session.ask(session.get()).await;
        assert_eq!(
            stream.event().await,
            Some(Event::Comment("ping".to_owned()))
        );
        assert_eq!((stream.has_event_id(), stream.retry()), (false, None));
    }
}

#[tokio::test(start_paused = true)]
async fn an_id_that_nobody_gave_is_refused() {
    let (door, _bulletin) = door();
    let session = Session::open(&door, "2025-11-25").await;
    let open = session.ask(session.get()).await;
    for id in ["g", "g+1", "g 1", "gxyz", "g12345678123456781", "17", "x"] {
        let answer = resume(&session, id).await;
        assert_eq!(answer.status, 400, "{id}");
        assert_eq!(answer.error().await, -32600, "{id}");
    }
    assert_eq!(session.ask(session.delete()).await.status, 204);
    let (messages, _) = open.rest().await;
    assert_eq!(messages, <[serde_json::Value; 0]>::default());
}
