//! Tasks in the memory of the process: they live as long as it does.

use std::{future::ready, sync::Arc};

use parking_lot::Mutex;
use tokio::sync::watch;

use self::table::{Kept, Table};
use crate::{
    error::StoreError,
    record::Record,
    tasks::{Later, Place, TaskStore, Updated, Versioned},
};

mod table;

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

#[cfg(test)]
mod tests;
