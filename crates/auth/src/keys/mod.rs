//! API keys: made here, kept as hashes in a file, and checked.

mod key;
mod record;
mod file;
mod table;

pub use self::{
    file::{KeyFile, load},
    key::Key,
    record::Record,
    table::Keys,
};
pub(crate) use self::{key::is_key, record::from_hex};
