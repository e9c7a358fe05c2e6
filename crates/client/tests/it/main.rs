//! The client against a fake server, which answers what a test tells it to.

mod answer;
#[cfg(feature = "in-process")]
mod asked_together;
mod asks_legacy;
mod asks_modern;
mod cache;
mod calls;
mod cancelling;
mod fake;
mod forgotten;
#[cfg(feature = "in-process")]
mod in_process;
mod inside;
mod listening;
mod lists;
mod plain;
mod probing;
mod refusals;
mod repeats;
mod resuming;
mod services;
mod sessions;
mod skills;
mod tasks;
