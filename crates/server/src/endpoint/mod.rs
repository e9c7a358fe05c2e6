//! The doors of the endpoint: POST, GET, DELETE.

mod body;
mod post;
mod modern;
mod listen;
mod legacy;
mod session;
mod handshake;
mod resume;
mod standing;

pub(crate) use self::{
    post::post,
    standing::{delete, get},
};
