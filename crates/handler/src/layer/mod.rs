//! Handlers around handlers: what judges a call by its content, bounds it, or writes it down.

mod audit;
mod policy;
mod timeout;

use crate::handler::Handler;

pub use self::{
    audit::{Audit, Audited, Record},
    policy::{Policed, Policy},
    timeout::{Timed, Timeout},
};

/// Something that wraps a handler.
pub trait Layer<H> {
    /// What comes of it.
    type Handler: Handler;

    /// Wraps `inner`.
    fn layer(self, inner: H) -> Self::Handler;
}

/// Wrapping, said from the handler's side.
pub trait HandlerExt: Handler + Sized {
    /// Wraps this handler; the last layer is the outermost.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tidegate_handler::{HandlerExt, Router, layer::Timeout};
    ///
    /// let handler = Router::new("files", "1.0.0").layer(Timeout::new(Duration::from_secs(30)));
    /// # let _ = handler;
    /// ```
    fn layer<L: Layer<Self>>(self, layer: L) -> L::Handler {
        layer.layer(self)
    }
}

impl<H: Handler> HandlerExt for H {}
