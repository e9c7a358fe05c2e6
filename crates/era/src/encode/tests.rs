use serde_json::json;
use tidegate_model::{CacheHint, CacheScope, Implementation};

use super::*;
use crate::Revision;

const MODERN: Facts = Revision::V2026_07_28.facts();
const LEGACY: Facts = Revision::V2025_06_18.facts();

fn written(facts: Facts, outcome: &Outcome) -> String {
    let signature = Signature::new(&Implementation::new("files", "1.0.0"));
    let mut out = Vec::new();
    response(&mut out, facts, &signature, &Id::Number(7), outcome);
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn a_modern_result_is_typed_and_signed() {
    let outcome = Outcome::complete(json!({"content": []}).into());
    assert_eq!(
        written(MODERN, &outcome),
        r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"files","version":"1.0.0"}},"content":[]}}"#
    );
}

#[test]
fn a_modern_list_says_how_long_it_stays_good() {
    let outcome = Outcome::Complete(Complete {
        result: json!({"tools": []}).into(),
        meta: Some(json!({"a": 1}).into()),
        cache: Some(CacheHint {
            ttl_ms: 5000,
            scope: CacheScope::Public,
        }),
    });
    assert_eq!(
        written(MODERN, &outcome),
        r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"files","version":"1.0.0"},"a":1},"ttlMs":5000,"cacheScope":"public","tools":[]}}"#
    );
    assert_eq!(
        written(LEGACY, &outcome),
        r#"{"jsonrpc":"2.0","id":7,"result":{"_meta":{"a":1},"tools":[]}}"#
    );
}

#[test]
fn an_empty_legacy_result_is_exactly_empty() {
    let outcome = Outcome::complete(Raw::empty_object());
    assert_eq!(
        written(LEGACY, &outcome),
        r#"{"jsonrpc":"2.0","id":7,"result":{}}"#
    );
}

#[test]
fn a_missing_resource_has_each_eras_code() {
    let outcome = Outcome::from(Failure::not_found("memo://x"));
    let code = |facts| {
        let value: serde_json::Value =
            serde_json::from_str(&written(facts, &outcome)).expect("JSON");
        assert_eq!(value["error"]["data"]["uri"], "memo://x");
        value["error"]["code"].clone()
    };
    assert_eq!(code(MODERN), -32602);
    assert_eq!(code(LEGACY), -32002);
}

#[test]
fn a_tools_failure_is_a_result() {
    let outcome = Outcome::from(Failure::tool("no \"such\" file"));
    assert_eq!(
        written(LEGACY, &outcome),
        r#"{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"no \"such\" file"}],"isError":true}}"#
    );
}

#[test]
fn notifications_are_events() {
    let mut out = Vec::new();
    let token = Raw::from(json!("p"));
    Framing::Sse.write(&mut out, |out| {
        progress(out, &token, 1.0, Some(2.5), Some(&"a \"b\"\n"));
    });
    Framing::Line.write(&mut out, |out| {
        log(out, Level::Alert, |out| {
            text(out, &format_args!("{}-{}", "x\t", 1))
        });
    });
    assert_eq!(
        String::from_utf8(out).expect("UTF-8"),
        concat!(
            "event: message\n",
            r#"data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"p","progress":1,"total":2.5,"message":"a \"b\"\n"}}"#,
            "\n\n",
            r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"alert","data":"x\t-1"}}"#,
            "\n",
        )
    );
}

#[test]
fn an_error_without_id_leaves_it_out() {
    let mut out = Vec::new();
    reject(&mut out, &Reject::bad_request(code::PARSE, "no JSON"));
    assert_eq!(
        String::from_utf8(out).expect("UTF-8"),
        r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"no JSON"}}"#
    );
}
