//! JSON-RPC as a plain web service would write it: types with derived serde, nothing else.

use std::error::Error;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tidegate_bench_common::{Checked, Count, Echo};

/// A `tools/call` request.
#[derive(Deserialize)]
pub struct Request {
    pub id: u64,
    pub params: Params,
}

/// What a call says.
#[derive(Deserialize)]
pub struct Params {
    name: String,
    arguments: Box<RawValue>,
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

/// What the floor reads of `_meta`.
#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "progressToken")]
    progress_token: Option<Box<RawValue>>,
    #[serde(rename = "io.modelcontextprotocol/protocolVersion")]
    protocol_version: Option<IgnoredAny>,
}

/// What is to be done.
pub enum Call {
    /// Answer with this text.
    Text { text: String, modern: bool },
    /// Send notifications under this token, then answer `done`.
    Count {
        count: Count,
        token: Option<Box<RawValue>>,
        modern: bool,
    },
}

/// Decodes the arguments of `params` into the tool's type.
///
/// # Errors
/// When the tool is unknown or its arguments do not fit.
pub fn decode(params: Params) -> Result<Call, Box<dyn Error + Send + Sync>> {
    let (token, version) = params.meta.map_or((None, None), |meta| {
        (meta.progress_token, meta.protocol_version)
    });
    let modern = version.is_some();
    match params.name.as_str() {
        "echo" => {
            let echo: Echo = serde_json::from_str(params.arguments.get())?;
            Ok(Call::Text {
                text: echo.message,
                modern,
            })
        }
        "checked" => {
            let checked: Checked = serde_json::from_str(params.arguments.get())?;
            Ok(Call::Text {
                text: checked.message,
                modern,
            })
        }
        "count" => {
            let count = serde_json::from_str(params.arguments.get())?;
            Ok(Call::Count {
                count,
                token,
                modern,
            })
        }
        other => Err(format!("no tool {other}").into()),
    }
}

/// A JSON-RPC answer with one text block: in the modern era with `resultType` and the server's name, as ours has them.
#[derive(Serialize)]
pub struct Reply<'a> {
    jsonrpc: &'static str,
    id: u64,
    result: Outcome<'a>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    content: [Content<'a>; 1],
    #[serde(rename = "resultType", skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    #[serde(rename = "_meta", skip_serializing_if = "Option::is_none")]
    meta: Option<OutcomeMeta>,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct OutcomeMeta {
    #[serde(rename = "io.modelcontextprotocol/serverInfo")]
    server_info: ServerInfo,
}

#[derive(Serialize)]
struct ServerInfo {
    name: &'static str,
    version: &'static str,
}

// === impl Reply ===

impl<'a> Reply<'a> {
    /// Builds the answer to request `id`.
    #[must_use]
    pub fn text(id: u64, text: &'a str, modern: bool) -> Self {
        let meta = OutcomeMeta {
            server_info: ServerInfo {
                name: "bench",
                version: "1.0.0",
            },
        };
        let result = Outcome {
            content: [Content { kind: "text", text }],
            result_type: modern.then_some("complete"),
            meta: modern.then_some(meta),
        };
        Self {
            jsonrpc: "2.0",
            id,
            result,
        }
    }
}

/// Writes `value` as one event of a stream at the end of `out`.
///
/// # Errors
/// When `value` does not serialise.
pub fn event(out: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    out.extend_from_slice(b"event: message\ndata: ");
    serde_json::to_writer(&mut *out, value)?;
    out.extend_from_slice(b"\n\n");
    Ok(())
}
