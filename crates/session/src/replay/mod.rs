//! What was said on a stream, kept so that a client whose connection broke can hear the rest.
//!
//! ```text
//!   Lane (numbers each frame) ──drain──▶ Chunk ──append──▶ ReplayStore ──▶ socket
//!                                                              ▲
//!                      GET, Last-Event-ID ──▶ EventId ──read───┘
//! ```

mod event_id;
mod numbers;
mod store;
mod order;
mod log;
mod memory;

pub use self::{
    event_id::{CallEvent, EventId, EventKeys},
    log::ReplayLimits,
    memory::Memory,
    numbers::Numbers,
    store::{Chunk, Read, ReplayStore, Stream},
};

#[cfg(test)]
mod tests;
