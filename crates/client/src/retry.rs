//! Trying again: how often, how long after, and which requests may be sent twice at all.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use http::{HeaderMap, header};

/// How a client tries again when a connection breaks: a request that may be sent twice, a stream
/// that can be taken up, a subscription.
///
/// ```
/// use tidegate_client::Reconnect;
///
/// let patient = Reconnect { attempts: 10, ..Reconnect::default() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reconnect {
    /// How often it tries before it gives up; what arrives in between starts the count anew. Three
    /// by default: a server that restarts within seconds is found again, one that is gone is told.
    pub attempts: usize,
    /// How long it waits before the first try, to double with each; half a second by default. A
    /// server that says `retry:` or `Retry-After` is taken at its word instead.
    pub base: Duration,
    /// The longest wait; 30 seconds by default.
    pub cap: Duration,
}

/// The tries of one request or stream.
#[derive(Debug)]
pub(crate) struct Attempts {
    settings: Reconnect,
    delays: Option<ExponentialBackoff>,
}

/// The longest `Retry-After` that is waited for by a request without a deadline. Who asks for more
/// wants to be left alone, and the caller to know it.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);

// === impl Reconnect ===

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
        }
    }
}

// === impl Attempts ===

impl Attempts {
    /// Begins to count.
    pub(crate) const fn new(settings: Reconnect) -> Self {
        Self {
            settings,
            delays: None,
        }
    }

    /// Returns how long to wait before the next try; `told` is what the server asked for. `None`:
    /// there were tries enough.
    pub(crate) fn next(&mut self, told: Option<Duration>) -> Option<Duration> {
        let is_first = self.delays.is_none();
        let settings = self.settings;
        let delay = self.delays.get_or_insert_with(|| delays(settings)).next()?;
        Some(match told {
            // The server's wish is kept exactly, as long as it is there to keep its side.
            Some(told) if is_first => told,
            Some(told) => told.max(delay),
            None => delay,
        })
    }

    /// Something arrived: the count starts anew.
    pub(crate) fn reset(&mut self) {
        self.delays = None;
    }
}

fn delays(settings: Reconnect) -> ExponentialBackoff {
    // The jitter adds up to as much again: many clients do not come back in one moment.
    let longest = settings.cap / 2;
    ExponentialBuilder::new()
        .with_min_delay(settings.base.min(longest))
        .with_max_delay(longest)
        .with_max_times(settings.attempts)
        .with_jitter()
        .build()
}

/// Returns whether a request of `method` does no more when it is done twice. A tool's call may.
pub(crate) fn may_repeat(method: &str) -> bool {
    matches!(
        method,
        "server/discover"
            | "ping"
            | "tools/list"
            | "resources/list"
            | "resources/templates/list"
            | "resources/read"
            | "resources/directory/read"
            | "skills/list"
            | "skills/get"
            | "resources/subscribe"
            | "resources/unsubscribe"
            | "prompts/list"
            | "prompts/get"
            | "completion/complete"
            | "logging/setLevel"
            | "tasks/get"
            | "tasks/update"
            | "tasks/cancel"
    )
}

/// Reads `Retry-After`: seconds, or a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_cap_and_end() {
        let settings = Reconnect {
            attempts: 6,
            base: Duration::from_millis(100),
            cap: Duration::from_secs(1),
        };
        let mut attempts = Attempts::new(settings);
        for least in [100, 200, 400, 500, 500, 500] {
            let delay = attempts.next(None).expect("one more");
            let least = Duration::from_millis(least);
            assert!(delay >= least && delay <= least * 2, "{delay:?}");
        }
        assert_eq!(attempts.next(None), None);
        attempts.reset();
        assert!(attempts.next(None).is_some());
    }

    #[test]
    fn the_servers_wish_is_kept_exactly_the_first_time() {
        let mut attempts = Attempts::new(Reconnect::default());
        let told = Some(Duration::from_millis(7));
        assert_eq!(attempts.next(told), told);
        assert!(attempts.next(told) > told, "nobody came back: it grows");
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().expect("a header"));
            retry_after(
                &headers,
                SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770),
            )
        };
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            read("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::from_secs(7))
        );
        assert_eq!(read("Tue, 06 Nov 1984 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }
}
