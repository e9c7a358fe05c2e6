//! What a request looks like on the wire, in each era.

pub(crate) mod legacy;
pub(crate) mod modern;
pub(crate) mod outgoing;
mod watching;

pub(crate) use self::{legacy::Session, outgoing::Outgoing};

use std::sync::Arc;

use tidegate_era::Revision;

/// How a server is spoken to, once that is known.
#[derive(Clone, Debug)]
pub(crate) enum Era {
    /// Each request stands alone.
    Modern(Revision),
    /// Requests belong to a session.
    Legacy(Arc<Session>),
}
