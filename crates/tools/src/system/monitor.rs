//! `real_time_monitoring`: shows the machine's figures as they are measured.

use std::time::Duration;

use jiff::Zoned;
use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_handler::{Context, Failure, Structured};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};

use super::{sample::Probe, session::Session};
use crate::aside::aside;

/// Measures this machine and shows a line at each interval, as in
/// `[12:00:00] CPU: 12.3%, Memory: 45.6%`; load, disks and network come with the progress. Ends
/// with a summary.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct RealTimeMonitoring {
    /// How long, in seconds.
    #[serde(default = "duration")]
    #[schemars(range(min = 0.1, max = 3600))]
    duration: f64,
    /// Seconds from line to line. Processor time is measured at most five times a second.
    #[serde(default = "interval_seconds")]
    #[schemars(range(min = 0.1, max = 3600))]
    interval: f64,
}

fn duration() -> f64 {
    10.0
}

fn interval_seconds() -> f64 {
    1.0
}

/// Measures for as long as `args` says.
///
/// # Cancel safety
///
/// A dropped call ends at its next line; nothing runs on.
pub(crate) async fn real_time_monitoring(
    args: RealTimeMonitoring,
    cx: Context,
) -> Result<Structured<Session>, Failure> {
    let ends = Instant::now() + Duration::from_secs_f64(args.duration);
    let mut probe = aside(|_| Probe::new()).await;
    // Shares of time have a meaning only some time after the first look.
    sleep(Probe::SOONEST).await;
    let mut ticks = interval(Duration::from_secs_f64(args.interval));
    // A reader that fell behind is not paid back in a burst of lines of one moment.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut session = Session::default();
    let lines = args.lines();
    for line in 1..=lines {
        ticks.tick().await;
        let look = aside(move |_| {
            let sample = probe.look();
            (probe, sample)
        });
        let (back, sample) = look.await;
        probe = back;
        session.enter(&sample);
        cx.info(format!("[{}] {sample}", Zoned::now().strftime("%H:%M:%S")))
            .await;
        cx.progress_message(line, f64::from(lines), sample.rest())
            .await;
    }
    sleep_until(ends).await;
    Ok(Structured::new(session).text("Monitoring session ended"))
}

// === impl RealTimeMonitoring ===

impl RealTimeMonitoring {
    /// Returns how many lines there will be: one at the beginning of each interval.
    fn lines(&self) -> u32 {
        // A hair less, so that 0.9 s of 0.3 s are three and not, by their rounding, four.
        (self.duration / self.interval - 1e-9).ceil().max(1.0) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fill_the_duration() {
        let lines = |duration, interval| RealTimeMonitoring { duration, interval }.lines();
        assert_eq!(lines(10.0, 1.0), 10);
        assert_eq!(lines(0.9, 0.3), 3);
        assert_eq!(lines(1.0, 0.1), 10);
        assert_eq!(lines(2.5, 1.0), 3);
        assert_eq!(lines(1.0, 60.0), 1);
    }
}
