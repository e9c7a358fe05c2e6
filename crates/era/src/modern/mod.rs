//! 2026-07-28 on: each request stands alone.

mod admit;
mod discover;
mod listen;

pub use self::{
    admit::{Offered, admit},
    discover::discover,
    listen::Filter,
};
