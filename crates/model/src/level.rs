//! How grave a log message is: the eight levels of syslog (RFC 5424 §6.2.1).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A log message's level; a later one is graver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Details for whoever looks for a fault: function entry, values.
    Debug,
    /// How the work is going.
    Info,
    /// Normal, but worth a look.
    Notice,
    /// Something may go wrong: a deprecated use, a retry.
    Warning,
    /// An operation failed.
    Error,
    /// A part of the system failed.
    Critical,
    /// Somebody must act at once.
    Alert,
    /// The system cannot be used.
    Emergency,
}

/// The level's name is none of the eight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLevel;

// === impl Level ===

impl Level {
    /// All eight, from the lightest to the gravest.
    pub const ALL: [Self; 8] = [
        Self::Debug,
        Self::Info,
        Self::Notice,
        Self::Warning,
        Self::Error,
        Self::Critical,
        Self::Alert,
        Self::Emergency,
    ];

    /// Returns the level's name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
            Self::Alert => "alert",
            Self::Emergency => "emergency",
        }
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        Self::ALL
            .into_iter()
            .find(|level| level.name() == name)
            .ok_or(UnknownLevel)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the level is none of debug, info, notice, warning, error, critical, alert, emergency",
        )
    }
}

impl std::error::Error for UnknownLevel {}
