//! Answers on their way out: one JSON object, or a stream of events.

mod body;
mod answer;
mod stream;
mod batch;
mod hearing;
mod standing;
mod listen;
mod refuse;

pub use self::body::ResponseBody;
pub(crate) use self::{
    answer::{answer, outcome},
    batch::batch,
    listen::listen,
    refuse::{accepted, ended, refuse},
    standing::standing,
};
