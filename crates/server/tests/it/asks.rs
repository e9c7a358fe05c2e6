//! Tools that ask their client something, in both eras.

mod late;
mod live;
mod rounds;
mod states;
pub(crate) mod tools;
