//! 2026-07-28 on: each request stands alone.

mod admit;
mod discover;
mod listen;

pub use self::{
    admit::{Offered, admit, admit_without_head},
    discover::discover,
    listen::Filter,
};
