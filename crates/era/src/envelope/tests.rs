use super::*;

fn read(text: &str) -> Result<Body, (Malformed, Option<Id>)> {
    Body::read(&Bytes::copy_from_slice(text.as_bytes()))
}

fn one(text: &str) -> Envelope {
    match read(text) {
        Ok(Body::One(envelope)) => *envelope,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_call_is_slices_of_its_body() {
    let call = one(concat!(
        r#"{"params":{"name":"echo","arguments":{"n":12345678901234567890123,"b":1,"a":2},"#,
        r#""_meta":{"progressToken":"p","io.modelcontextprotocol/protocolVersion":"2026-07-28","#,
        r#""io.modelcontextprotocol/clientCapabilities":{},"x":0}},"id":"a","method":"tools/call","jsonrpc":"2.0"}"#
    ));
    assert_eq!(call.kind(), Kind::Request);
    assert_eq!(call.id, Some(Id::from("a")));
    assert_eq!(call.method, Some("tools/call".into()));
    assert_eq!(call.params.name, Some("echo".into()));
    let arguments = call.params.arguments.expect("given");
    assert_eq!(
        arguments.as_str(),
        r#"{"n":12345678901234567890123,"b":1,"a":2}"#
    );
    let meta = call.params.meta;
    assert_eq!(meta.version, Some("2026-07-28".into()));
    assert_eq!(meta.progress_token.expect("given").as_str(), r#""p""#);
    assert_eq!(meta.client_capabilities.expect("given").as_str(), "{}");
}

#[test]
fn line_breaks_between_tokens_are_taken_out() {
    let call = one(
        "{\r\n \"jsonrpc\": \"2.0\",\n\"id\":1,\"method\":\"m\",\n\"params\":{\"a\":\n[1,\n2]}}\n",
    );
    assert_eq!(call.params.raw.expect("given").as_str(), "{\"a\":[1,2]}");
}

#[test]
fn a_forged_message_on_a_line_of_its_own_stays_a_parameter() {
    let call = one(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"a\":\n{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"evil\"}\n}}",
    );
    assert_eq!(call.id, Some(Id::Number(1)));
    assert!(!call.params.raw.expect("given").as_str().contains('\n'));
}

#[test]
fn a_key_that_decides_stands_once() {
    for (text, key) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#,
            "method",
        ),
        (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"b"}"#, "id"),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"b","params":{},"params":{}}"#,
            "params",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"b","params":{"name":"a","name":"b"}}"#,
            "params.name",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"b","params":{"_meta":{},"_meta":{}}}"#,
            "params._meta",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"b","params":null,"params":{}}"#,
            "params",
        ),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"b","params":{"name":1,"name":"b"}}"#,
            "params.name",
        ),
        (
            r#"{"jsonrpc":"2.0","method":"b","params":{"requestId":1,"requestId":2}}"#,
            "params.requestId",
        ),
    ] {
        let (malformed, _) = read(text).expect_err(text);
        assert_eq!(malformed, Malformed::Duplicate(key), "{text}");
    }
}

#[test]
fn what_is_no_message_is_refused() {
    for text in [
        "1",
        "[]",
        "[1]",
        r#"{"id":1,"method":"a"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":[1],"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":[1]}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"a","result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
        r#"{"jsonrpc":"2.0","id":1,"m\u0065thod":"a"}"#,
    ] {
        let (malformed, _) = read(text).expect_err(text);
        assert!(
            matches!(malformed, Malformed::Shape(_)),
            "{text}: {malformed:?}"
        );
    }
}

#[test]
fn what_is_no_json_or_no_utf8_is_a_syntax_error() {
    let (malformed, _) = read(r#"{"jsonrpc":"2.0","id":1,"method":"a""#).expect_err("cut off");
    assert!(matches!(malformed, Malformed::Syntax(_)));
    let bytes = Bytes::from_static(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}");
    let (malformed, _) = Body::read(&bytes).expect_err("no UTF-8");
    assert_eq!(malformed, Malformed::Syntax(34));
}

#[test]
fn the_id_survives_a_later_fault() {
    let (_, id) = read(r#"{"jsonrpc":"2.0","id":7,"method":"a","params":[]}"#).expect_err("array");
    assert_eq!(id, Some(Id::Number(7)));
}

#[test]
fn escaped_text_is_unescaped_and_wrong_types_are_absent() {
    let call = one(
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{"name":"na\u00efve","uri":7,"_meta":5}}"#,
    );
    assert_eq!(call.params.name, Some("naïve".to_owned().into()));
    assert_eq!(call.params.uri, None);
    assert!(call.params.meta.misshapen);
}

#[test]
fn responses_and_notifications_are_told_apart() {
    assert_eq!(
        one(r#"{"jsonrpc":"2.0","method":"a"}"#).kind(),
        Kind::Notification
    );
    assert_eq!(
        one(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#).kind(),
        Kind::Response
    );
    assert_eq!(
        one(r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#).kind(),
        Kind::Response
    );
}
