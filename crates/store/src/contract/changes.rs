//! Rules of changes: which of several wins, and who hears of them.

use std::sync::Arc;

use tidegate_model::{Raw, TaskStatus};
use tokio::task::JoinSet;

use super::steps::{
    NOW, big_integers, create, done, get, question, record, rule, update, wait, woken,
};
use crate::{
    record::Record,
    tasks::{TaskStore, Updated},
};

/// How many change one record at the same time.
const CROWD: usize = 16;

pub(super) async fn the_first_change_wins(store: &impl TaskStore) {
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

pub(super) async fn an_ended_task_is_never_changed(store: &impl TaskStore) {
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

pub(super) async fn changes_wake<S: TaskStore>(store: Arc<S>) {
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

pub(super) async fn no_change_is_lost<S: TaskStore>(store: Arc<S>) {
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

pub(super) async fn one_end_wins<S: TaskStore>(store: Arc<S>) {
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
