//! What holds for every key, and what a key makes of text.

use std::collections::HashSet;

use super::*;

#[test]
fn every_key_says_what_it_is_for_and_how_it_is_written() {
    assert!(keys().count() > 50);
    for key in keys() {
        assert!(key.about.len() > 20, "{key:?}");
        assert!(!key.form.is_empty() && key.form != "text", "{key:?}");
        let unset = [
            "host",
            "port",
            "workers",
            "fronts.sse_sunset",
            "tls.certificate",
            "tls.key",
            "tls.client_ca",
            "tls.hsts_days",
            "auth.token",
            "auth.token_scopes",
            "auth.keys",
            "auth.issuer",
            "auth.public_url",
            "auth.ca",
            "auth.introspection.endpoint",
            "auth.introspection.client_id",
            "auth.introspection.client_secret",
            "auth.introspection.issuer",
            "callers.calls_a_minute",
            "callers.sessions_a_minute",
            "callers.max_connections",
            "limits.sessions_a_minute",
        ];
        assert_eq!(
            key.default.is_none(),
            unset.contains(&&*key.path),
            "{key:?}"
        );
        for field in &key.fields {
            assert!(field.about.len() > 20 && field.form != "text", "{field:?}");
        }
    }
}

#[test]
fn every_number_has_bounds() {
    for key in keys().filter(|key| key.kind == Kind::Number) {
        assert!(key.form.starts_with("number, "), "{key:?}");
        assert!(!key.form.contains("null"), "{key:?}");
        assert!(key.check(&json!(-1)).is_err(), "{key:?}");
        assert!(key.check(&json!(u64::MAX)).is_err(), "{key:?}");
    }
}

#[test]
fn defaults_are_values_that_could_be_set() {
    for key in keys() {
        if let Some(default) = &key.default {
            assert_eq!(key.check(default), Ok(()), "{key:?}");
        }
    }
}

#[test]
fn each_key_has_a_variable_of_its_own() {
    let variables: HashSet<_> = keys().map(Key::variable).collect();
    assert_eq!(variables.len(), keys().count());
    assert_eq!(
        find("http.keep_alive").unwrap().variable(),
        "TIDEGATE_HTTP_KEEP_ALIVE"
    );
}

#[test]
fn text_is_read_as_what_the_key_holds() {
    for (path, text, value) in [
        ("http.keep_alive", "65", json!("65")),
        ("workers", "2", json!(2)),
        ("fronts.sse", "true", json!(true)),
        ("fronts.sse", "Off", json!(false)),
        ("access.allow_hosts", "a.b, c.d:1,", json!(["a.b", "c.d:1"])),
        ("access.allow_hosts", "", json!([])),
    ] {
        let key = find(path).unwrap();
        assert_eq!(key.read(text), Ok(value.clone()), "{path}");
        assert_eq!(key.check(&value), Ok(()), "{path}");
    }
    for (path, text) in [("workers", "many"), ("fronts.sse", "perhaps")] {
        let why = find(path).unwrap().read(text).unwrap_err();
        assert!(why.contains("write"), "{why}");
    }
}

#[test]
fn a_slip_finds_its_key() {
    for (path, near) in [
        ("limits.max_conections", "limits.max_connections"),
        ("max_body", "http.max_body"),
        ("http.keepalive", "http.keep_alive"),
        ("limit", "limits"),
        ("lisen", "listen"),
    ] {
        assert!(
            unknown(path).ends_with(&format!("did you mean {near}?")),
            "{}",
            unknown(path)
        );
    }
    assert!(!unknown("zzz").contains("mean"));
    assert!(unknown("tasks.zzz").ends_with("; [tasks] has ttl, poll"));
}
