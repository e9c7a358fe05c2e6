//! How a call ended.

use crate::{Failure, Raw, Task, ask::InputRequest};

/// How a call ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was done.
    Complete(Complete),
    /// It was not done.
    Failed(Failure),
    /// It needs something of its client first (modern).
    Input(Box<InputRequired>),
    /// It goes on as a task that the client asks after (modern, the tasks extension).
    Task(Box<Task>),
}

/// What a call needs before it can go on: the client sends it again, with the answers.
#[derive(Clone, Debug, Default)]
pub struct InputRequired {
    /// The questions, by keys that the answers come back under.
    pub requests: Vec<(String, InputRequest)>,
    /// What the client sends back unread.
    pub state: Option<String>,
}

/// A result, without what only one era says: no `resultType`, no cache fields.
#[derive(Clone, Debug)]
pub struct Complete {
    /// The result: one JSON object, without `_meta`.
    pub result: Raw,
    /// The result's `_meta`, an object.
    pub meta: Option<Raw>,
    /// How long the caller may keep it (modern, for lists and reads).
    pub cache: Option<CacheHint>,
}

/// How long a result stays good, and for whom (2026-07-28 server/utilities/caching).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheHint {
    /// How long, in milliseconds; 0 means: ask again each time.
    pub ttl_ms: u64,
    /// For whom.
    pub scope: CacheScope,
}

/// Who may share a cached result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheScope {
    /// Everyone.
    Public,
    /// The caller who got it, alone.
    Private,
}

// === impl Outcome ===

impl Outcome {
    /// Returns a result that is the JSON object `result`.
    #[must_use]
    pub const fn complete(result: Raw) -> Self {
        Self::Complete(Complete {
            result,
            meta: None,
            cache: None,
        })
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

// === impl CacheHint ===

impl CacheHint {
    /// Ask again each time, share with nobody: right for what may depend on anything.
    pub const NONE: Self = Self {
        ttl_ms: 0,
        scope: CacheScope::Private,
    };
}

// === impl CacheScope ===

impl CacheScope {
    /// Returns the scope's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }
}
