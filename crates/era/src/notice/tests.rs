use serde_json::json;
use tidegate_model::{Capabilities, Implementation, Lists};

use super::*;
use crate::Revision;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("UTF-8")
}

fn updated() -> Change {
    Change::Resource("memo://\"a\"".to_owned())
}

#[test]
fn a_session_is_told_plainly() {
    for (change, told) in [
        (
            Change::Tools,
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#,
        ),
        (
            Change::Resources,
            r#"{"jsonrpc":"2.0","method":"notifications/resources/list_changed"}"#,
        ),
        (
            Change::Prompts,
            r#"{"jsonrpc":"2.0","method":"notifications/prompts/list_changed"}"#,
        ),
        (
            updated(),
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"memo://\"a\""}}"#,
        ),
    ] {
        assert_eq!(written(|out| changed(out, &change, None)), told);
    }
}

#[test]
fn a_listener_is_told_which_request_it_was_verbatim() {
    for (id, change, told) in [
        (
            Id::Number(12),
            Change::Tools,
            r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":12}}}"#,
        ),
        (
            Id::from("12"),
            updated(),
            r#"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"12"},"uri":"memo://\"a\""}}"#,
        ),
    ] {
        assert_eq!(written(|out| changed(out, &change, Some(&id))), told);
    }
}

#[test]
fn a_listener_is_acknowledged_and_its_end_is_a_result() {
    let offered = Filter::offered(&Capabilities {
        tools: Some(Lists {
            list_changed: true,
            subscribe: false,
        }),
        ..Capabilities::default()
    });
    let id = Id::Number(12);
    assert_eq!(
        written(|out| acknowledged(out, &id, &offered)),
        r#"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":12},"notifications":{"toolsListChanged":true}}}"#
    );
    let signature = Signature::new(&Implementation::new("files", "1.0.0"));
    let facts = Revision::V2026_07_28.facts();
    assert_eq!(
        written(|out| ended(out, facts, &signature, &id)),
        r#"{"jsonrpc":"2.0","id":12,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"files","version":"1.0.0"},"io.modelcontextprotocol/subscriptionId":12}}}"#
    );
}

#[test]
fn ids_of_events_read_back_and_nothing_else_does() {
    for version in [0, 1, 0x2a, u64::MAX] {
        let line = written(|out| event_id(out, version));
        let id = line.trim().strip_prefix("id: g").expect("an id");
        assert_eq!(resumed(id.as_bytes()), Some(version));
    }
    for garbage in ["", "+1", "-1", " 1", "x", "g1", "12345678123456781"] {
        assert_eq!(resumed(garbage.as_bytes()), None, "{garbage}");
    }
}

#[test]
fn a_priming_event_has_an_id_and_no_message() {
    assert_eq!(
        written(|out| primed(out, 0x2a, Duration::from_millis(400))),
        "id: g2a\nretry: 400\ndata: \n\n"
    );
    let primes = Revision::SERVED.map(|revision| revision.facts().primes);
    assert_eq!(json!(primes), json!([false, true, false, false]));
}
