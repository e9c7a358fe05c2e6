//! The client against a fake server, which answers what a test tells it to.

mod calls;
mod cancelling;
mod fake;
mod forgotten;
#[cfg(feature = "in-process")]
mod in_process;
mod lists;
mod probing;
mod refusals;
mod services;
mod sessions;
