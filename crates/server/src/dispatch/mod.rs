//! The only place where a handler is called.

mod begin;
mod calls;
mod running;
mod streams;

pub(crate) use self::{
    begin::{Begun, begin},
    calls::Calls,
    running::{Ending, Running},
    streams::{Open, Streams},
};
