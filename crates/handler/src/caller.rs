//! Who calls, and over what.

use std::sync::Arc;

use http::request::Parts;
use tidegate_era::Facts;
use tidegate_model::{ClientCapabilities, Implementation, Principal, Raw};
use tidegate_session::Ticket;

/// Who calls, as far as is known.
#[derive(Debug)]
pub struct Caller {
    /// What follows from the revision it speaks.
    pub facts: Facts,
    /// Who it was found to be; `None`: anyone may call, and it may be anyone.
    pub principal: Option<Arc<Principal>>,
    /// The session it belongs to (legacy).
    pub session: Option<Arc<Ticket>>,
    /// What it says it can do, with this call (modern).
    pub capabilities: Option<Raw>,
    /// Who it says it is, with this call (modern).
    pub info: Option<Raw>,
    /// The HTTP request it came with, without body.
    pub request: Option<Box<Parts>>,
}

// === impl Caller ===

impl Caller {
    /// Returns a caller of whom only the revision is known.
    #[must_use]
    pub const fn new(facts: Facts) -> Self {
        Self {
            facts,
            principal: None,
            session: None,
            capabilities: None,
            info: None,
            request: None,
        }
    }

    /// Returns the caller as what is kept for it is bound to it; empty: anyone.
    #[must_use]
    pub fn principal_id(&self) -> &[u8] {
        self.principal.as_deref().map_or(b"", Principal::id)
    }

    /// Returns what the caller can do, wherever it said so.
    #[must_use]
    pub fn client_capabilities(&self) -> ClientCapabilities {
        if let Some(raw) = &self.capabilities {
            return raw.decode().unwrap_or_default();
        }
        let session = self.session.as_ref();
        session
            .map(|ticket| ticket.capabilities.clone())
            .unwrap_or_default()
    }

    /// Returns who the caller says it is. Unverified: for people and logs.
    #[must_use]
    pub fn client_info(&self) -> Option<Implementation> {
        match &self.info {
            Some(raw) => raw.decode().ok(),
            None => self
                .session
                .as_ref()
                .and_then(|ticket| ticket.client.clone()),
        }
    }
}
