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

use std::{future::Future, sync::Arc};

use self::{
    changes::{
        an_ended_task_is_never_changed, changes_wake, no_change_is_lost, one_end_wins,
        the_first_change_wins,
    },
    kept::{
        a_task_is_its_owners, an_id_is_used_once, sizes_are_bounded, what_has_expired_is_gone,
        what_was_created_is_there, what_was_removed_is_gone,
    },
    steps::{NOW, create, get, question, record, rule, update},
};
use crate::tasks::{TaskStore, Updated};

mod steps;
mod kept;
mod changes;

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
