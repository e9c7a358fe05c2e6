//! What can go wrong with a channel.

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::error::BoxError;

/// The connection broke: told to every request that was on it.
#[derive(Clone, Debug)]
pub(crate) struct Broken(Arc<BoxError>);

/// No connection came about; what was to be sent was not.
#[derive(Debug)]
pub(crate) struct NotOpened(pub(crate) BoxError);

/// A request's stream was read too slowly, or not at all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overfull;

// === impl Broken ===

impl Broken {
    pub(super) fn because(why: impl Into<BoxError>) -> Self {
        Self(Arc::new(why.into()))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Broken {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

// === impl NotOpened ===

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for NotOpened {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

// === impl Overfull ===

impl fmt::Display for Overfull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("more arrived than the caller read")
    }
}

impl StdError for Overfull {}
