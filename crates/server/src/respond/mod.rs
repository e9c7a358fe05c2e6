//! Answers on their way out: one JSON object, or a stream of events.

mod body;
mod answer;
mod stream;
mod logged;
mod resumed;
mod batch;
mod hearing;
mod standing;
mod listen;
mod refuse;
mod connection;
mod plain;
mod timed;

pub use self::body::ResponseBody;
pub(crate) use self::{
    answer::{answer, json, may_stream, outcome, signed},
    batch::batch,
    connection::connection,
    hearing::Hearing,
    listen::{ListenStream, Listener, listen},
    plain::plain,
    refuse::{accepted, ended, refuse, switching},
    resumed::{Resumed, resumed},
    standing::standing,
    timed::{Medium, timed},
};
