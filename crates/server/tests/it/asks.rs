//! Tools that ask their client something, in both eras.

mod live;
mod rounds;
mod states;
mod tools;
