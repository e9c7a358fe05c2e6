//! Rules of what is kept: for whom, for how long, and how much.

use tidegate_model::Raw;
use tokio::time::timeout;

use super::steps::{
    NOW, PATIENCE, TTL, big_integers, create, get, question, record, record_named, rule, update,
};
use crate::tasks::{Place, TaskStore, Updated};

/// What a store has to keep at least in one record, in bytes.
const ENOUGH: usize = 512 * 1024;

/// What no store keeps in one record, in bytes.
const TOO_MUCH: usize = 64 * 1024 * 1024;

pub(super) async fn what_was_created_is_there(store: &impl TaskStore) {
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

pub(super) async fn an_id_is_used_once(store: &impl TaskStore) {
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

pub(super) async fn a_task_is_its_owners(store: &impl TaskStore) {
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

pub(super) async fn what_has_expired_is_gone(store: &impl TaskStore) {
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

pub(super) async fn what_was_removed_is_gone(store: &impl TaskStore) {
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

pub(super) async fn sizes_are_bounded(store: &impl TaskStore) {
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
