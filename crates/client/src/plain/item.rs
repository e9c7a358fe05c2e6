//! What a plain stream says, one item at a time.

use serde::de::DeserializeOwned;
use serde_json::Value;
use tidegate_model::Raw;

use crate::{
    error::Error,
    message::{Log, Progress, RpcError},
};

/// One item of a plain stream.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Plain {
    /// How far the work has come.
    Progress(Progress),
    /// A log message.
    Log(Log),
    /// The result, as it came; the last item. A tool's is read by
    /// [`PlainStream::result`](crate::PlainStream::result).
    Result(Raw),
    /// Why there is no result; the last item.
    Error(RpcError),
    /// All has been said (`end`), by a stream without a result; the last item.
    End(Value),
    /// An event of another type: `message` for one that names none, `text` for a line of text.
    Other {
        /// Its type.
        event: String,
        /// What it says: JSON where it is, else a string.
        data: Value,
    },
}

// === impl Plain ===

impl Plain {
    /// Reads an event of a type that has `data`.
    pub(super) fn read(event: &str, data: &str) -> Result<Self, Error> {
        Ok(match event {
            "progress" => Self::Progress(shaped(event, data)?),
            "log" => Self::Log(shaped(event, data)?),
            "error" => Self::Error(shaped(event, data)?),
            "result" => Self::Result(data.parse().map_err(|why| misshapen(event, why))?),
            "end" => Self::End(loose(data)),
            _ => Self::Other {
                event: event.to_owned(),
                data: loose(data),
            },
        })
    }

    /// Returns whether nothing follows it.
    #[must_use]
    pub const fn is_last(&self) -> bool {
        matches!(self, Self::Result(_) | Self::Error(_) | Self::End(_))
    }
}

fn loose(data: &str) -> Value {
    serde_json::from_str(data).unwrap_or_else(|_| data.into())
}

fn shaped<T: DeserializeOwned>(event: &str, data: &str) -> Result<T, Error> {
    serde_json::from_str(data).map_err(|why| misshapen(event, why))
}

fn misshapen(event: &str, why: serde_json::Error) -> Error {
    Error::answer(format_args!(
        "an event of type {event} has not the shape of one"
    ))
    .because(why)
}
