//! Tasks in the memory of the process: they live as long as it does.

use std::{collections::HashMap, future::ready, sync::Arc};

use foldhash::fast::RandomState;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::{
    error::StoreError,
    record::Record,
    tasks::{Later, Place, TaskStore, Updated, Versioned},
};

/// Tasks in memory, bounded in number and bytes.
#[derive(Debug)]
pub struct MemoryTasks {
    limits: MemoryLimits,
    table: Mutex<Table>,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryLimits {
    /// How many tasks. Default 10 000: as many as calls may be pending.
    pub records: usize,
    /// How many bytes they may have together. Default 256 MiB: what a small machine can spare.
    pub bytes: usize,
    /// How many bytes one may have. Default 8 MiB: twice the longest request, for a result and the
    /// answers on the way to it.
    pub record: usize,
}

#[derive(Debug, Default)]
struct Table {
    bytes: usize,
    records: HashMap<String, Kept, RandomState>,
}

#[derive(Debug)]
struct Kept {
    record: Arc<Record>,
    weight: usize,
    /// When its end was written, in milliseconds since 1970.
    ended: Option<u64>,
    version: watch::Sender<u64>,
}

// === impl MemoryTasks ===

impl MemoryTasks {
    /// How long an ended task is kept in any case, in milliseconds, when there is no room for new
    /// ones: five minutes, in which whoever waits for it has asked.
    pub const KEEP_ENDED: u64 = 5 * 60 * 1000;

    /// Returns a store that is empty.
    #[must_use]
    pub fn new(limits: MemoryLimits) -> Self {
        Self {
            limits,
            table: Mutex::default(),
        }
    }

    /// Returns how many tasks are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.lock().records.len()
    }

    /// Returns whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn weigh(&self, record: &Record) -> Result<usize, StoreError> {
        let weight = record.weight();
        if weight > self.limits.record {
            return Err(StoreError::too_large());
        }
        Ok(weight)
    }

    fn put(&self, record: Record, now: u64) -> Result<u64, StoreError> {
        let weight = self.weigh(&record)?;
        let mut table = self.table.lock();
        if table.records.contains_key(&record.task.task_id) {
            return Err(StoreError::taken());
        }
        let has_room = |table: &Table| {
            table.records.len() < self.limits.records && table.bytes + weight <= self.limits.bytes
        };
        if !has_room(&table) {
            table.expire(now);
        }
        if !has_room(&table) {
            table.give_up(now);
        }
        if !has_room(&table) {
            return Err(StoreError::full());
        }
        table.bytes += weight;
        let kept = Kept {
            weight,
            ended: record.has_ended().then_some(now),
            version: watch::Sender::new(1),
            record: Arc::new(record),
        };
        table.records.insert(kept.record.task.task_id.clone(), kept);
        Ok(1)
    }

    fn replace(&self, record: Record, seen: u64, now: u64) -> Result<Updated, StoreError> {
        let weight = self.weigh(&record)?;
        let mut table = self.table.lock();
        let bytes = table.bytes;
        let Some(kept) = table.find_mut(record.place(), now) else {
            return Ok(Updated::Gone);
        };
        if kept.record.has_ended() {
            return Ok(Updated::Ended);
        }
        let version = *kept.version.borrow();
        if version != seen {
            return Ok(Updated::Stale);
        }
        let bytes = bytes - kept.weight + weight;
        // A task that ends must be able to say so, however full the rest is: only answers and
        // results of some size have to wait for room.
        if bytes > self.limits.bytes && weight > kept.weight + SMALL {
            return Err(StoreError::full());
        }
        kept.weight = weight;
        kept.ended = record.has_ended().then_some(now);
        kept.record = Arc::new(record);
        kept.version.send_replace(version + 1);
        table.bytes = bytes;
        Ok(Updated::Done(version + 1))
    }
}

/// What a record may always grow by: the error of a task whose result found no room.
const SMALL: usize = 4096;

impl Default for MemoryTasks {
    fn default() -> Self {
        Self::new(MemoryLimits::default())
    }
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self {
            records: 10_000,
            bytes: 256 * 1024 * 1024,
            record: 8 * 1024 * 1024,
        }
    }
}

impl TaskStore for MemoryTasks {
    fn create(&self, record: Record, now: u64) -> Later<'_, u64> {
        Box::pin(ready(self.put(record, now)))
    }

    fn get<'a>(&'a self, place: Place<'a>, now: u64) -> Later<'a, Option<Versioned>> {
        let found = self.table.lock().find_mut(place, now).map(|kept| {
            let version = *kept.version.borrow();
            (Arc::clone(&kept.record), version)
        });
        // Copied outside the lock.
        let found = found.map(|(record, version)| Versioned {
            record: Record::clone(&record),
            version,
        });
        Box::pin(ready(Ok(found)))
    }

    fn update(&self, record: Record, seen: u64, now: u64) -> Later<'_, Updated> {
        Box::pin(ready(self.replace(record, seen, now)))
    }

    fn changed<'a>(&'a self, place: Place<'a>, seen: u64) -> Later<'a, ()> {
        let kept = self
            .table
            .lock()
            .find_mut(place, 0)
            .map(|kept| kept.version.subscribe());
        Box::pin(changed(kept, seen))
    }

    fn expire(&self, now: u64) -> Later<'_, usize> {
        Box::pin(ready(Ok(self.table.lock().expire(now))))
    }

    fn remove<'a>(&'a self, place: Place<'a>) -> Later<'a, bool> {
        Box::pin(ready(Ok(self.table.lock().remove(place))))
    }
}

async fn changed(version: Option<watch::Receiver<u64>>, seen: u64) -> Result<(), StoreError> {
    if let Some(mut version) = version {
        // An error is a record that went: that is a change too.
        let _ = version.wait_for(|version| *version != seen).await;
    }
    Ok(())
}

// === impl Table ===

impl Table {
    fn find_mut(&mut self, place: Place<'_>, now: u64) -> Option<&mut Kept> {
        let kept = self.records.get_mut(place.id)?;
        let theirs = kept.record.owner == place.owner && !kept.record.has_expired(now);
        theirs.then_some(kept)
    }

    fn expire(&mut self, now: u64) -> usize {
        let before = self.records.len();
        let bytes = &mut self.bytes;
        self.records.retain(|_, kept| {
            let expired = kept.record.has_expired(now);
            if expired {
                *bytes -= kept.weight;
            }
            !expired
        });
        before - self.records.len()
    }

    /// Makes room where there is none: gives up an eighth of the tasks, those that ended first,
    /// however long they were to be kept.
    fn give_up(&mut self, now: u64) {
        let is_old = |ended: &u64| ended.saturating_add(MemoryTasks::KEEP_ENDED) <= now;
        let ended = self.records.iter().filter_map(|(id, kept)| {
            let ended = kept.ended.filter(is_old)?;
            Some((ended, id.clone()))
        });
        let mut ended: Vec<(u64, String)> = ended.collect();
        ended.sort_unstable();
        let some = (self.records.len() / 8).max(1);
        for (_, id) in ended.iter().take(some) {
            if let Some(kept) = self.records.remove(id) {
                self.bytes -= kept.weight;
            }
        }
    }

    fn remove(&mut self, place: Place<'_>) -> bool {
        if self.find_mut(place, 0).is_none() {
            return false;
        }
        let removed = self.records.remove(place.id);
        self.bytes -= removed.map_or(0, |kept| kept.weight);
        true
    }
}

#[cfg(test)]
mod tests {
    use tidegate_model::Raw;

    use super::*;

    fn record() -> Record {
        Record::new(b"", Some(1000), None, 0).expect("entropy")
    }

    fn result(size: usize) -> Raw {
        Raw::of(&"x".repeat(size)).expect("JSON")
    }

    #[tokio::test]
    async fn a_full_store_refuses_and_forgets_what_expired() {
        let store = MemoryTasks::new(MemoryLimits {
            records: 2,
            ..MemoryLimits::default()
        });
        for _ in 0..2 {
            store.create(record(), 0).await.expect("room");
        }
        let full = store.create(record(), 999).await.expect_err("full");
        assert!(full.is_full());
        store.create(record(), 1000).await.expect("room again");
        assert_eq!(store.len(), 1);
    }

    #[tokio::test]
    async fn a_full_store_gives_up_what_ended_long_ago_and_nothing_that_runs() {
        const LATER: u64 = 10 + MemoryTasks::KEEP_ENDED;

        let store = MemoryTasks::new(MemoryLimits {
            records: 2,
            ..MemoryLimits::default()
        });
        let lasting = || Record::new(b"", None, None, 0).expect("entropy");
        let running = lasting();
        let mut ended = lasting();
        store.create(running.clone(), 0).await.expect("room");
        let seen = store.create(ended.clone(), 0).await.expect("room");
        ended.finish(Ok(result(1)), None, 10);
        store.update(ended.clone(), seen, 10).await.expect("done");
        let early = store.create(lasting(), LATER - 1).await;
        assert!(early.expect_err("its client may still ask").is_full());
        store.create(lasting(), LATER).await.expect("room");
        let found = store.get(running.place(), LATER).await.expect("answers");
        assert!(found.is_some());
        let gone = store.get(ended.place(), LATER).await.expect("answers");
        assert!(gone.is_none());
    }

    #[tokio::test]
    async fn bytes_are_counted_and_given_back() {
        let store = MemoryTasks::new(MemoryLimits {
            bytes: 20_000,
            ..MemoryLimits::default()
        });
        let mut one = record();
        let two = record();
        let seen = store.create(one.clone(), 0).await.expect("room");
        store.create(two.clone(), 0).await.expect("room");
        one.finish(Ok(result(30_000)), None, 1);
        let full = store.update(one.clone(), seen, 1).await.expect_err("full");
        assert!(full.is_full());
        one.finish(Err(result(100)), None, 1);
        let ended = store.update(one.clone(), seen, 1).await.expect("fits");
        assert_eq!(ended, Updated::Done(seen + 1));
        assert!(store.remove(one.place()).await.expect("there"));
        store.expire(1000).await.expect("expires");
        assert_eq!(store.table.lock().bytes, 0);
        assert!(store.is_empty());
    }
}
