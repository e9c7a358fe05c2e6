//! What stands behind the lock: the tasks, how much they weigh, and who goes first.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use tokio::sync::watch;

use super::MemoryTasks;
use crate::{record::Record, tasks::Place};

#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) bytes: usize,
    pub(super) records: HashMap<String, Kept, RandomState>,
}

#[derive(Debug)]
pub(super) struct Kept {
    pub(super) record: Arc<Record>,
    pub(super) weight: usize,
    /// When its end was written, in milliseconds since 1970.
    pub(super) ended: Option<u64>,
    pub(super) version: watch::Sender<u64>,
}

// === impl Table ===

impl Table {
    pub(super) fn find_mut(&mut self, place: Place<'_>, now: u64) -> Option<&mut Kept> {
        let kept = self.records.get_mut(place.id)?;
        let theirs = kept.record.owner == place.owner && !kept.record.has_expired(now);
        theirs.then_some(kept)
    }

    pub(super) fn expire(&mut self, now: u64) -> usize {
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
    pub(super) fn give_up(&mut self, now: u64) {
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

    pub(super) fn remove(&mut self, place: Place<'_>) -> bool {
        if self.find_mut(place, 0).is_none() {
            return false;
        }
        let removed = self.records.remove(place.id);
        self.bytes -= removed.map_or(0, |kept| kept.weight);
        true
    }
}
