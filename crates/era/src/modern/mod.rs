//! 2026-07-28 on: each request stands alone.

mod admit;
mod discover;

pub use self::{
    admit::{Offered, admit},
    discover::discover,
};
