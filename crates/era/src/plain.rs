//! A call from outside the protocol: a tool's name and its arguments, and nothing of JSON-RPC; and
//! its refusal, in statuses of HTTP.

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use tidegate_model::{Call, Complete, Failure, FailureKind, Id, Level, Meta, Method, Outcome, Raw};

use crate::{
    encode,
    reject::{Reject, Remedy, code},
    revision::Facts,
    scan::{Malformed, Scan},
};

/// How long a caller that is refused for now should wait, in seconds.
const BUSY: u32 = 5;

/// Makes a call of a tool's name and the object of its arguments; no bytes at all are `{}`.
///
/// # Errors
///
/// When the arguments are no JSON object.
pub fn call(tool: &str, arguments: &Bytes, log_level: Level) -> Result<Call, Reject> {
    let arguments = object(arguments)?;
    let mut params = BytesMut::with_capacity(tool.len() + arguments.len() + 32);
    let mut name = Vec::with_capacity(tool.len() + 2);
    encode::json(&mut name, tool);
    params.extend_from_slice(b"{\"name\":");
    params.extend_from_slice(&name);
    params.extend_from_slice(b",\"arguments\":");
    let start = params.len();
    params.extend_from_slice(&arguments);
    let end = params.len();
    params.extend_from_slice(b"}");
    let params = params.freeze();
    Ok(Call {
        id: Id::Number(0),
        method: Method::ToolsCall,
        name: Some(tool.to_owned().into()),
        arguments: Some(Raw::trusted(params.slice(start..end))),
        params: Raw::trusted(params),
        uri: None,
        cursor: None,
        input_responses: None,
        request_state: None,
        meta: Meta {
            // It is never seen: typed progress has no token.
            progress_token: Some(Raw::trusted(Bytes::from_static(b"0"))),
            log_level: Some(log_level),
            ..Meta::default()
        },
    })
}

/// Returns the bytes of one JSON object, without line breaks between its tokens.
fn object(bytes: &Bytes) -> Result<Bytes, Reject> {
    if bytes.trim_ascii().is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(Malformed::Syntax(error.valid_up_to()).into());
    }
    let mut scan = Scan::new(bytes);
    if scan.peek()? != b'{' {
        scan.value()?;
        return Err(not_an_object());
    }
    let range = scan.value()?;
    scan.end()?;
    let object = bytes.slice(range);
    if !scan.has_broken_lines() {
        return Ok(object);
    }
    // In valid JSON they stand between tokens only, so nothing is lost.
    let compact = object.iter().copied();
    Ok(compact
        .filter(|byte| !matches!(byte, b'\n' | b'\r'))
        .collect())
}

fn not_an_object() -> Reject {
    Reject::bad_request(
        code::INVALID_PARAMS,
        "the body is the tool's arguments: one JSON object, as in {\"message\":\"calm\"}",
    )
}

/// Returns the result of a call, be it that of a tool that failed.
///
/// # Errors
///
/// When the call was refused, or broke.
pub fn result(facts: Facts, outcome: &Outcome) -> Result<Complete, Reject> {
    match outcome {
        Outcome::Complete(complete) => Ok(complete.clone()),
        Outcome::Failed(failure) if failure.kind() == FailureKind::Tool => {
            Ok(encode::tool_error(failure))
        }
        Outcome::Failed(failure) => Err(refused(facts, failure)),
        _ => Err(Reject::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            code::INTERNAL,
            "plain HTTP has no words for the outcome; call the tool at the endpoint",
        )),
    }
}

fn refused(facts: Facts, failure: &Failure) -> Reject {
    let status = match failure.kind() {
        FailureKind::UnknownName | FailureKind::NotFound | FailureKind::MethodNotFound => {
            StatusCode::NOT_FOUND
        }
        FailureKind::Arguments
        | FailureKind::InvalidParams
        | FailureKind::InvalidRequest
        | FailureKind::MissingCapability
        | FailureKind::Code(code::INVALID_PARAMS | code::INVALID_REQUEST) => {
            StatusCode::BAD_REQUEST
        }
        FailureKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let code = match failure.kind() {
        FailureKind::Arguments => code::INVALID_PARAMS,
        _ => encode::failure_code(facts, failure),
    };
    let mut reject = Reject::new(status, code, failure.message().to_owned());
    reject.data = failure.data().cloned();
    reject.remedy = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(Remedy::Later(BUSY));
    reject
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Revision;

    fn called(arguments: &'static str) -> Result<Call, Reject> {
        call(
            "ec\"ho",
            &Bytes::from_static(arguments.as_bytes()),
            Level::Info,
        )
    }

    #[test]
    fn arguments_and_name_become_the_parameters_of_a_call() {
        let made = called(" {\"a\":\r\n [1, 2.0]}\n").expect("an object");
        assert_eq!(
            made.params.as_str(),
            r#"{"name":"ec\"ho","arguments":{"a": [1, 2.0]}}"#
        );
        assert_eq!(made.arguments.expect("some").as_str(), r#"{"a": [1, 2.0]}"#);
        assert_eq!(made.name.expect("some").as_str(), "ec\"ho");
    }

    #[test]
    fn nothing_is_an_empty_object() {
        for nothing in ["", "\n "] {
            let made = called(nothing).expect("an object");
            assert_eq!(made.arguments.expect("some").as_str(), "{}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused_and_cannot_break_out() {
        for arguments in [
            "[1]",
            "1",
            "null",
            "{",
            "{}}",
            "{} {}",
            "{},\"x\":{}",
            "{\"a\":01}",
        ] {
            let reject = called(arguments).expect_err(arguments);
            assert_eq!(reject.status, StatusCode::BAD_REQUEST, "{arguments}");
        }
        let deep = "{\"a\":".repeat(200) + "1" + &"}".repeat(200);
        assert!(call("t", &deep.into(), Level::Info).is_err());
        assert!(call("t", &Bytes::from_static(b"{\"a\":\"\xff\"}"), Level::Info).is_err());
    }

    #[test]
    fn each_failure_has_its_status() {
        let facts = Revision::V2026_07_28.facts();
        let of = |failure: Failure| result(facts, &failure.into());
        for (failure, status, code) in [
            (Failure::unknown_name("x"), 404, -32602),
            (Failure::arguments("x"), 400, -32602),
            (Failure::invalid_params("x"), 400, -32602),
            (Failure::method_not_found("x"), 404, -32601),
            (Failure::busy("x"), 503, -32603),
            (Failure::internal("x"), 500, -32603),
            (
                Failure::missing_capability(&serde_json::json!({})),
                400,
                -32021,
            ),
        ] {
            let reject = of(failure).expect_err("a refusal");
            assert_eq!((reject.status.as_u16(), reject.code), (status, code));
            assert_eq!(reject.remedy.is_some(), status == 503);
        }
        assert!(of(Failure::tool("x")).is_ok());
    }
}
