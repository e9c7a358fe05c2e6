//! What both floors do with a request's bytes: a typed serde parse, a typed serde answer, and no rule of MCP's.
//!
//! ```text
//! bytes ─▶ Request ─▶ arguments of the tool's type ─▶ Reply ─▶ bytes
//! ```

pub mod count;
mod rpc;

pub use rpc::{Call, Reply, Request, decode, event};
