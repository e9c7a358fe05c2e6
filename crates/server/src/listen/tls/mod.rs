//! TLS: certificates, handshakes, and new certificates while the server runs.

mod fault;
mod material;
mod self_signed;
mod counted;
mod secure;
mod expiry;
mod reload;

pub(super) use self::counted::Counted;
pub(crate) use self::{fault::Fault, secure::Secure};
