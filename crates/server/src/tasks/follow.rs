//! Tasks that a listener follows: how each stands, whenever that changes (`notifications/tasks`).

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll, ready},
    time::Duration,
};

use tidegate_era::Facts;
use tidegate_handler::{Caller, Failure, TASKS};
use tidegate_model::Raw;
use tidegate_store::{Place, TaskStore, Versioned};

use super::{answer::shown, turn::missing};
use crate::state::{State, now_in_ms};

/// A task that a listener follows.
pub(crate) struct Followed {
    store: Arc<dyn TaskStore>,
    id: String,
    owner: Vec<u8>,
    next: Option<Next>,
}

type Next = Pin<Box<dyn Future<Output = Option<Versioned>> + Send>>;

/// How long is waited for a store that cannot be reached.
const PAUSE: Duration = Duration::from_secs(1);

/// Returns those of the tasks that are the caller's to follow, and leaves only those in `ids`.
///
/// # Errors
///
/// When the caller did not declare that it knows tasks.
pub(crate) async fn follow(
    state: &State,
    caller: &Caller,
    ids: &mut Vec<String>,
) -> Result<Vec<Followed>, Failure> {
    if !caller.client_capabilities().has_extension(TASKS) {
        return Err(missing());
    }
    let owner = caller.principal_id();
    let store = &state.tasks.store;
    let mut followed = Vec::new();
    ids.sort_unstable();
    ids.dedup();
    for id in std::mem::take(ids) {
        let found = store.get(Place { id: &id, owner }, now_in_ms()).await;
        // One that is not there is left out of the acknowledgement, and that says it.
        if matches!(found, Ok(Some(_))) {
            followed.push(Followed::new(store, &id, owner));
            ids.push(id);
        }
    }
    Ok(followed)
}

// === impl Followed ===

impl Followed {
    fn new(store: &Arc<dyn TaskStore>, id: &str, owner: &[u8]) -> Self {
        Self {
            store: Arc::clone(store),
            id: id.to_owned(),
            owner: owner.to_vec(),
            // No version is 0, so the first is how it stands now: it may have changed since its
            // follower last heard of it.
            next: Some(next(Arc::clone(store), id.to_owned(), owner.to_vec(), 0)),
        }
    }

    /// Completes with how the task stands when that has changed; `None`: it changes no more.
    pub(crate) fn poll_next(&mut self, task: &mut Task<'_>, facts: Facts) -> Poll<Option<Raw>> {
        let Some(waiting) = &mut self.next else {
            return Poll::Ready(None);
        };
        let found = ready!(waiting.as_mut().poll(task));
        self.next = None;
        let Some(Versioned { record, version }) = found else {
            return Poll::Ready(None);
        };
        if !record.has_ended() {
            let store = Arc::clone(&self.store);
            self.next = Some(next(store, self.id.clone(), self.owner.clone(), version));
        }
        Poll::Ready(Some(shown(facts, &record)))
    }
}

/// Waits for another version than `seen`; `None`: the record is gone.
fn next(store: Arc<dyn TaskStore>, id: String, owner: Vec<u8>, seen: u64) -> Next {
    Box::pin(async move {
        let place = Place {
            id: &id,
            owner: &owner,
        };
        loop {
            let found = match store.changed(place, seen).await {
                Ok(()) => store.get(place, now_in_ms()).await,
                Err(error) => Err(error),
            };
            match found {
                Ok(Some(found)) if found.version == seen => tokio::task::yield_now().await,
                Ok(found) => return found,
                Err(error) => {
                    tracing::warn!("a task cannot be followed: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    })
}
