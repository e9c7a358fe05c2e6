//! The only place where a handler is called.

mod begin;
mod rounds;
mod calls;
mod asked;
mod running;
mod streams;

pub(crate) use self::{
    asked::Asked,
    begin::{Begun, begin},
    calls::Calls,
    rounds::returned,
    running::{Ending, Running},
    streams::{Open, Seen, Streams},
};
