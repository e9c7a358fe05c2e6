//! Messages are read as serde_json reads them, or refused.

use bolero::check;
use bytes::Bytes;
use serde_json::Value;
use tidegate_era::{Body, Envelope, Kind};

#[test]
fn any_bytes() {
    check!().for_each(judge);
}

#[test]
fn any_tokens() {
    check!().with_type::<Vec<u8>>().for_each(|noise| {
        let text: Vec<u8> = noise
            .iter()
            .flat_map(|byte| token(*byte).into_bytes())
            .collect();
        judge(&text);
    });
}

#[test]
fn any_members_of_a_message() {
    check!().with_type::<Vec<(u8, u8)>>().for_each(|members| {
        let members: Vec<String> = members
            .iter()
            .map(|(key, value)| {
                format!(
                    "{}:{}",
                    KEYS[usize::from(*key) % KEYS.len()],
                    member(*value)
                )
            })
            .collect();
        let text = format!("{{\"jsonrpc\":\"2.0\",{}}}", members.join(","));
        judge(text.as_bytes());
    });
}

fn judge(bytes: &[u8]) {
    let bytes = Bytes::copy_from_slice(bytes);
    let oracle: Result<Value, _> = serde_json::from_slice(&bytes);
    match (Body::read(&bytes), oracle) {
        (Ok(Body::One(message)), Ok(value)) => agree(&message, &value),
        (Ok(Body::Batch(messages)), Ok(Value::Array(values))) => {
            assert_eq!(messages.len(), values.len());
            for (message, value) in messages.iter().zip(&values) {
                agree(message, value);
            }
        }
        (Ok(read), oracle) => panic!("read {read:?}, serde_json says {oracle:?}"),
        // What we refuse beyond syntax (doubles, depth, shape) has rules of its own.
        (Err(_), _) => {}
    }
}

fn agree(message: &Envelope, value: &Value) {
    let method = message.method.as_ref().map(|method| method.as_str());
    assert_eq!(method, value["method"].as_str());
    assert_eq!(
        message.kind() == Kind::Response,
        value.get("method").is_none()
    );
    let params = &message.params;
    for (read, name) in [
        (&params.name, "name"),
        (&params.uri, "uri"),
        (&params.task_id, "taskId"),
        (&params.cursor, "cursor"),
    ] {
        let text = read.as_ref().map(|text| text.as_str());
        assert_eq!(text, value["params"][name].as_str(), "{name}");
    }
    for (read, name) in [
        (&params.arguments, "arguments"),
        (&params.input_responses, "inputResponses"),
        (&params.request_state, "requestState"),
    ] {
        let raw: Option<Value> = read.as_ref().map(|raw| raw.decode().expect("JSON"));
        assert_eq!(raw.as_ref(), value["params"].get(name), "{name}");
        let forges = |raw: &tidegate_model::Raw| raw.as_str().contains(['\n', '\r']);
        assert!(!read.as_ref().is_some_and(forges), "a line of its own");
    }
}

const KEYS: [&str; 8] = [
    "\"id\"",
    "\"method\"",
    "\"params\"",
    "\"result\"",
    "\"error\"",
    "\"x\"",
    "\"m\\u0065thod\"",
    "\n\"id\"",
];

fn member(byte: u8) -> String {
    const VALUES: [&str; 12] = [
        "1",
        "\"a\"",
        "null",
        "1.5",
        "{}",
        "[]",
        "\"tools/call\"",
        "{\"name\":\"x\",\"arguments\":{\"a\":[1,\r\n2]}}",
        "{\"_meta\":{\"progressToken\":1,\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}",
        "{\"requestState\":\"s\",\"inputResponses\":{\"k\":null}}",
        "-0",
        "123456789012345678901234567890",
    ];
    VALUES[usize::from(byte) % VALUES.len()].to_owned()
}

fn token(byte: u8) -> String {
    const TOKENS: [&str; 20] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"jsonrpc\"",
        "\"2.0\"",
        "\"id\"",
        "\"method\"",
        "\"params\"",
        "\"_meta\"",
        "1",
        "-1e5",
        "null",
        "true",
        "\"\\ud800\"",
        "\"\\n\"",
        " ",
        "\n",
    ];
    match TOKENS.get(usize::from(byte)) {
        Some(token) => (*token).to_owned(),
        None => TOKENS[usize::from(byte) % TOKENS.len()].to_owned(),
    }
}
