//! How long sessions live, and how much is remembered of them.

/// How long sessions live and how many are remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long an id opens, in seconds. Default: a day, so that a forgotten id is of no use
    /// tomorrow.
    pub lifetime: u64,
    /// After how many seconds without use state is dropped, which ends its id; never while a call
    /// runs or a stream is open. Default: an hour.
    pub idle: u64,
    /// How many sessions may have state. Default 10 000: some megabytes.
    pub states: usize,
    /// How many sessions of one owner may have state. Default 1 000: a gateway's worth, and a tenth of
    /// what all may have. Where nobody is known, `states` alone is the limit.
    pub states_of_one: usize,
    /// How many resources a session may subscribe to. Default 1 000: what a client shows at a time
    /// is far less. Their URIs together may have [`Limits::URI_BYTES`].
    pub subscriptions: usize,
    /// How many bytes the URIs of all subscriptions may have. Default 64 MiB: a thousand sessions
    /// with five hundred each.
    pub subscription_bytes: usize,
    /// How many ended ids are remembered. Default 200 000: they take 24 bytes each, and a day of
    /// two clients a second ending theirs fits in.
    pub ended: usize,
}

// === impl Limits ===

impl Limits {
    /// How many bytes the URIs that one session subscribes to, or that one listener names, may have
    /// together: a thousand of two hundred and fifty.
    pub const URI_BYTES: usize = 256 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            lifetime: 24 * 60 * 60,
            idle: 60 * 60,
            states: 10_000,
            states_of_one: 1_000,
            subscriptions: 1_000,
            subscription_bytes: 64 * 1024 * 1024,
            ended: 200_000,
        }
    }
}
