//! Measures our server against its floors and its rivals, in one run.
//!
//! ```text
//! plan ─▶ server (built, started on its own core) ◀─ link, wire, events, client, load (on another core)
//!                    │                                          │
//!              proc, callgrind ──────────▶ rows ◀───────────────┘ ──▶ report (stdout, RESULTS.md)
//! ```
//!
//! What each row means, and why the figures are fair, is in `bench/README.md`.

pub mod callgrind;
pub mod client;
pub mod events;
pub mod link;
pub mod load;
pub mod machine;
pub mod options;
pub mod proc;
pub mod report;
pub mod rows;
pub mod server;
pub mod smoke;
pub mod stats;
pub mod subject;
pub mod wire;

/// What ends a run: a sentence for the person who started it.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
