//! The connection manager: how many WebSockets stand open, and what becomes of one too many.

use std::{net::IpAddr, sync::Arc};

use http::StatusCode;
use tidegate_era::Reject;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    census::{Front, Presence},
    state::State,
};

/// Gives out places.
#[derive(Debug)]
pub(crate) struct Manager {
    turning_away: Arc<Semaphore>,
}

/// What a client that comes gets.
#[derive(Debug)]
pub(super) enum Place {
    /// A place among the open ones.
    Taken(Presence),
    /// Room to be told that there is none: a browser shows a page neither status nor text of a
    /// handshake that was refused, but it does show why a WebSocket was closed.
    Full(OwnedSemaphorePermit),
}

/// How many clients are being told at a time that all places are taken; more are refused with 503,
/// which costs no task. Each is told within two seconds, so this is fifty a second at the worst.
const TURNING_AWAY: usize = 100;

// === impl Manager ===

impl Manager {
    /// Gives a client a place, or room to be told that there is none.
    pub(super) fn admit(&self, state: &State, client: Option<IpAddr>) -> Result<Place, Reject> {
        let most = state.config.max_websockets;
        if let Some(presence) = state.census.enter(Front::WebSocket, most) {
            return Ok(Place::Taken(presence.calling_from(client)));
        }
        tracing::debug!(most, "all places for WebSockets are taken");
        match Arc::clone(&self.turning_away).try_acquire_owned() {
            Ok(room) => Ok(Place::Full(room)),
            Err(_) => Err(Reject::busy(
                StatusCode::SERVICE_UNAVAILABLE,
                1,
                "all places for WebSockets are taken; try again later",
            )),
        }
    }
}

impl Default for Manager {
    fn default() -> Self {
        Self {
            turning_away: Arc::new(Semaphore::new(TURNING_AWAY)),
        }
    }
}
