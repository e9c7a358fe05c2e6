//! Plain HTTP streaming, for whoever has nothing but `curl` or a browser's `EventSource`.
//!
//! ```text
//!   POST /tools/{name}/stream  ─▶ accept, query ─▶ era::plain::call ─▶ dispatch ─▶ respond::plain
//!   GET  /stream, /calculate   ─▶ query ─▶ messages, calculation ──────────────▶ respond::timed
//! ```

mod accept;
mod calculation;
mod messages;
mod query;
mod tool;

use std::sync::Arc;

use http::{Method, Response, request::Parts};
use tidegate_era::Reject;

pub(crate) use self::tool::tool;
use crate::{guard::Visitor, respond::ResponseBody, routes::Sample, state::State};

/// Answers with a sample of plain streaming.
pub(crate) fn sample(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    sample: Sample,
    parts: &Parts,
) -> Result<Response<ResponseBody>, Reject> {
    if parts.method != Method::GET {
        return Err(Reject::method_not_allowed(
            "GET",
            "this stream is read by GET; its parameters stand in the query",
        ));
    }
    let query = query::Query::read(&parts.uri)?;
    match sample {
        Sample::Messages => messages::messages(state, visitor, query),
        Sample::Calculation => calculation::calculation(state, visitor, query),
    }
}
