//! What is printed can be read back, and the documentation is true.

use std::{collections::BTreeMap, fs};

use serde_json::Value;

use super::{FILE, Place};

#[test]
fn what_is_shown_can_be_read_back() {
    let place = Place::with(&[(".env", "PORT=9\nTIDEGATE_ACCESS_ALLOW_HOSTS=a.b,c.d")])
        .variable("TIDEGATE_STREAMS_PING", "7s");
    let shown = place.run(&["config", "show"]).ends(0).stdout;
    let second = Place::with(&[("t.toml", &shown)]);
    let values = |place: &Place, words: &[&str]| -> BTreeMap<String, String> {
        let words = [&["config", "show", "--json"], words].concat();
        let events = place.run(&words).ends(0).events();
        let of = |event: &Value| (event["key"].to_string(), event["value"].to_string());
        events.iter().map(of).collect()
    };
    let mut first = values(&place, &[]);
    let mut second = values(&second, FILE);
    assert_eq!(first.remove("\"root\""), second.remove("\"root\""));
    assert_eq!(first, second);
    assert!(first.len() > 50);
}

#[test]
fn the_schema_takes_the_example_and_refuses_slips() {
    let place = Place::new();
    let schema: Value =
        serde_json::from_str(&place.run(&["config", "schema"]).ends(0).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let shown = place.run(&["config", "show", "--json"]).ends(0).events();
    let mut all = serde_json::json!({});
    for event in &shown {
        let path = event["key"].as_str().unwrap();
        let value = event["value"].clone();
        if !value.is_null() {
            *path.split('.').fold(&mut all, |at, name| &mut at[name]) = value;
        }
    }
    assert!(validator.is_valid(&all), "{all:#}");
    for slip in [
        serde_json::json!({"lisen": "a:1"}),
        serde_json::json!({"limits": {"max_calls": 0}}),
        serde_json::json!({"limits": {"max_cals": 1}}),
        serde_json::json!({"streams": {"ping": "often"}}),
        serde_json::json!({"http": {"respond": "never"}}),
        serde_json::json!({"auth": {"token": "short"}}),
        serde_json::json!({"auth": {"issuers": [{"audiences": ["a"]}]}}),
        serde_json::json!({"auth": {"issuers": [{"issuer": "https://a.b", "jwks": "x"}]}}),
        serde_json::json!({"auth": {"scopes": {"tools": {"a": "b"}}}}),
        serde_json::json!({"workers": null}),
    ] {
        assert!(!validator.is_valid(&slip), "{slip}");
    }
}

#[test]
fn the_documented_example_is_good() {
    let page = fs::read_to_string(page()).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let place = Place::with(&[("t.toml", example)]);
    place.run(&["config", "check", "t.toml"]).ends(0);
}

#[test]
fn the_settings_of_the_security_guide_are_good() {
    let page = fs::read_to_string(page().replace("configuration.md", "security.md")).unwrap();
    let blocks = page.split("```toml\n").skip(1);
    let blocks: Vec<_> = blocks
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect();
    assert!(blocks.len() >= 4, "{} blocks", blocks.len());
    for block in blocks {
        let mut place = Place::with(&[("t.toml", block)]);
        if block.contains("[auth.introspection]") {
            place = place.variable("TIDEGATE_AUTH_INTROSPECTION_CLIENT_SECRET", "hunter2");
        }
        place.run(&["config", "check", "t.toml"]).ends(0);
    }
}

#[test]
fn the_documentation_is_current() {
    let written = fs::read_to_string(page()).unwrap_or_default();
    let now = Place::new().run(&["config", "document"]).ends(0).stdout;
    assert!(
        written == now,
        "docs/configuration.md is stale: run `cargo xtask docs`"
    );
}

fn page() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md")
}
