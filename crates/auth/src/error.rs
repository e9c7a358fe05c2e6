//! What is wrong with a setting, in words that say how to mend it.

use std::fmt;

/// Why settings are not taken. It never repeats a secret, nor a hash of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<str>);

// === impl Error ===

impl Error {
    pub(crate) fn new(what: impl Into<Box<str>>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}
