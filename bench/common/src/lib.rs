//! What every measured server shares, so that a difference in the figures is a difference in the servers.
//!
//! One allocator, one set of flags, one tokio flavour, one way to announce an address and to stop, and the
//! arguments of the tools. Our own server, the floors and the rivals all link this crate.

mod args;
mod flags;
mod process;

pub use args::{Checked, Count, Echo, extra_schema, extra_tool};
pub use flags::{Flags, Respond, Shows, Stream};
pub use process::{announce, announce_with, bind, run, terminated};

/// The allocator of every measured server; without the feature it is the system's.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
