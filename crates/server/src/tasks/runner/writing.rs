//! How a runner changes its record: against others who change it, and a store that fails for a
//! while.

use tidegate_store::{Record, StoreError, Updated};
use tokio::time::sleep;

use super::{PAUSE, Runner};
use crate::state::now_in_ms;

/// Whether the task goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    GoesOn,
    /// Its record has ended or is gone: nobody waits for it.
    Over,
}

/// How often a store that cannot be reached is tried again before a task's end is given up.
const TRIES: u32 = 5;

// === impl Runner ===

impl Runner {
    /// Changes the record, whatever others do meanwhile. A store that does not answer is tried
    /// again for a while; after that the task goes on without having said it.
    pub(super) async fn write(&mut self, change: impl FnMut(&mut Record) + Send) -> Fate {
        match self.try_write(change).await {
            Ok(fate) => fate,
            Err(error) => {
                let task = &self.record.task.task_id;
                tracing::error!(task, "a task's change cannot be kept: {error}");
                Fate::GoesOn
            }
        }
    }

    pub(super) async fn try_write(
        &mut self,
        mut change: impl FnMut(&mut Record) + Send,
    ) -> Result<Fate, StoreError> {
        let mut tries = 0;
        loop {
            match self.write_once(&mut change).await {
                Ok(Some(fate)) => return Ok(fate),
                Ok(None) => {}
                Err(error) if error.is_unavailable() && tries < TRIES => {
                    tries += 1;
                    sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// None: somebody was faster, and the record is the newer one now.
    async fn write_once(
        &mut self,
        change: &mut (impl FnMut(&mut Record) + Send),
    ) -> Result<Option<Fate>, StoreError> {
        let store = &self.state.tasks.store;
        let mut next = self.record.clone();
        change(&mut next);
        match store
            .update(next.clone(), self.version, now_in_ms())
            .await?
        {
            Updated::Done(version) => {
                self.record = next;
                self.version = version;
                Ok(Some(Fate::GoesOn))
            }
            Updated::Ended | Updated::Gone => Ok(Some(Fate::Over)),
            Updated::Stale => {
                let Some(found) = store.get(self.record.place(), now_in_ms()).await? else {
                    return Ok(Some(Fate::Over));
                };
                self.record = found.record;
                self.version = found.version;
                Ok(self.record.has_ended().then_some(Fate::Over))
            }
        }
    }
}
