//! Why certificates and keys cannot be used.

use std::fmt;

/// Why certificates and keys cannot be used.
#[derive(Debug)]
pub(crate) struct Fault {
    why: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

// === impl Fault ===

impl Fault {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            source: None,
        }
    }

    pub(super) fn by(
        why: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            why: why.into(),
            source: Some(source.into()),
        }
    }

    /// Returns it with its cause, for a line of the log.
    pub(super) fn in_full(&self) -> String {
        match &self.source {
            Some(source) => format!("{}: {source}", self.why),
            None => self.why.clone(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_ref()?;
        Some(&**source)
    }
}
