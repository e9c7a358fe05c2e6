//! Plain HTTP streaming: a tool or a sample, for whoever has nothing but `curl` or a browser.

mod guarded;
mod live;
mod refusals;
mod samples;
pub(crate) mod tools;
