//! The revisions of the protocol, and the facts that follow from each.

use std::fmt;

use tidegate_model::Level;

/// A dated revision of the protocol.
///
/// Compared through this table, never as strings: experimental names exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revision {
    /// 2024-11-05: HTTP+SSE and stdio.
    V2024_11_05,
    /// 2025-03-26: Streamable HTTP, batches.
    V2025_03_26,
    /// 2025-06-18: the version header, no batches.
    V2025_06_18,
    /// 2025-11-25: priming events, URL elicitation.
    V2025_11_25,
    /// 2026-07-28: stateless.
    V2026_07_28,
}

/// What follows from a revision. Past the door, code asks these and never the revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The revision itself, to be shown.
    pub revision: Revision,
    /// State lives in a session that `initialize` opened.
    pub keeps_sessions: bool,
    /// A caller that goes away has cancelled its call.
    pub disconnect_cancels: bool,
    /// A stream that broke can be taken up again, by GET with `Last-Event-ID`.
    pub resumes: bool,
    /// Such a stream opens with an event that has an id and no message, and may be ended by the
    /// server before the answer (SEP-1699). Older clients parse the empty event as JSON.
    pub primes: bool,
    /// Arrays of messages are read.
    pub reads_batches: bool,
    /// Results name their type and their server, and say how long they stay good.
    pub typed_results: bool,
    /// A page that a user visits has a name, and its end is told (2025-11-25 alone).
    pub names_visits: bool,
    /// From which level on log messages are sent to a caller who said nothing; none: not at all.
    pub default_log_level: Option<Level>,
    /// The code for a resource that does not exist.
    pub not_found_code: i64,
}

// === impl Revision ===

impl Revision {
    /// All revisions that are spoken over Streamable HTTP, newest first.
    pub const SERVED: [Self; 4] = [
        Self::V2026_07_28,
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
    ];

    /// All legacy revisions, newest first: what `initialize` may settle. 2024-11-05 is older than
    /// Streamable HTTP, but bridges carry its clients there.
    pub const LEGACY: [Self; 4] = [
        Self::V2025_11_25,
        Self::V2025_06_18,
        Self::V2025_03_26,
        Self::V2024_11_05,
    ];

    /// The newest legacy revision: what an `initialize` that asks for anything unknown is answered.
    pub const NEWEST_LEGACY: Self = Self::V2025_11_25;

    /// Reads a revision's name.
    #[must_use]
    pub fn read(name: &str) -> Option<Self> {
        match name {
            "2026-07-28" => Some(Self::V2026_07_28),
            "2025-11-25" => Some(Self::V2025_11_25),
            "2025-06-18" => Some(Self::V2025_06_18),
            "2025-03-26" => Some(Self::V2025_03_26),
            "2024-11-05" => Some(Self::V2024_11_05),
            _ => None,
        }
    }

    /// Returns the revision's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// Returns whether it belongs to the modern, stateless era.
    #[must_use]
    pub const fn is_modern(self) -> bool {
        matches!(self, Self::V2026_07_28)
    }

    /// Returns what follows from it.
    #[must_use]
    pub const fn facts(self) -> Facts {
        let modern = self.is_modern();
        Facts {
            revision: self,
            keeps_sessions: !modern,
            disconnect_cancels: modern,
            resumes: !modern && !matches!(self, Self::V2024_11_05),
            primes: matches!(self, Self::V2025_11_25),
            reads_batches: matches!(self, Self::V2025_03_26),
            typed_results: modern,
            names_visits: matches!(self, Self::V2025_11_25),
            default_log_level: if modern { None } else { Some(Level::Info) },
            not_found_code: if modern { -32602 } else { -32002 },
        }
    }
}

// === impl Facts ===

impl Facts {
    /// Returns whether the caller knows blocks that are sounds.
    #[must_use]
    pub const fn knows_audio(&self) -> bool {
        !matches!(self.revision, Revision::V2024_11_05)
    }

    /// Returns whether the caller knows blocks that are links to resources.
    #[must_use]
    pub const fn knows_links(&self) -> bool {
        !matches!(self.revision, Revision::V2024_11_05 | Revision::V2025_03_26)
    }

    /// Returns whether a structured result may be any JSON; before, it is an object.
    #[must_use]
    pub const fn takes_any_structure(&self) -> bool {
        self.revision.is_modern()
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for revision in Revision::SERVED {
            assert_eq!(Revision::read(revision.name()), Some(revision));
        }
        assert_eq!(Revision::read("2031-01-01"), None);
        assert_eq!(Revision::read("2025-11-25 "), None);
    }
}
