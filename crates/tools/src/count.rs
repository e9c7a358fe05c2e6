//! `count`: sends exactly as many notifications as it is told, for those who measure streams.

use std::{fmt, time::Duration};

use schemars::JsonSchema;
use serde::Deserialize;
use tidegate_handler::{Context, Failure};
use tokio::time::sleep;

/// Notifications of one call: some minutes' worth for the fastest reader.
const MAX_COUNT: u32 = 10_000_000;

/// Time that the delays of one call may add up to: as long as any tool may run.
const MAX_TIME: Duration = Duration::from_secs(3600);

/// Sends exactly n notifications: progress if the caller gave a progress token, else log messages.
// The bounds are checked here and not by the schema, so that a call costs no validation.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub(crate) struct Count {
    /// How many, up to 10 000 000.
    n: u32,
    /// Milliseconds to wait after each; all waits together may be up to an hour.
    #[serde(default)]
    delay_ms: Option<u32>,
}

/// Sends what `args` asks for.
///
/// # Cancel safety
///
/// A dropped call has sent a part of its notifications, the first of them in order.
pub(crate) async fn count(args: Count, cx: Context) -> Result<String, Failure> {
    let n = args.n;
    let delay = args.delay()?;
    let progress = cx.wants_progress();
    for i in 1..=n {
        if progress {
            cx.progress(i, f64::from(n)).await;
        } else {
            cx.info(Counted { i, n }).await;
        }
        if let Some(delay) = delay {
            sleep(delay).await;
        }
    }
    Ok(format!("Counted to {n}"))
}

/// What a log message says; written straight into its frame.
struct Counted {
    i: u32,
    n: u32,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counted {}/{}", self.i, self.n)
    }
}

// === impl Count ===

impl Count {
    /// Returns the wait after each notification, once both arguments are known to be in bounds.
    fn delay(&self) -> Result<Option<Duration>, Failure> {
        let Self { n, delay_ms } = *self;
        if n > MAX_COUNT {
            return Err(Failure::tool(format!(
                "n: {n} is more than {MAX_COUNT}; ask for fewer"
            )));
        }
        let delay = delay_ms
            .filter(|ms| *ms > 0)
            .map(|ms| Duration::from_millis(ms.into()));
        match delay {
            Some(delay) if delay * n > MAX_TIME => Err(Failure::tool(format!(
                "delay_ms: {n} waits of {} ms are more than an hour; ask for fewer or shorter ones",
                delay.as_millis(),
            ))),
            delay => Ok(delay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(n: u32, delay_ms: Option<u32>) -> Option<Option<Duration>> {
        Count { n, delay_ms }.delay().ok()
    }

    #[test]
    fn bounds_hold() {
        assert_eq!(delay(0, None), Some(None));
        assert_eq!(delay(MAX_COUNT, Some(0)), Some(None));
        assert_eq!(delay(3, Some(20)), Some(Some(Duration::from_millis(20))));
        assert_eq!(delay(MAX_COUNT + 1, None), None);
        assert_eq!(delay(3600, Some(1000)), Some(Some(Duration::from_secs(1))));
        assert_eq!(delay(3601, Some(1000)), None);
        assert_eq!(delay(u32::MAX, Some(u32::MAX)), None);
    }
}
