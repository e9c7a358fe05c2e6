//! What `tidegate serve` is told, from five places of growing strength, and what it comes to.
//!
//! ```text
//! defaults < FILE.toml < .env < environment < flags
//!               └──────────┴─────────┴──────────┴──▶ Said: a key, a value, a place
//!                                                     └──▶ load ──▶ Settings ──▶ the library's Config
//! ```
//!
//! What can be set is [`tables`], and nothing else names a key: the schema of its types gives the
//! names, the variables, the documentation and the nearest right word.

mod document;
mod environment;
mod file;
mod flags;
mod key;
mod listen;
mod load;
mod said;
mod schema;
mod shown;
mod tables;
mod values;

pub(crate) use self::{
    document::document,
    flags::Given,
    load::Loaded,
    schema::schema,
    tables::Settings,
    values::{Address, Filter, LogFormat, Place},
};
