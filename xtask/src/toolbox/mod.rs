//! What CI needs beyond Rust: found on the machine, or put in a cache folder, or asked for in words.

mod apt;
mod browser;
mod cache;
mod deny;
mod node;
mod python;

pub(crate) use apt::need;
pub(crate) use browser::chromium;
pub(crate) use cache::Cache;
pub(crate) use deny::cargo_deny;
pub(crate) use node::{Node, packages};
pub(crate) use python::python_with;

/// Says whether this is a CI machine, where system packages may be installed.
pub(crate) fn on_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
