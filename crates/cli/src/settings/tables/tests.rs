//! Every key does what it says: its default is the library's, and a value reaches the config.

use serde_json::{Value, json};

use super::*;
use crate::settings::key;

fn config(settings: &Settings) -> String {
    format!("{:?}", settings.config())
}

#[test]
fn without_settings_the_config_is_the_librarys() {
    assert_eq!(config(&Settings::default()), format!("{:?}", base()));
}

#[test]
fn every_key_changes_the_config() {
    // One of these fits each key, and is nobody's default.
    let values = [
        json!(7),
        json!("61s"),
        json!("17s"),
        json!("9000"),
        json!("json"),
        json!("/x"),
        json!("2027-01-01"),
        json!(["https://a.b"]),
        json!(["a.b"]),
        json!(["10.0.0.7"]),
    ];
    let unchanged = config(&Settings::default());
    // The command's own. How callers are known is beside the config; TLS has tests of its own, since
    // none of its keys says much alone.
    let own = [
        "listen",
        "host",
        "port",
        "root",
        "workers",
        "log",
        "log_format",
        "access_log",
    ];
    let elsewhere = |path: &str| path.starts_with("auth.") || path.starts_with("tls.");
    let all = key::keys().filter(|key| !own.contains(&&*key.path) && !elsewhere(&key.path));
    for key in all {
        let turned = key
            .default
            .as_ref()
            .and_then(Value::as_bool)
            .map(|is_on| json!(!is_on));
        let fits = turned
            .iter()
            .chain(&values)
            .find(|value| key.check(value).is_ok());
        let mut raw = json!({});
        key.put(
            &mut raw,
            fits.unwrap_or_else(|| panic!("{}", key.path)).clone(),
        );
        let changed = serde_json::from_value(raw).unwrap();
        assert_ne!(config(&changed), unchanged, "{}", key.path);
    }
}

#[test]
fn seconds_are_never_cut_to_nothing() {
    let settings: Settings =
        serde_json::from_value(json!({"sessions": {"idle": "1500ms"}})).unwrap();
    assert_eq!(settings.config().sessions.idle, 2);
}
