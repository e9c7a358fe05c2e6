//! A connection's own task: takes one message after the other, until nobody listens any more.

use std::{pin::pin, sync::Arc, time::Duration};

use tokio::sync::mpsc;

use super::connections::{Entry, Posted};
use crate::{
    channel::{Channel, Closed},
    state::State,
};

/// Serves a connection. When the server stops, the calls under way may end.
///
/// # Cancel safety
///
/// The stream's end cancels it, wherever it stands: then everything under way is cancelled too,
/// and whoever waits for a message to be taken is told that the connection has ended.
pub(super) async fn serve(
    state: Arc<State>,
    mut channel: Channel,
    mut posted: mpsc::Receiver<Posted>,
    _entry: Entry,
) {
    let mut stopped = pin!(state.stopped());
    loop {
        let next = tokio::select! {
            biased;
            () = &mut stopped => break,
            next = posted.recv() => next,
        };
        let Some(next) = next else {
            break;
        };
        if take(&mut channel, next).await.is_err() {
            return;
        }
    }
    // What a call asked, its client still may answer; and cancel what it no longer wants.
    let mut over = pin!(tokio::time::sleep(state.config.drain));
    loop {
        tokio::select! {
            biased;
            Some(next) = posted.recv() => {
                if take(&mut channel, next).await.is_err() {
                    return;
                }
            }
            () = channel.ended() => break,
            () = &mut over => break,
        }
    }
    channel.finish(Duration::ZERO).await;
}

async fn take(channel: &mut Channel, posted: Posted) -> Result<(), Closed> {
    channel.take_message(posted.message).await?;
    // Whoever posted it may have hung up.
    let _ = posted.taken.send(());
    Ok(())
}
