//! The one directory that the tools may read, and the choosing of files in it.

mod open;
mod select;
mod walk;

pub use self::open::Root;
pub(crate) use self::{open::Refusal, select::MAX_ITEMS};
