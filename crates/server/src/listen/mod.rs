//! Sockets: where the server listens, whom it accepts, and when it lets go.

mod exposure;
mod address;
mod tls;
mod opened;
mod accept;
mod watched;

pub(crate) use self::{
    accept::serve,
    address::Listener,
    tls::{Fault, Secure},
};
