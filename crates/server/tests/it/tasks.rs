//! Calls that go on after they were answered: the tasks extension.

mod cancel;
mod ends;
mod follow;
mod input;
mod life;
mod offers;
mod refusals;
mod stopping;
mod stores;
pub(crate) mod tools;
mod turning;
