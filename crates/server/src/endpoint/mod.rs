//! The doors of the endpoint, POST, GET, DELETE, and the fronts beside it.

mod body;
mod post;
pub(crate) mod modern;
pub(crate) mod listen;
pub(crate) mod legacy;
pub(crate) mod session;
pub(crate) mod handshake;
mod resume;
mod standing;
pub(crate) mod plain;
pub(crate) mod stdio;
pub(crate) mod websocket;
pub(crate) mod sse;
mod streams;
mod document;

pub(crate) use self::{
    document::document,
    post::post,
    standing::{delete, get},
    streams::streams,
};
