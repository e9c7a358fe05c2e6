//! What every store has to do, as tests that any store can be put through.
//!
//! Each rule is a sentence; a store that breaks one panics with it. Run them in an async test of
//! your own, with a function that opens an empty store:
//!
//! ```
//! use tidegate_store::{MemoryTasks, contract};
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap().block_on(async {
//! contract::tasks(|| async { MemoryTasks::default() }).await;
//! # });
//! ```
//!
//! A runtime with several threads, and its timer on, makes the most of it. Times are handed in, so
//! nothing here waits for a clock, but for stores that forget to wake.

use std::{future::Future, sync::Arc, time::Duration};

use tidegate_model::{
    Raw, TaskStatus,
    ask::{InputKind, InputRequest},
};
use tokio::{task::JoinSet, time::timeout};

use crate::{
    record::Record,
    tasks::{Place, TaskStore, Updated, Versioned},
};

/// When the tests begin, in milliseconds since 1970.
const NOW: u64 = 1_800_000_000_000;

/// How long the tests' records are kept.
const TTL: u64 = 60_000;

/// How long a store may take to wake whoever waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a store has to keep at least in one record, in bytes.
const ENOUGH: usize = 512 * 1024;

/// What no store keeps in one record, in bytes.
const TOO_MUCH: usize = 64 * 1024 * 1024;

/// How many change one record at the same time.
const CROWD: usize = 16;

/// Puts a store through all rules. `open` opens an empty one, for each rule anew.
///
/// # Panics
///
/// When a rule is broken; the message is the rule.
pub async fn tasks<S, F, Opened>(open: F)
where
    S: TaskStore,
    F: Fn() -> Opened,
    Opened: Future<Output = S>,
{
    what_was_created_is_there(&open().await).await;
    an_id_is_used_once(&open().await).await;
    a_task_is_its_owners(&open().await).await;
    the_first_change_wins(&open().await).await;
    an_ended_task_is_never_changed(&open().await).await;
    what_has_expired_is_gone(&open().await).await;
    what_was_removed_is_gone(&open().await).await;
    sizes_are_bounded(&open().await).await;
    changes_wake(Arc::new(open().await)).await;
    no_change_is_lost(Arc::new(open().await)).await;
    one_end_wins(Arc::new(open().await)).await;
}

/// Puts a store through the rules of one that outlives its process. `open` opens the same place
/// each time; the store before was dropped.
///
/// # Panics
///
/// When a rule is broken; the message is the rule.
pub async fn tasks_survive<S, F, Opened>(open: F)
where
    S: TaskStore,
    F: Fn() -> Opened,
    Opened: Future<Output = S>,
{
    let before = open().await;
    let mut record = record(b"ann");
    let version = create(&before, &record).await;
    record.ask("name", &question("?"), NOW).expect("new");
    let updated = update(&before, &record, version).await;
    rule(
        matches!(updated, Updated::Done(_)),
        "a current version can be changed",
    );
    drop(before);
    let after = open().await;
    let found = get(&after, record.place(), NOW).await;
    rule(
        found.as_ref().is_some_and(|found| found.record == record),
        "what a store said it keeps is there when it is opened again",
    );
    let version = found.map_or(0, |found| found.version);
    record.cancel(NOW);
    let updated = update(&after, &record, version).await;
    rule(
        matches!(updated, Updated::Done(later) if later > version),
        "versions go on growing when a store is opened again",
    );
}

async fn what_was_created_is_there(store: &impl TaskStore) {
    let mut record = record(b"ann");
    record.ask("name", &question("Who?"), NOW).expect("new");
    record.ask("sure", &question("Sure?"), NOW).expect("new");
    record.answer("name", big_integers(), NOW);
    let version = create(store, &record).await;
    rule(version > 0, "versions are greater than 0");
    let found = get(store, record.place(), NOW).await;
    rule(
        found.is_some(),
        "what was created is there as soon as `create` has completed",
    );
    let found = found.expect("there");
    rule(
        found.record == record,
        "a record comes back as it was, token for token",
    );
    rule(
        found.version == version,
        "`create` returns the version that `get` returns",
    );
    let other = record_named("unknown", b"ann");
    let none = get(store, other.place(), NOW).await;
    rule(none.is_none(), "a task that nobody created is not there");
}

async fn an_id_is_used_once(store: &impl TaskStore) {
    let record = record(b"ann");
    create(store, &record).await;
    for owner in [&b"ann"[..], b"bob"] {
        let again = store
            .create(record_named(&record.task.task_id, owner), NOW)
            .await;
        rule(
            again.is_err_and(|error| error.is_taken()),
            "an id that is there is refused as taken, whoever it belongs to",
        );
    }
}

async fn a_task_is_its_owners(store: &impl TaskStore) {
    const RULE: &str = "another principal's task is as if it were not there";

    let record = record(b"ann");
    let version = create(store, &record).await;
    let id = &record.task.task_id;
    for owner in [&b"bob"[..], b"", b"an", b"ann\0", b"ANN"] {
        let place = Place { id, owner };
        rule(get(store, place, NOW).await.is_none(), RULE);
        let mut theirs = record_named(id, owner);
        theirs.cancel(NOW);
        rule(update(store, &theirs, version).await == Updated::Gone, RULE);
        rule(!store.remove(place).await.expect("the store answers"), RULE);
        let waited = timeout(PATIENCE, store.changed(place, version)).await;
        rule(
            waited.is_ok(),
            "nobody waits for a change of another principal's task",
        );
    }
    let found = get(store, record.place(), NOW).await;
    rule(found.is_some_and(|found| found.record == record), RULE);
}

async fn the_first_change_wins(store: &impl TaskStore) {
    let mut record = record(b"ann");
    let first = create(store, &record).await;
    record.ask("a", &question("a"), NOW).expect("new");
    let second = done(update(store, &record, first).await);
    rule(second > first, "versions grow");
    let mut late = record.clone();
    late.cancel(NOW);
    for seen in [first, second + 1, 0] {
        rule(
            update(store, &late, seen).await == Updated::Stale,
            "a change of another version than the current one is stale",
        );
    }
    let found = get(store, record.place(), NOW).await.expect("there");
    rule(
        found.record == record && found.version == second,
        "a stale change changes nothing",
    );
}

async fn an_ended_task_is_never_changed(store: &impl TaskStore) {
    let ends: [fn(&mut Record); 3] = [
        |record| record.finish(Ok(big_integers()), None, NOW),
        |record| record.finish(Err(big_integers()), Some("broke".to_owned()), NOW),
        |record| record.cancel(NOW),
    ];
    for end in ends {
        let mut ended = record(b"ann");
        let version = create(store, &ended).await;
        end(&mut ended);
        let version = done(update(store, &ended, version).await);
        for status in [
            TaskStatus::Working,
            TaskStatus::Completed,
            TaskStatus::Cancelled,
        ] {
            let mut other = ended.clone();
            other.task.status = status;
            other.task.status_message = Some("changed".to_owned());
            for seen in [version, version - 1] {
                rule(
                    update(store, &other, seen).await == Updated::Ended,
                    "an ended task is never changed",
                );
            }
        }
        let found = get(store, ended.place(), NOW).await;
        rule(
            found.is_some_and(|found| found.record == ended),
            "an ended task stays as it ended",
        );
    }
}

async fn what_has_expired_is_gone(store: &impl TaskStore) {
    const RULE: &str = "an expired task is not there, swept or not";

    let mut short = record(b"ann");
    let mut long = record(b"ann");
    long.task.ttl_ms = None;
    let version = create(store, &short).await;
    let kept = create(store, &long).await;
    rule(
        get(store, short.place(), NOW + TTL - 1).await.is_some(),
        "a task is there for its time",
    );
    rule(get(store, short.place(), NOW + TTL).await.is_none(), RULE);
    short.cancel(NOW);
    let late = store.update(short.clone(), version, NOW + TTL).await;
    rule(late.expect("the store answers") == Updated::Gone, RULE);
    let early = store
        .expire(NOW + TTL - 1)
        .await
        .expect("the store answers");
    rule(early == 0, "nothing expires before its time");
    let swept = store.expire(NOW + TTL).await.expect("the store answers");
    rule(
        swept == 1,
        "`expire` removes what has expired, and counts it",
    );
    rule(
        get(store, short.place(), NOW).await.is_none(),
        "what was swept does not come back",
    );
    let found = get(store, long.place(), u64::MAX).await;
    rule(
        found.is_some_and(|found| found.version == kept),
        "a task without a time to live never expires",
    );
}

async fn what_was_removed_is_gone(store: &impl TaskStore) {
    let record = record(b"");
    let version = create(store, &record).await;
    let remove = || async {
        store
            .remove(record.place())
            .await
            .expect("the store answers")
    };
    rule(remove().await, "`remove` says that it removed");
    rule(!remove().await, "`remove` says that there was nothing");
    rule(
        get(store, record.place(), NOW).await.is_none(),
        "what was removed is gone",
    );
    rule(
        update(store, &record, version).await == Updated::Gone,
        "what was removed is gone",
    );
}

async fn sizes_are_bounded(store: &impl TaskStore) {
    let of_size = |size: usize| {
        let mut record = record(b"ann");
        let long = format!("\"{}\"", "x".repeat(size));
        record.finish(Ok(Raw::trusted(long.into())), None, NOW);
        record
    };
    let enough = of_size(ENOUGH);
    create(store, &enough).await;
    let found = get(store, enough.place(), NOW).await;
    rule(
        found.is_some_and(|found| found.record == enough),
        "a record of 512 KiB is kept",
    );
    let refused = store.create(of_size(TOO_MUCH), NOW).await;
    rule(
        refused.is_err_and(|error| error.is_too_large()),
        "a new record of 64 MiB is refused as too large",
    );
    let mut record = record(b"ann");
    let version = create(store, &record).await;
    let before = record.clone();
    record.finish(of_size(TOO_MUCH).end.expect("ended"), None, NOW);
    let refused = store.update(record.clone(), version, NOW).await;
    rule(
        refused.is_err_and(|error| error.is_too_large()),
        "a change to 64 MiB is refused as too large",
    );
    let found = get(store, record.place(), NOW).await;
    rule(
        found.is_some_and(|found| found.record == before && found.version == version),
        "what was there before a refused change stays",
    );
}

async fn changes_wake<S: TaskStore>(store: Arc<S>) {
    let mut record = record(b"ann");
    let first = create(&*store, &record).await;
    let waiting = wait(&store, &record, first);
    record.ask("a", &question("a"), NOW).expect("new");
    let second = done(update(&*store, &record, first).await);
    rule(woken(waiting).await, "a change wakes whoever waits for it");
    rule(
        woken(wait(&store, &record, first)).await,
        "whoever saw an older version does not wait",
    );
    let several: Vec<_> = (0..CROWD).map(|_| wait(&store, &record, second)).collect();
    record.cancel(NOW);
    done(update(&*store, &record, second).await);
    for waiting in several {
        rule(woken(waiting).await, "a change wakes all who wait for it");
    }
    let found = get(&*store, record.place(), NOW).await.expect("there");
    let waiting = wait(&store, &record, found.version);
    store
        .remove(record.place())
        .await
        .expect("the store answers");
    rule(
        woken(waiting).await,
        "the end of a record wakes whoever waits for a change",
    );
    rule(
        woken(wait(&store, &record, found.version)).await,
        "nobody waits for a change of what is not there",
    );
}

async fn no_change_is_lost<S: TaskStore>(store: Arc<S>) {
    let mut record = record(b"ann");
    for number in 0..CROWD {
        let key = number.to_string();
        record.ask(&key, &question(&key), NOW).expect("new");
    }
    create(&*store, &record).await;
    let mut crowd = JoinSet::new();
    for number in 0..CROWD {
        let store = Arc::clone(&store);
        let mut seen = record.clone();
        crowd.spawn(async move {
            loop {
                let found = get(&*store, seen.place(), NOW).await.expect("there");
                seen = found.record;
                seen.answer(&number.to_string(), big_integers(), NOW);
                match update(&*store, &seen, found.version).await {
                    Updated::Done(_) => return,
                    Updated::Stale => tokio::task::yield_now().await,
                    other => panic!("rule: a task that works can be changed; it was {other:?}"),
                }
            }
        });
    }
    crowd.join_all().await;
    let found = get(&*store, record.place(), NOW).await.expect("there");
    rule(
        found.record.answered().count() == CROWD,
        "of changes at the same time none is lost",
    );
}

async fn one_end_wins<S: TaskStore>(store: Arc<S>) {
    let record = record(b"ann");
    let version = create(&*store, &record).await;
    let mut crowd = JoinSet::new();
    for number in 0..CROWD {
        let store = Arc::clone(&store);
        let mut ended = record.clone();
        let result = Raw::of(&number).expect("JSON");
        ended.finish(Ok(result), None, NOW);
        crowd.spawn(async move {
            let updated = update(&*store, &ended, version).await;
            matches!(updated, Updated::Done(_)).then_some(ended)
        });
    }
    let mut winners: Vec<Record> = crowd.join_all().await.into_iter().flatten().collect();
    rule(
        winners.len() == 1,
        "of two who end a task at the same time one wins",
    );
    let found = get(&*store, record.place(), NOW).await.expect("there");
    rule(
        winners.pop() == Some(found.record),
        "whoever is told that it won has won",
    );
}

fn rule(holds: bool, rule: &str) {
    assert!(holds, "rule: {rule}");
}

fn record(owner: &[u8]) -> Record {
    Record::new(owner, Some(TTL), Some(1000), NOW).expect("random bytes")
}

fn record_named(id: &str, owner: &[u8]) -> Record {
    let mut record = record(owner);
    record.task.task_id = id.to_owned();
    record
}

fn question(message: &str) -> InputRequest {
    InputRequest {
        method: InputKind::Elicit,
        params: serde_json::json!({ "message": message }),
    }
}

/// JSON that does not survive being parsed into doubles, or into a sorted map.
fn big_integers() -> Raw {
    Raw::trusted(r#"{"z":123456789012345678901234567890,"a":1.0}"#.into())
}

async fn create(store: &impl TaskStore, record: &Record) -> u64 {
    let created = store.create(record.clone(), NOW).await;
    created.unwrap_or_else(|error| panic!("rule: an empty store has room; it said: {error}"))
}

async fn get(store: &impl TaskStore, place: Place<'_>, now: u64) -> Option<Versioned> {
    store.get(place, now).await.expect("the store answers")
}

async fn update(store: &impl TaskStore, record: &Record, seen: u64) -> Updated {
    let updated = store.update(record.clone(), seen, NOW).await;
    updated.expect("the store answers")
}

fn done(updated: Updated) -> u64 {
    match updated {
        Updated::Done(version) => version,
        other => panic!("rule: a current version can be changed; it was {other:?}"),
    }
}

type Waiting = tokio::task::JoinHandle<bool>;

/// Begins to wait for a change, and lets the waiting begin.
fn wait<S: TaskStore>(store: &Arc<S>, record: &Record, seen: u64) -> Waiting {
    let store = Arc::clone(store);
    let record = record.clone();
    tokio::spawn(async move {
        let changed = store.changed(record.place(), seen);
        timeout(PATIENCE, changed).await.is_ok()
    })
}

async fn woken(waiting: Waiting) -> bool {
    waiting.await.unwrap_or(false)
}
