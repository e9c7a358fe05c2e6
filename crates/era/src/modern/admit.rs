//! The modern rungs of the refusal ladder, from the routing headers to the call.

use http::HeaderMap;
use tidegate_model::{Call, HeaderParam, Level, Method, Raw};

use crate::{
    envelope::Envelope,
    head::Head,
    header_params,
    params::Params,
    reject::{Reject, code},
    sentinel,
};

/// What the ladder asks of whoever answers.
pub trait Offered {
    /// Whether the method is implemented and its capability advertised.
    fn has_method(&self, method: &Method) -> bool;

    /// The arguments that callers of `tool` mirror in headers.
    fn header_params(&self, tool: &str) -> &[HeaderParam];
}

/// Turns a request of the modern era into a call.
///
/// # Errors
///
/// Where headers and body disagree, for methods that are not here, and for an unknown log level.
pub fn admit(
    head: &Head<'_>,
    headers: &HeaderMap,
    message: Envelope,
    offered: &impl Offered,
) -> Result<Call, Reject> {
    let id = message.id.clone();
    try_admit(Some((head, headers)), message, offered).map_err(|reject| reject.for_id(id))
}

/// Turns a request of the modern era into a call where there are no headers to compare it with
/// (2026-07-28 stdio §Request Metadata).
///
/// # Errors
///
/// For methods that are not here, and for an unknown log level.
pub fn admit_without_head(message: Envelope, offered: &impl Offered) -> Result<Call, Reject> {
    let id = message.id.clone();
    try_admit(None, message, offered).map_err(|reject| reject.for_id(id))
}

fn try_admit(
    headers: Option<(&Head<'_>, &HeaderMap)>,
    message: Envelope,
    offered: &impl Offered,
) -> Result<Call, Reject> {
    let (Some(id), Some(name)) = (message.id, message.method) else {
        return Err(Reject::bad_request(
            code::INVALID_REQUEST,
            "a request has an id and a method",
        ));
    };
    if headers.is_some_and(|(head, _)| head.method != Some(name.as_str())) {
        return Err(Reject::header_mismatch(
            "Mcp-Method must repeat the body's `method`",
        ));
    }
    let method = Method::read(&name);
    if is_legacy_only(&method) || !offered.has_method(&method) {
        return Err(Reject::method_not_found(method.name()));
    }
    if let Some((head, headers)) = headers {
        check_headers(head, headers, &method, &message.params, offered)?;
    }
    let meta = &message.params.meta;
    let log_level = meta.log_level.as_ref().map(read_level).transpose()?;
    Ok(message.params.into_call(id, method, log_level))
}

fn check_headers(
    head: &Head<'_>,
    headers: &HeaderMap,
    method: &Method,
    params: &Params,
    offered: &impl Offered,
) -> Result<(), Reject> {
    check_name(head, method, params)?;
    if *method == Method::ToolsCall {
        let tool = params.name.as_ref().map_or("", |name| name.as_str());
        let mirrored = offered.header_params(tool);
        header_params::check(mirrored, headers, params.arguments.as_ref())?;
    }
    Ok(())
}

/// Methods that the modern era removed: a body that claims the era does not get them back.
const fn is_legacy_only(method: &Method) -> bool {
    matches!(
        method,
        Method::Initialize
            | Method::Ping
            | Method::SetLevel
            | Method::Subscribe
            | Method::Unsubscribe
    )
}

fn check_name(head: &Head<'_>, method: &Method, params: &Params) -> Result<(), Reject> {
    let (field, body) = match method {
        Method::ToolsCall | Method::PromptsGet => ("name", &params.name),
        Method::ResourcesRead => ("uri", &params.uri),
        Method::TasksGet | Method::TasksUpdate | Method::TasksCancel => ("taskId", &params.task_id),
        _ => return Ok(()),
    };
    let header = head.name.map(|name| {
        sentinel::decode(name).ok_or_else(|| Reject::header_mismatch("Mcp-Name is no valid Base64"))
    });
    let header = header.transpose()?;
    if header.is_some() && header.as_deref() == body.as_ref().map(|name| name.as_str()) {
        return Ok(());
    }
    Err(Reject::header_mismatch(format!(
        "Mcp-Name must repeat params.{field}"
    )))
}

fn read_level(raw: &Raw) -> Result<Level, Reject> {
    raw.decode().map_err(|_| {
        Reject::bad_request(
            code::INVALID_PARAMS,
            "_meta[\"io.modelcontextprotocol/logLevel\"] is none of debug, info, notice, warning, \
             error, critical, alert, emergency",
        )
    })
}
