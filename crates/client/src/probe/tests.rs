use http::HeaderMap;
use serde_json::{Value, json};
use tidegate_model::Raw;

use super::*;
use crate::message::RpcError;

fn refused(status: u16) -> Result<Answer, Error> {
    Err(Error::refused(
        StatusCode::from_u16(status).expect("a status"),
        "<html>",
    ))
}

fn answered(status: u16, code: i64, data: &Value) -> Result<Answer, Error> {
    let error = json!({"code": code, "message": "no", "data": data});
    let error: RpcError = serde_json::from_value(error).expect("an error");
    Err(Error::answered(
        StatusCode::from_u16(status).expect("a status"),
        error,
    ))
}

fn result(result: Value) -> Result<Answer, Error> {
    Ok(Answer {
        headers: HeaderMap::new(),
        result: Raw::from(result),
    })
}

fn verdict(answer: Result<Answer, Error>) -> String {
    match judge(answer) {
        Finding::Modern(revision, _) => format!("modern {revision}"),
        Finding::Retry(revision) => format!("retry {revision}"),
        Finding::Legacy(None) => "legacy".to_owned(),
        Finding::Legacy(Some(revision)) => format!("legacy {revision}"),
        Finding::Silent => "silent".to_owned(),
        Finding::Failed(_) => "failed".to_owned(),
    }
}

#[test]
fn the_table_of_probe_answers() {
    let none = json!(null);
    let supported = |names: &[&str]| json!({"supported": names, "requested": "2026-07-28"});
    for (answer, expected) in [
        (
            result(json!({"supportedVersions": ["2025-11-25", "2026-07-28"]})),
            "modern 2026-07-28",
        ),
        (
            result(json!({"supportedVersions": ["2025-06-18", "2025-03-26"]})),
            "legacy 2025-06-18",
        ),
        (
            result(json!({"supportedVersions": ["2031-01-01"]})),
            "failed",
        ),
        (result(json!({})), "legacy"),
        (refused(400), "legacy"),
        (refused(404), "legacy"),
        (refused(405), "legacy"),
        (refused(415), "legacy"),
        (answered(400, -32000, &none), "legacy"),
        (answered(400, -32602, &none), "legacy"),
        (answered(404, -32601, &none), "legacy"),
        (answered(200, -32601, &none), "legacy"),
        (
            answered(400, -32022, &supported(&["2026-07-28"])),
            "retry 2026-07-28",
        ),
        (
            answered(200, -32022, &supported(&["2026-07-28"])),
            "retry 2026-07-28",
        ),
        (
            answered(400, -32022, &supported(&["2025-11-25"])),
            "legacy 2025-11-25",
        ),
        (answered(400, -32022, &supported(&["2031-01-01"])), "failed"),
        (answered(400, -32020, &none), "failed"),
        (answered(400, -32021, &none), "failed"),
        (refused(401), "failed"),
        (refused(403), "failed"),
        (answered(403, -32600, &none), "failed"),
        (refused(302), "failed"),
        (refused(429), "failed"),
        (refused(500), "failed"),
        (refused(503), "failed"),
        (answered(503, -32603, &none), "failed"),
        (
            Err(Error::timeout("nothing", std::time::Duration::from_secs(1))),
            "failed",
        ),
        (Err(Error::link("reset".into())), "failed"),
    ] {
        let shown = format!("{answer:?}");
        assert_eq!(verdict(answer), expected, "{shown}");
    }
}
