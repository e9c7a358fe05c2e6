//! The machine's figures: one look (`sample`), many of them (`session`), and the tool that shows
//! them as they come (`monitor`).

mod monitor;
mod sample;
mod session;

pub(crate) use self::monitor::real_time_monitoring;
