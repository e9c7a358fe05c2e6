//! `/tools/{name}/stream`: one call of any tool, its notifications as they happen, its result last.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Method, Response, StatusCode, header, request::Parts};
use http_body::Body;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use tidegate_era::{
    Head, Reject, Revision, argument,
    encode::{Framing, Typed},
    modern::Offered,
    plain,
};
use tidegate_handler::Caller;
use tidegate_model::{Call, Level, Method as Called, Raw, Text};

use super::{
    accept,
    query::{Query, bad},
};
use crate::{
    access,
    dispatch::begin,
    endpoint::{body, modern::unavailable},
    guard::Visitor,
    respond::{self, ResponseBody},
    routes,
    state::State,
};

/// From which level on log messages are told where nothing is said, as in a legacy session.
const LEVEL: Level = Level::Info;

/// Answers with the stream of one call.
pub(crate) async fn tool<B>(
    state: &Arc<State>,
    visitor: &Visitor<'_>,
    parts: Box<Parts>,
    body: B,
) -> Result<Response<ResponseBody>, Reject>
where
    B: Body<Data = Bytes> + Unpin,
{
    // A plain caller is one of the newest revision who declared nothing: its hanging up cancels.
    let facts = Revision::SERVED[0].facts();
    let name = name(parts.uri.path())?;
    access::call(&parts, &name);
    let offer = state
        .offer(facts, visitor.principal.as_ref())
        .await
        .map_err(unavailable)?;
    if !offer.has_method(&Called::ToolsCall) {
        return Err(Reject::method_not_found(Called::ToolsCall.name()));
    }
    let typed = accept::choose(&parts.headers)?;
    let query = Query::read(&parts.uri)?;
    let mut call = match (&parts.method, offer.read_only.get(&*name)) {
        (&Method::POST, _) => posted(state, &name, &parts, query, body).await?,
        (&Method::GET, Some(schema)) => asked(&name, schema, query)?,
        (_, schema) => return Err(wrong_method(schema.is_some())),
    };
    state
        .callers
        .may(visitor.principal.as_deref(), &call, &offer)?;
    state
        .limits
        .call(visitor.principal.as_deref(), visitor.client)?;
    call.meta.traceparent = text(&parts, "traceparent");
    call.meta.tracestate = text(&parts, "tracestate");
    let caller = Caller {
        principal: visitor.principal.clone(),
        request: Some(parts),
        ..Caller::new(facts)
    };
    answer(state, typed, call, caller).await
}

async fn answer(
    state: &Arc<State>,
    typed: Typed,
    call: Call,
    caller: Caller,
) -> Result<Response<ResponseBody>, Reject> {
    let facts = caller.facts;
    let level = call.meta.log_level;
    let begun = begin(
        state,
        call,
        caller,
        Framing::Typed(typed),
        level,
        None,
        None,
    );
    respond::plain(state, typed, facts, begun).await
}

/// Reads a call whose arguments are the body.
async fn posted<B>(
    state: &State,
    name: &str,
    parts: &Parts,
    mut query: Query,
    body: B,
) -> Result<Call, Reject>
where
    B: Body<Data = Bytes> + Unpin,
{
    let is_json = Head::read(&parts.headers)?.json;
    // A form of another site's page has its own types, also around nothing.
    let is_named = parts.headers.contains_key(header::CONTENT_TYPE);
    if is_named && !is_json {
        return Err(no_json());
    }
    let level = level(&mut query)?;
    query.end("log, and arguments in the body")?;
    let arguments = body::read(body, state).await?;
    if !is_json && !arguments.is_empty() {
        return Err(no_json());
    }
    plain::call(name, &arguments, level)
}

/// Reads a call whose arguments are the query, each of the type that the tool's schema says.
fn asked(name: &str, schema: &Raw, mut query: Query) -> Result<Call, Reject> {
    let schema: Value = schema.decode().unwrap_or_default();
    // A tool that has an argument of this name gets it.
    let level = match schema.pointer("/properties/log") {
        None => level(&mut query)?,
        Some(_) => LEVEL,
    };
    let mut arguments = Map::new();
    for (key, text) in query.rest() {
        let value = argument(&schema, &key, &text).map_err(bad)?;
        arguments.insert(key, value);
    }
    let arguments = Value::Object(arguments).to_string();
    plain::call(name, &arguments.into(), level)
}

fn level(query: &mut Query) -> Result<Level, Reject> {
    let wanted = "one of debug, info, notice, warning, error, critical, alert, emergency";
    Ok(query.parse("log", wanted)?.unwrap_or(LEVEL))
}

fn name(path: &str) -> Result<String, Reject> {
    let encoded = routes::tool(path).unwrap_or_default();
    let name = percent_decode_str(encoded).decode_utf8();
    name.map(std::borrow::Cow::into_owned).map_err(|_| {
        Reject::guard(
            StatusCode::NOT_FOUND,
            "the tool's name is not text in UTF-8",
        )
    })
}

fn text(parts: &Parts, name: &'static str) -> Option<Text> {
    let value = parts.headers.get(HeaderName::from_static(name))?;
    value.to_str().ok().map(|text| text.to_owned().into())
}

fn no_json() -> Reject {
    Reject::guard(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "send the tool's arguments with Content-Type: application/json",
    )
}

/// A page anywhere can make a browser send a GET: only what changes nothing is called by it.
fn wrong_method(is_read_only: bool) -> Reject {
    if is_read_only {
        return Reject::method_not_allowed(
            "GET, POST",
            "call the tool by POST, or by GET with its arguments in the query",
        );
    }
    Reject::method_not_allowed(
        "POST",
        "no tool of this name is marked read-only, and GET is for those alone; call it by POST",
    )
}
