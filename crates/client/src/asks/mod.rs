//! What a server may ask this client for: who answers, and how answers travel in each era.
//!
//! ```text
//!   modern: input_required ─▶ all questions at once ─┐                  ┌─▶ inputResponses
//!                                                    ├─▶ Asks::answer ──┤
//!   legacy: a request on a stream ─▶ Answering ──────┘                  └─▶ a POST
//! ```

mod answering;
mod content;
mod handlers;

pub(crate) use self::{
    answering::{Answering, Reply},
    handlers::{Asks, handler},
};
