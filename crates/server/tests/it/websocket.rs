//! WebSocket: the same server, met over frames.

mod asks;
mod cancel;
mod changes;
pub(crate) mod client;
mod eras;
mod frames;
mod guarded;
mod nested;
mod order;
mod pings;
mod places;
mod slow;
mod stopping;
