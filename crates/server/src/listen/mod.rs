//! Sockets: where the server listens, whom it accepts, and when it lets go.

mod address;
mod accept;
mod watched;

pub(crate) use self::{accept::serve, address::Listener};
