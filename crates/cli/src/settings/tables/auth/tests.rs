//! What `[auth]` comes to in the library's terms.

use serde_json::{Value, from_value, json};
use tidegate_auth::Scopes;

use crate::settings::tables::Settings;

fn read(auth: Value) -> Settings {
    from_value(json!({ "auth": auth })).unwrap()
}

#[test]
fn issuers_and_what_is_known_of_them() {
    let settings = read(json!({
        "issuer": "https://a.example", "audiences": ["one"],
        "issuers": [{"issuer": "https://b.example", "jwks_uri": "https://b.example/keys"}],
        "introspection": {
            "endpoint": "https://c.example/ask", "client_id": "us", "client_secret": "s",
            "issuer": "https://c.example",
        },
    }));
    assert_eq!(settings.check(), Ok(()));
    let auth = &settings.auth;
    let ids: Vec<_> = auth
        .trusted()
        .unwrap()
        .iter()
        .map(|one| one.id().to_owned())
        .collect();
    assert_eq!(ids, ["https://a.example", "https://b.example"]);
    assert_eq!(auth.authorities().len(), 3);
    assert!(auth.introspection.asking().unwrap().is_ok());
    assert!(auth.knows_without_certificate());
    assert!(!read(json!({})).auth.knows_without_certificate());
}

#[test]
fn scopes_become_a_policy_and_a_hierarchy() {
    let settings = read(json!({
        "implies": {"admin": ["files:write"], "files:write": ["files:read"]},
        "scopes": {"all": ["use"], "tools": {"file_*": ["files:read"], "x": []}},
    }));
    assert_eq!(settings.check(), Ok(()));
    let policy = settings.auth.scopes.policy().unwrap();
    assert_eq!(policy.scopes().to_string(), "files:read use");
    let hierarchy = settings.auth.hierarchy().unwrap();
    let admin = hierarchy.expand(&Scopes::read("admin"));
    assert_eq!(admin.to_string(), "admin files:read files:write");
}

#[test]
fn the_public_url_is_the_address_on_loopback_alone() {
    let uri = |listen: &str, auth: Value| {
        let settings: Settings = from_value(json!({"listen": listen, "auth": auth})).unwrap();
        let resource = settings.resource().unwrap();
        resource.map(|resource| resource.uri().to_owned())
    };
    for (listen, url) in [
        ("127.0.0.1:8080", Some("http://127.0.0.1:8080/mcp")),
        ("[::1]:8080", Some("http://[::1]:8080/mcp")),
        ("localhost:80", Some("http://localhost/mcp")),
        ("127.0.0.1:0", None),
        ("0.0.0.0:8080", None),
        ("unix:/run/t.sock", None),
    ] {
        assert_eq!(uri(listen, json!({})).as_deref(), url, "{listen}");
    }
    let auth = json!({"public_url": "https://mcp.example.org"});
    let url = uri("0.0.0.0:8080", auth).unwrap();
    assert_eq!(url, "https://mcp.example.org/mcp");
}

#[test]
fn what_does_not_go_together_names_its_key() {
    for (settings, key) in [
        (json!({"auth": {"audiences": ["a"]}}), "auth.audiences"),
        (
            json!({"auth": {"issuers": [{"issuer": "https://a.b"}], "issuer": "https://a.b"}}),
            "auth.issuers",
        ),
        (
            json!({"listen": "127.0.0.1:0", "auth": {"issuer": "https://a.b"}}),
            "auth.issuer",
        ),
        (
            json!({"access": {"behind_proxy": ["10.0.0.7"]}, "auth": {"issuer": "https://a.b"}}),
            "auth.issuer",
        ),
        (
            json!({"auth": {"introspection": {"endpoint": "https://a.b"}}}),
            "auth.introspection.endpoint",
        ),
        (
            json!({"auth": {"introspection": {"client_secret": "s"}}}),
            "auth.introspection.client_secret",
        ),
        (
            json!({"auth": {"certificates": {"any": true}}}),
            "auth.certificates.any",
        ),
        (
            json!({"auth": {"certificates": {"known": [
                {"sha256": "0".repeat(64), "name": "a"}, {"sha256": "0".repeat(64), "name": "b"},
            ]}}}),
            "auth.certificates.known",
        ),
    ] {
        let settings: Settings = from_value(settings).unwrap();
        assert_eq!(settings.check().unwrap_err().0, key);
    }
}
