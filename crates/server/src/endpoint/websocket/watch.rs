//! When a WebSocket is pinged, and when it is given up.
//!
//! One timer, set to what is due first. Bytes that come and go do not touch it: it looks at the
//! counts when it fires.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use super::metered::Metered;
use crate::config::Config;

/// Watches one connection.
#[derive(Debug)]
pub(super) struct Watch {
    timer: Pin<Box<Sleep>>,
    limits: Limits,
    ping_at: Instant,
    /// Since when nothing was heard of the peer that was pinged.
    unheard: Option<Instant>,
    read: u64,
    /// Since when the peer takes no bytes.
    stalled: Option<Instant>,
    written: u64,
}

#[derive(Clone, Copy, Debug)]
struct Limits {
    ping_every: Duration,
    pong: Duration,
    stall: Duration,
}

/// What is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// A ping.
    Ping,
    /// The end: the peer is gone, or does not read.
    End(&'static str),
}

/// What is "never" to a clock: a year, which it can still count.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Returns the moment so much later. A setting may be [`Duration::MAX`], which no clock holds.
fn later(since: Instant, after: Duration) -> Instant {
    since + after.min(NEVER)
}

// === impl Watch ===

impl Watch {
    pub(super) fn new(config: &Config) -> Self {
        let ping_at = later(Instant::now(), config.ping_every);
        Self {
            timer: Box::pin(sleep_until(ping_at)),
            limits: Limits {
                ping_every: config.ping_every,
                pong: config.pong_timeout,
                stall: config.stall_timeout,
            },
            ping_at,
            unheard: None,
            read: 0,
            stalled: None,
            written: 0,
        }
    }

    /// Completes when something is due. `deaf`: what the peer sends is left unread at present, so
    /// that its silence says nothing.
    pub(super) fn poll<S>(
        &mut self,
        task: &mut Context<'_>,
        stream: &Metered<S>,
        deaf: bool,
    ) -> Poll<Due> {
        loop {
            let now = Instant::now();
            self.look(stream, deaf, now);
            if self
                .stalled
                .is_some_and(|since| now >= later(since, self.limits.stall))
            {
                return Poll::Ready(Due::End("its client does not read"));
            }
            if self
                .unheard
                .is_some_and(|since| now >= later(since, self.limits.pong))
            {
                return Poll::Ready(Due::End("its client does not answer pings"));
            }
            if now >= self.ping_at {
                self.ping_at = later(now, self.limits.ping_every);
                // A ping could not leave, and what left before has yet to be taken.
                if self.stalled.is_none() {
                    self.unheard.get_or_insert(now);
                    return Poll::Ready(Due::Ping);
                }
            }
            let next = self.next();
            if next < self.timer.deadline() || self.timer.is_elapsed() {
                self.timer.as_mut().reset(next);
            }
            if self.timer.as_mut().poll(task).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Sees what has moved.
    fn look<S>(&mut self, stream: &Metered<S>, deaf: bool, now: Instant) {
        if !stream.stalled || stream.written != self.written {
            self.written = stream.written;
            self.stalled = None;
        }
        if stream.stalled {
            self.stalled.get_or_insert(now);
        }
        // A client that reads nothing finds no ping to answer: the other limit is for it.
        if stream.read != self.read || deaf || stream.stalled {
            self.read = stream.read;
            self.unheard = None;
        }
    }

    /// Returns when something is due next.
    fn next(&self) -> Instant {
        let stall = self.stalled.map(|since| later(since, self.limits.stall));
        let pong = self.unheard.map(|since| later(since, self.limits.pong));
        let ends = stall.into_iter().chain(pong);
        ends.fold(self.ping_at, Instant::min)
    }
}
