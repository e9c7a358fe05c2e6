//! 2025-11-25 and before: a handshake, a session, and messages inside it.

mod admit;
mod handshake;

pub use self::{
    admit::{admit, set_level, subscribed, version_of},
    handshake::{Handshake, initialized},
};
