//! Where records live that outlive the call they came from.
//!
//! ```text
//!   a call goes on as a task ──create──▶ TaskStore ◀──get, update── whoever asks after it
//!                                            │
//!   its runner ◀────────────changed──────────┘ answers and cancellations, from whichever node
//! ```
//!
//! A [`Record`] is a task and what its status brings; its methods are the rules by which it may
//! change. A [`TaskStore`] keeps records: [`MemoryTasks`] as long as the process lives, others
//! wherever they like. A store of your own is held to the same rules by [`contract::tasks`]:
//!
//! ```
//! use tidegate_store::{MemoryTasks, contract};
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap().block_on(async {
//! contract::tasks(|| async { MemoryTasks::default() }).await;
//! # });
//! ```
//!
//! There is no clock here: what time it is, in milliseconds since 1970, is an argument.

mod record;
mod wire;
mod error;
mod tasks;
mod memory;
pub mod contract;

pub use self::{
    error::StoreError,
    memory::{MemoryLimits, MemoryTasks},
    record::{End, Input, InputState, KeyTaken, NoEntropy, Record},
    tasks::{Later, Place, TaskStore, Updated, Versioned},
};
