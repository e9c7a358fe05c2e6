//! Tidegate against the official SDKs, each as a process of its own. Needs what `cargo xtask ci interop`
//! prepares; a plain `cargo test` does not build this file.

mod asking;
mod listening;
mod official_clients;
mod official_servers;
mod peers_alone;
mod resuming;
