//! The built-in tools: documents, data sets, lines of files, the machine's figures, a calculator, an echo and a
//! counter.
//!
//! ```text
//! install ──▶ Router ──▶ process_files ───────┐
//!                        stream_data_analysis ┼▶ Root: files under one directory, and no others
//!                        secure_data_stream ──┘  (for callers that are known)
//!                        real_time_monitoring ─▶ the machine
//!                        calculate, echo, count
//! ```
//!
//! They do real work on real input, tell of it while it runs, and are the example of how tools are
//! written: plain async functions over typed arguments. What blocks runs beside the reactor and is
//! given up when its caller goes; what is large is streamed in bounded memory; what is broken is
//! reported and skipped. Serving them is for others.
//!
//! ```
//! use tidegate_handler::Router;
//! use tidegate_tools::{Root, demo_documents, install};
//!
//! let dir = tempfile::tempdir()?;
//! for (name, bytes) in demo_documents() {
//!     std::fs::write(dir.path().join(name), bytes)?;
//! }
//! let router = install(Router::new("files", "1.0.0"), Root::open(dir.path())?);
//! # let _ = router;
//! # std::io::Result::Ok(())
//! ```

mod aside;
mod calculator;
mod count;
mod datasets;
mod demo;
mod documents;
mod echo;
mod install;
mod root;
mod search;
mod system;

pub use self::{demo::demo_documents, install::install, root::Root};
