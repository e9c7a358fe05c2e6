//! Stores that each break one rule: the contract says which.

use std::sync::Arc;

use parking_lot::Mutex;
use tidegate_model::TaskStatus;
use tidegate_store::{
    Later, MemoryLimits, MemoryTasks, Place, Record, TaskStore, Updated, Versioned, contract,
};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    ForgetsWhatItCreated,
    TellsStrangers,
    TakesStaleChanges,
    ChangesWhatEnded,
    KeepsWhatExpired,
    NeverWakes,
    KeepsAnything,
}

/// A store in memory with a fault.
#[derive(Debug)]
struct Faulty {
    fault: Fault,
    inner: MemoryTasks,
    owner: Mutex<Vec<u8>>,
}

// === impl Faulty ===

impl Faulty {
    fn new(fault: Fault) -> Self {
        let record = if fault == Fault::KeepsAnything {
            usize::MAX
        } else {
            MemoryLimits::default().record
        };
        Self {
            fault,
            inner: MemoryTasks::new(MemoryLimits {
                record,
                ..MemoryLimits::default()
            }),
            owner: Mutex::default(),
        }
    }
}

impl TaskStore for Faulty {
    fn create(&self, record: Record, now: u64) -> Later<'_, u64> {
        self.owner.lock().clone_from(&record.owner);
        if self.fault == Fault::ForgetsWhatItCreated {
            return Box::pin(async { Ok(1) });
        }
        self.inner.create(record, now)
    }

    fn get<'a>(&'a self, place: Place<'a>, now: u64) -> Later<'a, Option<Versioned>> {
        let owner = self.owner.lock().clone();
        let now = if self.fault == Fault::KeepsWhatExpired {
            0
        } else {
            now
        };
        Box::pin(async move {
            let owner = if self.fault == Fault::TellsStrangers {
                &owner
            } else {
                place.owner
            };
            self.inner.get(Place { owner, ..place }, now).await
        })
    }

    fn update(&self, record: Record, seen: u64, now: u64) -> Later<'_, Updated> {
        Box::pin(async move {
            match self.fault {
                Fault::TakesStaleChanges => {
                    let found = self.inner.get(record.place(), now).await?;
                    let seen = found.map_or(seen, |found| found.version);
                    self.inner.update(record, seen, now).await
                }
                Fault::ChangesWhatEnded => {
                    // It keeps ends as if they were none.
                    let mut open = record;
                    if open.has_ended() {
                        open.task.status = TaskStatus::Working;
                    }
                    self.inner.update(open, seen, now).await
                }
                _ => self.inner.update(record, seen, now).await,
            }
        })
    }

    fn changed<'a>(&'a self, place: Place<'a>, seen: u64) -> Later<'a, ()> {
        if self.fault == Fault::NeverWakes && place.owner == b"ann" {
            return Box::pin(std::future::pending());
        }
        self.inner.changed(place, seen)
    }

    fn expire(&self, now: u64) -> Later<'_, usize> {
        self.inner.expire(now)
    }

    fn remove<'a>(&'a self, place: Place<'a>) -> Later<'a, bool> {
        self.inner.remove(place)
    }
}

async fn broken(fault: Fault) -> String {
    let contract = contract::tasks(move || async move { Arc::new(Faulty::new(fault)) });
    let panic = tokio::spawn(contract).await.expect_err("it is noticed");
    let panic = panic.into_panic();
    let said = panic.downcast_ref::<String>().expect("a sentence");
    said.clone()
}

#[tokio::test(start_paused = true)]
async fn who_breaks_a_rule_is_told_which() {
    let faults = [
        (Fault::ForgetsWhatItCreated, "what was created is there"),
        (Fault::TellsStrangers, "another principal's task"),
        (Fault::TakesStaleChanges, "is stale"),
        (Fault::ChangesWhatEnded, "an ended task is never changed"),
        (Fault::KeepsWhatExpired, "an expired task is not there"),
        (Fault::NeverWakes, "a change wakes"),
        (Fault::KeepsAnything, "refused as too large"),
    ];
    for (fault, rule) in faults {
        let said = broken(fault).await;
        assert!(
            said.starts_with("rule: ") && said.contains(rule),
            "{fault:?}: {said}"
        );
    }
}
