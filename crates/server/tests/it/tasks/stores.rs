//! Stores of the user's own, of other principals, and ones that fail.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parking_lot::Mutex;
use serde_json::json;
use tidegate_handler::{
    Context,
    ask::{Elicit, Field, Form},
};
use tidegate_model::TaskStatus;
use tidegate_store::{
    Later, MemoryLimits, MemoryTasks, Place, Record, StoreError, TaskStore, Updated, Versioned,
};
use tidegate_testkit::InMemory;
use tokio::sync::Notify;

use super::tools::{about, begin, durable, get, is_empty, lasting, named, until, update};
use crate::faults::tools::text;

const NOW: u64 = 1_800_000_000_000;

/// A store that can be made to fail, and to make whoever creates wait.
#[derive(Debug, Default)]
struct Failing {
    inner: MemoryTasks,
    fails: AtomicBool,
    slow: AtomicBool,
    begun: Notify,
    go_on: Notify,
    /// What was created last.
    last: Mutex<Option<Record>>,
}

// === impl Failing ===

impl Failing {
    fn check(&self) -> Result<(), StoreError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(StoreError::unavailable("the disk is away"));
        }
        Ok(())
    }
}

impl TaskStore for Failing {
    fn create(&self, record: Record, now: u64) -> Later<'_, u64> {
        Box::pin(async move {
            self.check()?;
            *self.last.lock() = Some(record.clone());
            if self.slow.load(Ordering::Relaxed) {
                self.begun.notify_one();
                self.go_on.notified().await;
            }
            self.inner.create(record, now).await
        })
    }

    fn get<'a>(&'a self, place: Place<'a>, now: u64) -> Later<'a, Option<Versioned>> {
        Box::pin(async move {
            self.check()?;
            self.inner.get(place, now).await
        })
    }

    fn update(&self, record: Record, seen: u64, now: u64) -> Later<'_, Updated> {
        Box::pin(async move {
            self.check()?;
            self.inner.update(record, seen, now).await
        })
    }

    fn changed<'a>(&'a self, place: Place<'a>, seen: u64) -> Later<'a, ()> {
        self.inner.changed(place, seen)
    }

    fn expire(&self, now: u64) -> Later<'_, usize> {
        self.inner.expire(now)
    }

    fn remove<'a>(&'a self, place: Place<'a>) -> Later<'a, bool> {
        self.inner.remove(place)
    }
}

#[tokio::test(start_paused = true)]
async fn another_principals_task_is_not_there() {
    let store = Arc::new(MemoryTasks::default());
    let theirs = Record::new(b"bob", None, None, NOW).expect("entropy");
    store.create(theirs.clone(), NOW).await.expect("room");
    let door = lasting().tasks(Arc::clone(&store)).in_memory();
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let request = about(method, &theirs.task.task_id).param("inputResponses", json!({}));
        let foreign = door.ask(request).await.response().await;
        let request = about(method, "unknown").param("inputResponses", json!({}));
        let unknown = door.ask(request).await.response().await;
        assert_eq!(foreign, unknown, "not even its being there is told");
        assert_eq!(foreign["error"]["code"], -32602);
    }
    let found = store.get(theirs.place(), NOW).await.expect("answers");
    assert_eq!(found.expect("there").record, theirs);
}

/// Two servers over one store are two nodes: any of them takes any request.
#[tokio::test(start_paused = true)]
async fn answers_and_cancellations_come_through_any_node() {
    let store = Arc::new(MemoryTasks::default());
    let here = lasting().tasks(Arc::clone(&store)).in_memory();
    let there = lasting().tasks(store).in_memory();
    let id = begin(&here, "greet").await;
    until(&there, &id, "input_required").await;
    assert!(is_empty(
        &update(&there, &id, json!({ "name": named("Ann") })).await
    ));
    let task = until(&there, &id, "completed").await;
    assert_eq!(text(&task["result"]), "Hello, Ann!");
    let id = begin(&here, "greet").await;
    assert!(is_empty(&super::tools::cancel(&there, &id).await));
    assert_eq!(get(&here, &id).await["status"], "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_store_without_room_refuses_new_tasks() {
    let limits = MemoryLimits {
        records: 1,
        ..MemoryLimits::default()
    };
    let door = lasting().tasks(MemoryTasks::new(limits)).in_memory();
    begin(&door, "noisy").await;
    let refused = door.ask(durable("noisy")).await;
    assert_eq!(refused.error().await, -32603);
    let turned = door.ask(durable("turns")).await.result().await;
    assert_eq!(
        text(&turned),
        "durable: false",
        "a call that has begun goes on"
    );
}

#[tokio::test(start_paused = true)]
async fn a_result_that_cannot_be_kept_is_a_definite_error() {
    let limits = MemoryLimits {
        record: 1_000,
        ..MemoryLimits::default()
    };
    let spec = tidegate_handler::ToolSpec::new("large").durable();
    let door = lasting()
        .tool(spec, async |_: crate::faults::tools::Nothing| {
            "x".repeat(2_000)
        })
        .tasks(MemoryTasks::new(limits))
        .in_memory();
    let id = begin(&door, "large").await;
    let task = until(&door, &id, "failed").await;
    assert_eq!(task["error"]["code"], -32603);
    assert!(
        task["statusMessage"].to_string().contains("cannot be kept"),
        "{task}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_that_cannot_be_kept_is_refused() {
    let limits = MemoryLimits {
        record: 4_000,
        ..MemoryLimits::default()
    };
    let spec = tidegate_handler::ToolSpec::new("wordy").durable();
    let wordy = async |_: crate::faults::tools::Nothing, cx: Context| {
        let form = Form::new().required("name", Field::string());
        let question = Elicit::form("Who are you? ".repeat(1_000), form);
        match cx.ask("name", question).await {
            Ok(_) => "answered".to_owned(),
            Err(failure) => failure.message().to_owned(),
        }
    };
    let store = MemoryTasks::new(limits);
    let door = lasting().tool(spec, wordy).tasks(store).in_memory();
    let id = begin(&door, "wordy").await;
    let task = until(&door, &id, "completed").await;
    assert_eq!(text(&task["result"]), "the question cannot be kept");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_while_loses_no_end() {
    let store = Arc::new(Failing::default());
    let door = lasting().tasks(Arc::clone(&store)).in_memory();
    let id = begin(&door, "hasty").await;
    until(&door, &id, "input_required").await;
    store.fails.store(true, Ordering::Relaxed);
    let unreachable = door.ask(about("tasks/get", &id)).await;
    assert_eq!(unreachable.error().await, -32603);
    assert_eq!(door.ask(durable("noisy")).await.error().await, -32603);
    tokio::time::sleep(std::time::Duration::from_secs(22)).await;
    store.fails.store(false, Ordering::Relaxed);
    let task = until(&door, &id, "completed").await;
    assert_eq!(text(&task["result"]), "too late");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_answered_before_the_record_is_there() {
    let store = Arc::new(Failing::default());
    store.slow.store(true, Ordering::Relaxed);
    let door = lasting().tasks(Arc::clone(&store)).in_memory();
    let asking = door.clone();
    let answer = tokio::spawn(async move { begin(&asking, "noisy").await });
    store.begun.notified().await;
    tokio::time::sleep(std::time::Duration::from_secs(5)).await;
    assert!(!answer.is_finished());
    store.go_on.notify_one();
    let id = answer.await.expect("answered");
    until(&door, &id, "completed").await;
}

#[tokio::test(start_paused = true)]
async fn a_task_nobody_heard_of_is_cancelled() {
    let store = Arc::new(Failing::default());
    store.slow.store(true, Ordering::Relaxed);
    let door = lasting().tasks(Arc::clone(&store)).in_memory();
    let mut connection = door.connect().await;
    let sent = connection.write(&durable("greet").bytes()).await;
    sent.expect("the server reads");
    store.begun.notified().await;
    drop(connection);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    store.go_on.notify_one();
    let record = store.last.lock().clone().expect("created");
    let ended = async {
        loop {
            let found = store.inner.get(record.place(), 0).await.expect("answers");
            match found {
                Some(found) if found.record.has_ended() => return found.record,
                _ => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
            }
        }
    };
    let record = tidegate_testkit::soon("its end", ended).await;
    assert_eq!(record.task.status, TaskStatus::Cancelled);
}
