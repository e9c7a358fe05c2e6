//! The modern era's requests under way on one connection, so that each can be cancelled by its id.
//!
//! Over HTTP such a request ends with its stream and its id says nothing. Here the stream is
//! shared, and the id is all that tells one from the other (2026-07-28 stdio §Cancellation).

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;
use tidegate_era::{Reject, code};
use tidegate_model::Id;
use tokio::sync::oneshot;

/// The requests under way.
#[derive(Debug, Default)]
pub(super) struct Ids(Arc<Mutex<HashMap<Id, oneshot::Sender<()>>>>);

/// A request's place; dropping it leaves.
#[derive(Debug)]
pub(super) struct Place {
    ids: Arc<Mutex<HashMap<Id, oneshot::Sender<()>>>>,
    id: Id,
    cancelled: oneshot::Receiver<()>,
}

// === impl Ids ===

impl Ids {
    /// Enters a request.
    pub(super) fn enter(&self, id: &Id) -> Result<Place, Reject> {
        let mut ids = self.0.lock();
        if ids.contains_key(id) {
            return Err(Reject::bad_request(
                code::INVALID_REQUEST,
                "a request with this id is under way on this connection",
            )
            .for_id(Some(id.clone())));
        }
        let (cancel, cancelled) = oneshot::channel();
        ids.insert(id.clone(), cancel);
        drop(ids);
        Ok(Place {
            ids: Arc::clone(&self.0),
            id: id.clone(),
            cancelled,
        })
    }

    /// Cancels a request; one that is not under way is a race, and ignored.
    pub(super) fn cancel(&self, id: &Id) {
        if let Some(cancel) = self.0.lock().remove(id) {
            let _ = cancel.send(());
        }
    }
}

// === impl Place ===

impl Place {
    /// Completes when the request is cancelled.
    pub(super) async fn cancelled(&mut self) {
        let _ = (&mut self.cancelled).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What was cancelled is out already, and its id may be another's by now.
        if self
            .cancelled
            .try_recv()
            .is_err_and(|why| why == oneshot::error::TryRecvError::Empty)
        {
            self.ids.lock().remove(&self.id);
        }
    }
}
