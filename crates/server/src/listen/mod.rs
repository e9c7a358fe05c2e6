//! Sockets: where the server listens, whom it accepts, and when it lets go.

mod exposure;
mod address;
mod tls;
mod opened;
mod accept;
mod crowd;
mod watched;
mod flow;

pub(crate) use self::{
    accept::serve,
    address::Listener,
    exposure::Lacks,
    flow::Flow,
    tls::{Fault, Secure},
};
