//! A page on another origin, in a browser, with the official client: it streams a call where its
//! origin was allowed, and where it was not, the browser never lets it see an answer.

use serde_json::{Value, json};
use tidegate_integration::{Documents, Elsewhere, tidegate_serving_to_pages};

fn call() -> Value {
    json!({ "name": "process_files", "arguments": {} })
}

fn eras() -> [(Value, &'static str); 2] {
    [
        (json!({ "pin": "2026-07-28" }), "2026-07-28"),
        (json!("legacy"), "2025-11-25"),
    ]
}

#[test]
fn a_page_that_may_call_streams_a_call() {
    let documents = Documents::twelve();
    for (era, version) in eras() {
        let page = Elsewhere::take();
        let server = tidegate_serving_to_pages(&documents, &[page.origin()]);
        let seen = page.calls(&server, &era, &call());
        assert_eq!(seen["refused"], Value::Null, "{seen}");
        assert_eq!(seen["version"], version);
        assert!(
            seen["tools"].to_string().contains("process_files"),
            "{seen}"
        );
        let progress: Vec<_> = (1..=12).map(|step| json!([step, 12])).collect();
        assert_eq!(seen["progress"], Value::from(progress), "{seen}");
        assert_ne!(seen["result"]["isError"], true, "{seen}");
    }
}

#[test]
fn a_page_that_may_not_sees_nothing() {
    let documents = Documents::twelve();
    for (era, _) in eras() {
        let page = Elsewhere::take();
        // Another port is another origin.
        let server = tidegate_serving_to_pages(&documents, &["http://page.example:1"]);
        let seen = page.calls(&server, &era, &call());
        assert!(seen["refused"].is_string(), "{seen}");
        assert_eq!(seen["fetched"], "TypeError: Failed to fetch", "{seen}");
        assert_eq!(seen["tools"], Value::Null);
        assert_eq!(seen["progress"], json!([]));
    }
}
