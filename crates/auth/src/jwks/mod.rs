//! The public keys of an issuer: read from its document, fetched when needed, and replaced when
//! they change.

mod key;
mod set;
mod source;
mod discovery;

pub use self::set::KeySet;
pub(crate) use self::{
    key::algorithm_by,
    set::KEY_ID,
    source::{Fetching, Look, Place, Source},
};
