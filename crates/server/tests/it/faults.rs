//! The faults that other servers of this protocol were seen to have, each with the test that shows
//! this one without it.

mod batch;
mod blocking;
mod breaking;
mod burst;
mod cancel;
mod changing;
mod commit;
mod connections;
mod deadline;
pub(crate) mod doors;
mod duplicates;
mod hang_up;
mod idle;
mod layers;
mod leftovers;
mod limits;
mod listen;
mod listen_race;
mod panics;
mod polling;
mod raw;
mod replay;
mod respond;
mod resume;
mod resumed;
mod sessions;
mod slow_reader;
mod standing;
mod stopping;
mod subscriptions;
mod take_over;
pub(crate) mod tools;
