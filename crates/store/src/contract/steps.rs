//! The steps that rules are made of: records to try a store with, and questions put to it.

use std::{sync::Arc, time::Duration};

use tidegate_model::{
    Raw,
    ask::{InputKind, InputRequest},
};
use tokio::time::timeout;

use crate::{
    record::Record,
    tasks::{Place, TaskStore, Updated, Versioned},
};

/// When the tests begin, in milliseconds since 1970.
pub(super) const NOW: u64 = 1_800_000_000_000;

/// How long the tests' records are kept.
pub(super) const TTL: u64 = 60_000;

/// How long a store may take to wake whoever waits.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn rule(holds: bool, rule: &str) {
    assert!(holds, "rule: {rule}");
}

pub(super) fn record(owner: &[u8]) -> Record {
    Record::new(owner, Some(TTL), Some(1000), NOW).expect("random bytes")
}

pub(super) fn record_named(id: &str, owner: &[u8]) -> Record {
    let mut record = record(owner);
    record.task.task_id = id.to_owned();
    record
}

pub(super) fn question(message: &str) -> InputRequest {
    InputRequest {
        method: InputKind::Elicit,
        params: serde_json::json!({ "message": message }),
    }
}

/// JSON that does not survive being parsed into doubles, or into a sorted map.
pub(super) fn big_integers() -> Raw {
    Raw::trusted(r#"{"z":123456789012345678901234567890,"a":1.0}"#.into())
}

pub(super) async fn create(store: &impl TaskStore, record: &Record) -> u64 {
    let created = store.create(record.clone(), NOW).await;
    created.unwrap_or_else(|error| panic!("rule: an empty store has room; it said: {error}"))
}

pub(super) async fn get(store: &impl TaskStore, place: Place<'_>, now: u64) -> Option<Versioned> {
    store.get(place, now).await.expect("the store answers")
}

pub(super) async fn update(store: &impl TaskStore, record: &Record, seen: u64) -> Updated {
    let updated = store.update(record.clone(), seen, NOW).await;
    updated.expect("the store answers")
}

pub(super) fn done(updated: Updated) -> u64 {
    match updated {
        Updated::Done(version) => version,
        other => panic!("rule: a current version can be changed; it was {other:?}"),
    }
}

pub(super) type Waiting = tokio::task::JoinHandle<bool>;

/// Begins to wait for a change, and lets the waiting begin.
pub(super) fn wait<S: TaskStore>(store: &Arc<S>, record: &Record, seen: u64) -> Waiting {
    let store = Arc::clone(store);
    let record = record.clone();
    tokio::spawn(async move {
        let changed = store.changed(record.place(), seen);
        timeout(PATIENCE, changed).await.is_ok()
    })
}

pub(super) async fn woken(waiting: Waiting) -> bool {
    waiting.await.unwrap_or(false)
}
