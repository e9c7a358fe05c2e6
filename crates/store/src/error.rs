//! Why a store did not do what it was asked.

use std::{error::Error, fmt};

/// Why a store did not do what it was asked.
#[derive(Debug)]
pub struct StoreError {
    kind: Kind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Full,
    TooLarge,
    Taken,
    Unavailable,
}

// === impl StoreError ===

impl StoreError {
    /// Returns "there is no room for another record": later there may be.
    #[must_use]
    pub const fn full() -> Self {
        Self::new(Kind::Full)
    }

    /// Returns "this record is larger than any may be".
    #[must_use]
    pub const fn too_large() -> Self {
        Self::new(Kind::TooLarge)
    }

    /// Returns "there is a record of this id already".
    #[must_use]
    pub const fn taken() -> Self {
        Self::new(Kind::Taken)
    }

    /// Returns "the store cannot be reached, or broke", and why.
    #[must_use]
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind: Kind::Unavailable,
            source: Some(source.into()),
        }
    }

    /// Returns whether there is no room for another record.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.kind == Kind::Full
    }

    /// Returns whether the record is larger than any may be.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.kind == Kind::TooLarge
    }

    /// Returns whether there is a record of the same id.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.kind == Kind::Taken
    }

    /// Returns whether the same may go well later, because it is the store that fails.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        self.kind == Kind::Unavailable
    }

    const fn new(kind: Kind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            Kind::Full => "the store has no room for another record",
            Kind::TooLarge => "the record is larger than the store keeps",
            Kind::Taken => "the store has a record of this id",
            Kind::Unavailable => "the store cannot be reached",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
