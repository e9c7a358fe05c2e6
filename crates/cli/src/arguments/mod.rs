//! The arguments of a tool or a prompt as they stand on the command line, and what they become.
//!
//! ```text
//! words ─parse─▶ Argument ─read─▶ Given: files and stdin are read ─convert─▶ one JSON object
//!                (before a connection opens)                (by the tool's schema, once it is known)
//! ```

mod parse;
mod given;

pub(crate) use self::{given::Given, parse::Argument};
