//! Tidegate against the official SDKs, each as a process of its own. Needs what `cargo xtask ci interop`
//! prepares; a plain `cargo test` does not build this file.

mod asking;
mod curl;
mod event_source;
mod every_request;
mod listening;
mod official_clients;
mod official_servers;
mod oidc;
mod old_fronts;
mod old_servers;
mod pages_elsewhere;
mod peers_alone;
mod programs;
mod resuming;
mod tls;
