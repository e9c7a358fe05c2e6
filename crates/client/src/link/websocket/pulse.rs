//! Whether the server on the other end of a WebSocket still lives.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};

/// When the server was last heard, and since when it owes a sign of life.
#[derive(Debug)]
pub(super) struct Pulse {
    silence: Duration,
    beat: Mutex<Beat>,
}

#[derive(Debug)]
struct Beat {
    heard: Instant,
    /// When it was pinged, if nothing came since.
    pinged: Option<Instant>,
    /// Whether we are the ones who do not read: then silence says nothing.
    paused: bool,
}

/// While it is held, silence says nothing.
pub(super) struct Pause<'a>(&'a Pulse);

// === impl Pulse ===

impl Pulse {
    pub(super) const fn new(silence: Duration, now: Instant) -> Self {
        Self {
            silence,
            beat: Mutex::new(Beat {
                heard: now,
                pinged: None,
                paused: false,
            }),
        }
    }

    /// Takes note that the server was heard.
    pub(super) fn heard(&self, now: Instant) {
        let mut beat = self.beat.lock();
        beat.heard = now;
        beat.pinged = None;
    }

    /// Says that nothing is read for a while.
    pub(super) fn pause(&self) -> Pause<'_> {
        self.beat.lock().paused = true;
        Pause(self)
    }

    /// Waits until the server is to be pinged.
    pub(super) async fn until_silent(&self) {
        loop {
            let due = {
                let beat = self.beat.lock();
                beat.pinged.unwrap_or(beat.heard) + self.silence
            };
            sleep_until(due).await;
            let mut beat = self.beat.lock();
            let now = Instant::now();
            if beat.pinged.unwrap_or(beat.heard) + self.silence <= now {
                beat.pinged = Some(now);
                return;
            }
        }
    }

    /// Waits until the server has been silent for too long.
    pub(super) async fn until_dead(&self) {
        loop {
            let due = self.beat.lock().heard + self.silence * 2;
            sleep_until(due).await;
            let mut beat = self.beat.lock();
            let now = Instant::now();
            if beat.paused {
                beat.heard = now;
            }
            if beat.heard + self.silence * 2 <= now {
                return;
            }
        }
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        let mut beat = self.0.beat.lock();
        beat.paused = false;
        beat.heard = Instant::now();
        beat.pinged = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: Duration = Duration::from_secs(20);

    #[tokio::test(start_paused = true)]
    async fn a_silent_server_is_pinged_and_then_dead() {
        let begun = Instant::now();
        let pulse = Pulse::new(SILENCE, begun);
        pulse.until_silent().await;
        assert_eq!(begun.elapsed(), SILENCE);
        pulse.until_dead().await;
        assert_eq!(begun.elapsed(), SILENCE * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_heard_lives() {
        let begun = Instant::now();
        let pulse = Pulse::new(SILENCE, begun);
        let hearing = async {
            for _ in 0..3 {
                tokio::time::sleep(SILENCE).await;
                pulse.heard(Instant::now());
            }
        };
        let ((), ()) = tokio::join!(hearing, pulse.until_dead());
        assert_eq!(begun.elapsed(), SILENCE * 5);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_dead_because_we_do_not_listen() {
        let begun = Instant::now();
        let pulse = Pulse::new(SILENCE, begun);
        let reading = async {
            let pause = pulse.pause();
            tokio::time::sleep(SILENCE * 10).await;
            drop(pause);
        };
        let ((), ()) = tokio::join!(reading, pulse.until_dead());
        assert_eq!(begun.elapsed(), SILENCE * 12);
    }
}
