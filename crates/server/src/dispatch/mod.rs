//! The only place where a handler is called.

mod begin;
mod rounds;
mod calls;
mod asked;
mod running;
mod live;
mod driver;
mod replay;
mod streams;

pub(crate) use self::{
    asked::Asked,
    begin::{Begun, begin},
    calls::Calls,
    driver::{Driver, Step},
    live::{Live, Reader},
    replay::{Replay, clock},
    rounds::returned,
    running::{Ending, Running, overdue, panicked},
    streams::{Open, Seen, Streams},
};
