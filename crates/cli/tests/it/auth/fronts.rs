//! A key opens every front, and none opens without.

use super::{Keys, base, bearer, get};
use crate::process::{Running, Serving, run, tidegate};

/// Paths that a GET opens, each a front of its own.
const PATHS: [&str; 6] = [
    "/sse",
    "/streams",
    "/stream?n=1",
    "/calculate?a=6&b=7&op=multiply",
    "/tools/count/stream?n=1",
    "/secure-stream?query=calm",
];

#[test]
fn every_front_opens_to_a_key_and_to_nobody_else() {
    let keys = Keys::new();
    let ann = keys.add("ann", &["data:read"]);
    let server = keys.serve(&[]);
    let header = format!("Authorization: Bearer {ann}");
    let ws = format!("{}/ws", base(&server).replace("http:", "ws:"));
    let sse = format!("sse+{}/sse", base(&server));
    for url in [&server.url, &ws, &sse] {
        let call = ["call", url, "echo", "message=hello"];
        let ran = run(&[&call[..], &["--header", &header]].concat()).ends(0);
        assert_eq!(ran.stdout, "hello\n", "{url}");
        let refused = run(&call);
        assert_ne!(refused.code, Some(0), "{url}");
        assert!(refused.stdout.is_empty(), "{refused:?}");
    }
    for path in PATHS {
        let refused = get(&server, path, &[]);
        assert_eq!(refused.status, 401, "{path}: {refused:?}");
        assert!(
            refused.head.contains("www-authenticate: bearer"),
            "{refused:?}"
        );
        let stranger = get(&server, path, &bearer(&ann.replace(&ann[20..24], "abcd")));
        assert_eq!(stranger.status, 401, "{path}: {stranger:?}");
        assert_eq!(get(&server, path, &bearer(&ann)).status, 200, "{path}");
        let by_key = [format!("X-API-Key: {ann}")];
        assert_eq!(get(&server, path, &by_key).status, 200, "{path}");
    }
}

#[test]
fn the_secure_stream_needs_its_scope_and_names_who_asked() {
    let keys = Keys::new();
    let (ann, bob) = (keys.add("ann", &["data:read"]), keys.add("bob", &["other"]));
    let server = keys.serve(&[]);
    for path in ["/secure-stream", "/tools/secure_data_stream/stream"] {
        let path = format!("{path}?query=calm");
        let refused = get(&server, &path, &bearer(&bob));
        assert_eq!(refused.status, 403, "{refused:?}");
        for says in ["insufficient_scope", "scope=\"data:read\""] {
            assert!(refused.head.contains(says), "{refused:?}");
        }
        assert_eq!(get(&server, &path, &[]).status, 401);
        let streamed = get(&server, &path, &bearer(&ann));
        assert_eq!(streamed.status, 200);
        for says in ["A calm sea.", "ann"] {
            assert!(streamed.body.contains(says), "{streamed:?}");
        }
    }
}

#[test]
fn scopes_of_the_settings_are_needed_too() {
    let keys = Keys::new();
    let admin = keys.add("ann", &["admin"]);
    let user = keys.add("bob", &["use"]);
    let file = keys.path().with_file_name("t.toml");
    let text = "[auth]\nkeys = 'keys.toml'\n[auth.scopes]\nall = ['use']\n[auth.scopes.tools]\n'co*' = ['counting']\n[auth.implies]\nadmin = ['use', 'counting']\n";
    std::fs::write(&file, text).unwrap();
    let server = Serving::start_with(&["--config", file.to_str().unwrap()]);
    let status = |key: &str, tool: &str| {
        get(
            &server,
            &format!("/tools/{tool}/stream?n=1&message=a"),
            &bearer(key),
        )
        .status
    };
    assert_eq!(
        (status(&admin, "count"), status(&user, "count")),
        (200, 403)
    );
    assert_ne!(status(&user, "echo"), 403);
}

#[test]
fn the_one_token_opens_everything_or_what_its_scopes_say() {
    const TOKEN: &str = "0123456789abcdef";
    let serve = |variables: &[(&str, &str)]| {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().to_str().unwrap().to_owned();
        let mut command = tidegate(&["serve", "--listen", "127.0.0.1:0", "--root", &path]);
        command.envs(variables.iter().copied());
        Serving::of(Running::start(&mut command), root)
    };
    let path = "/secure-stream?query=calm";
    let server = serve(&[("API_TOKEN", TOKEN)]);
    assert_eq!(get(&server, path, &[]).status, 401);
    assert_eq!(get(&server, path, &bearer("0123456789abcdeF")).status, 401);
    assert_eq!(get(&server, path, &bearer(TOKEN)).status, 200);
    // What means us alone is stronger than what others read too.
    let other = "fedcba9876543210";
    let both = [
        ("API_TOKEN", TOKEN),
        ("TIDEGATE_AUTH_TOKEN", other),
        ("TIDEGATE_AUTH_TOKEN_SCOPES", "a,b"),
    ];
    let server = serve(&both);
    assert_eq!(get(&server, path, &bearer(TOKEN)).status, 401);
    assert_eq!(get(&server, path, &bearer(other)).status, 403);
    assert_eq!(get(&server, "/streams", &bearer(other)).status, 200);
}
