//! The client against a fake server, which answers what a test tells it to.

mod answer;
#[cfg(feature = "in-process")]
mod asked_together;
mod asks_legacy;
mod asks_modern;
#[cfg(feature = "oauth")]
mod authority;
mod cache;
mod calls;
mod cancelling;
mod children;
mod cut;
mod fake;
mod forgotten;
mod http_sse;
#[cfg(feature = "in-process")]
mod in_process;
mod inside;
mod ladder;
mod listening;
mod lists;
#[cfg(feature = "oauth")]
mod oauth_evil;
#[cfg(feature = "oauth")]
mod oauth_links;
#[cfg(feature = "oauth")]
mod oauth_login;
#[cfg(feature = "oauth")]
mod oauth_refresh;
mod plain;
mod probing;
mod refusals;
mod relay;
mod repeats;
mod resuming;
mod services;
mod sessions;
mod skills;
mod socket;
mod stdio;
mod stdio_ends;
mod tasks;
mod websocket;
