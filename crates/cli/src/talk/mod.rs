//! What is said while a call runs: live on a terminal, in plain lines elsewhere, as events with
//! `--json`.

mod line;
mod live;
mod watch;

pub(crate) use self::watch::Watch;
