//! Requests of the modern era: the headers that repeat what the body says.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use http::HeaderValue;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;
use tidegate_era::{Envelope, header_params};
use tidegate_model::{HeaderParam, Raw};

use super::MOST_TOOLS;
use crate::{
    endpoint::{
        modern::{encoded, mirrored, plain},
        outgoing::{PROTOCOL_VERSION, post},
    },
    error::Error,
    wire::Wire,
};

/// The arguments that each tool wants mirrored in headers.
type Params = Mutex<HashMap<String, Arc<[HeaderParam]>>>;

#[derive(Deserialize)]
struct Tools {
    #[serde(default)]
    tools: Vec<Tool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tool {
    name: String,
    #[serde(default)]
    input_schema: Value,
}

/// Returns the POST of a line, with the headers that it needs.
///
/// # Errors
///
/// When something in it cannot stand in a header.
pub(super) fn request(
    wire: &Wire,
    line: Bytes,
    envelope: &Envelope,
    known: &Params,
) -> Result<http::Request<Bytes>, Error> {
    let method = envelope
        .method
        .as_ref()
        .map_or("", |method| method.as_str());
    let params = &envelope.params;
    let mut request = post(wire, line);
    let headers = request.headers_mut();
    if let Some(version) = &params.meta.version {
        let version = HeaderValue::from_str(version.as_str()).map_err(|_| {
            Error::input("the protocol version of the message cannot stand in a header")
        })?;
        headers.insert(PROTOCOL_VERSION, version);
    }
    headers.insert("mcp-method", plain(method)?);
    let name = match method {
        "tools/call" | "prompts/get" => params.name.as_ref(),
        "resources/read" => params.uri.as_ref(),
        _ if method.starts_with("tasks/") => params.task_id.as_ref(),
        _ => None,
    };
    let Some(name) = name else {
        return Ok(request);
    };
    headers.insert("mcp-name", encoded(name.as_str())?);
    if method == "tools/call" {
        let wanted = known.lock().get(name.as_str()).cloned().unwrap_or_default();
        for (name, value) in mirrored(params.arguments.as_ref(), &wanted)? {
            headers.insert(name, value);
        }
    }
    Ok(request)
}

/// Learns from a list of tools which arguments each wants mirrored.
pub(super) fn learn(known: &Params, result: &Raw) {
    let Ok(list) = result.decode::<Tools>() else {
        return;
    };
    let mut known = known.lock();
    for tool in list.tools {
        if known.len() >= MOST_TOOLS && !known.contains_key(&tool.name) {
            return;
        }
        // Whether a tool with a faulty header is called at all is the host's to decide.
        let params = header_params(&tool.input_schema).unwrap_or_default();
        known.insert(tool.name, params.into());
    }
}
