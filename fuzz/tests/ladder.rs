//! Whatever head and message come, they become a call or a refusal with its status and code.

use bolero::check;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use tidegate_era::{
    Body, Head, Reject, Verdict, classify, decode_header_value, encode_header_value, legacy, modern,
};
use tidegate_model::{HeaderParam, Method};

struct Everything;

impl modern::Offered for Everything {
    fn has_method(&self, _: &Method) -> bool {
        true
    }

    fn header_params(&self, _: &str) -> &[HeaderParam] {
        &[]
    }
}

const NAMES: [&str; 8] = [
    "mcp-protocol-version",
    "mcp-method",
    "mcp-name",
    "mcp-session-id",
    "last-event-id",
    "accept",
    "content-type",
    "mcp-param-city",
];

const VALUES: [&str; 10] = [
    "2026-07-28",
    "2025-11-25",
    "v999.0.0",
    "tools/call",
    "x",
    "=?base64?eA==?=",
    "=?base64?!?=",
    "application/json",
    "text/event-stream",
    "",
];

const MESSAGES: [&str; 8] = [
    r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}"#,
    r#"{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#,
    r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
    r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
    r#"{"jsonrpc":"2.0","id":"ask-1","result":{}}"#,
    r#"{"jsonrpc":"2.0","id":3,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"v999.0.0","io.modelcontextprotocol/clientCapabilities":{}}}}"#,
    r#"{"jsonrpc":"2.0","id":4,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
    r#"{"jsonrpc":"2.0","id":5,"method":"resources/read","params":{"uri":"x","_meta":7}}"#,
];

#[test]
fn any_head_and_message() {
    check!()
        .with_type::<(u8, Vec<(u8, u8, bool)>)>()
        .for_each(|(message, fields)| {
            let mut headers = HeaderMap::new();
            for (name, value, noise) in fields {
                let name = HeaderName::from_static(NAMES[usize::from(*name) % NAMES.len()]);
                let value = if *noise {
                    HeaderValue::from_bytes(&[*value])
                } else {
                    HeaderValue::from_str(VALUES[usize::from(*value) % VALUES.len()])
                };
                if let Ok(value) = value {
                    headers.append(name, value);
                }
            }
            let text = MESSAGES[usize::from(*message) % MESSAGES.len()];
            if let Err(reject) = climb(&headers, text) {
                assert!(reject.status.is_client_error(), "{reject}");
                assert!(reject.code < 0 && !reject.message.is_empty());
            }
        });
}

fn climb(headers: &HeaderMap, text: &str) -> Result<(), Reject> {
    let head = Head::read(headers)?;
    head.check_post()?;
    let body = Body::read(&Bytes::copy_from_slice(text.as_bytes()));
    let Ok(Body::One(message)) = body else {
        panic!("the messages are whole");
    };
    match classify(&head, &message)? {
        Verdict::Modern(revision) => {
            assert!(revision.is_modern());
            let call = modern::admit(&head, headers, *message, &Everything)?;
            assert_eq!(head.method, Some(call.method.name()));
        }
        Verdict::Initialize => {
            let call = legacy::admit(*message)?;
            let _ = legacy::Handshake::read(&call.params);
        }
        Verdict::Session => {
            legacy::admit(*message)?;
        }
    }
    Ok(())
}

#[test]
fn header_values_come_back_as_they_were() {
    check!().with_type::<String>().for_each(|text| {
        let header = encode_header_value(text);
        assert!(
            header.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
            "{header:?}"
        );
        assert_eq!(decode_header_value(&header).as_deref(), Some(text.as_str()));
        // What strangers write is decoded or refused, and never breaks anything.
        let _ = decode_header_value(text);
        let _ = decode_header_value(&format!("=?base64?{text}?="));
    });
}
