use http::StatusCode;
use serde_json::json;
use tidegate_model::{
    CacheHint, CacheScope, Complete, Failure, FailureKind, Implementation, Level, Outcome, Task,
    TaskStatus,
};

use super::*;
use crate::{Revision, reject::code};

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
        log(out, Level::Alert, None, |out| {
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

fn standing() -> Task {
    Task {
        task_id: "t1".to_owned(),
        status: TaskStatus::Working,
        status_message: None,
        created_at: "2026-11-21T07:30:00Z".to_owned(),
        last_updated_at: "2026-11-21T07:31:00Z".to_owned(),
        ttl_ms: Some(60_000),
        poll_interval_ms: Some(1_000),
    }
}

#[test]
fn a_call_that_goes_on_is_answered_with_its_task() {
    let outcome = Outcome::Task(Box::new(standing()));
    assert_eq!(
        written(MODERN, &outcome),
        r#"{"jsonrpc":"2.0","id":7,"result":{"resultType":"task","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"files","version":"1.0.0"}},"taskId":"t1","status":"working","createdAt":"2026-11-21T07:30:00Z","lastUpdatedAt":"2026-11-21T07:31:00Z","ttlMs":60000,"pollIntervalMs":1000}}"#
    );
}

#[test]
fn a_task_shows_what_its_status_brings() {
    const PLAIN: &str =
        r#""createdAt":"2026-11-21T07:30:00Z","lastUpdatedAt":"2026-11-21T07:31:00Z","ttlMs":null"#;
    let roots = InputRequest {
        method: tidegate_model::ask::InputKind::Roots,
        params: serde_json::Value::Null,
    };
    let mut standing = Task {
        ttl_ms: None,
        poll_interval_ms: None,
        ..standing()
    };
    let open = [("a", &roots), ("b\"", &roots)];
    let mut shown = |status, open: &[(&str, &InputRequest)], end: Option<Result<Raw, Raw>>| {
        standing.status = status;
        let open = open.iter().copied();
        task(MODERN, &standing, open, end.as_ref()).to_string()
    };
    assert_eq!(
        shown(TaskStatus::Working, &[], None),
        format!(r#"{{"taskId":"t1","status":"working",{PLAIN}}}"#)
    );
    assert_eq!(
        shown(TaskStatus::InputRequired, &open, None),
        format!(
            r#"{{"taskId":"t1","status":"input_required",{PLAIN},"inputRequests":{{"a":{{"method":"roots/list"}},"b\"":{{"method":"roots/list"}}}}}}"#
        )
    );
    let done = settled(MODERN, &Outcome::complete(json!({"content": []}).into()));
    assert_eq!(
        shown(TaskStatus::Completed, &[], Some(done)),
        format!(
            r#"{{"taskId":"t1","status":"completed",{PLAIN},"result":{{"resultType":"complete","content":[]}}}}"#
        )
    );
    let broke = settled(MODERN, &Failure::internal("broke").into());
    assert_eq!(
        shown(TaskStatus::Failed, &[], Some(broke)),
        format!(
            r#"{{"taskId":"t1","status":"failed",{PLAIN},"error":{{"code":-32603,"message":"broke"}}}}"#
        )
    );
}

#[test]
fn a_task_ends_as_its_call_would_have() {
    let long = Raw::trusted(r#"{"content":[],"n":123456789012345678901234567890}"#.into());
    let whole = Outcome::Complete(Complete {
        result: long,
        meta: Some(json!({"a": 1}).into()),
        cache: None,
    });
    let ok = |outcome: &Outcome| settled(MODERN, outcome).expect("a result").to_string();
    assert_eq!(
        ok(&whole),
        r#"{"resultType":"complete","_meta":{"a":1},"content":[],"n":123456789012345678901234567890}"#
    );
    assert_eq!(
        ok(&Failure::tool("no").into()),
        r#"{"resultType":"complete","content":[{"type":"text","text":"no"}],"isError":true}"#
    );
    let failure = Failure::new(FailureKind::Code(-7), "\"x\"").with_data(json!([1]).into());
    let error = settled(MODERN, &failure.into()).expect_err("an error");
    assert_eq!(
        error.as_str(),
        r#"{"code":-7,"message":"\"x\"","data":[1]}"#
    );
    let again = Outcome::Input(Box::default());
    assert!(settled(MODERN, &again).is_err(), "a task has no rounds");
}

#[test]
fn who_should_come_later_is_told_so() {
    let busy = Outcome::from(Failure::busy("too many"));
    assert_eq!(status(MODERN, &busy), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(status(LEGACY, &busy), StatusCode::OK);
}
