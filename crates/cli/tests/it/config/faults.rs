//! What is wrong with settings, told with its place.

use super::Place;

#[test]
fn every_fault_is_told_with_its_place_and_the_nearest_right_word() {
    let text = "lisen = 'a:1'\n\n[streams]\nping = 'often'\n[limits]\nmax_calls = 0\n";
    let place = Place::with(&[("t.toml", text), (".env", "TIDEGATE_HTTP_MAX_BDY=1")])
        .variable("TIDEGATE_STREAMS_PING", "0s");
    for words in [
        &["config", "check", "t.toml"][..],
        &["serve", "--config", "t.toml", "--workers", "0"],
    ] {
        let mut ran = place.run(words).ends(2);
        for says in [
            "t.toml:1:1: there is no setting `lisen`; did you mean listen?",
            "t.toml:4:8: streams.ping: `often` is no length of time",
            "t.toml:6:13: limits.max_calls: 0 is too little: at least 1",
            "TIDEGATE_HTTP_MAX_BDY in .env: there is no such setting; did you mean TIDEGATE_HTTP_MAX_BODY?",
            "TIDEGATE_STREAMS_PING in the environment: streams.ping: `0s`",
        ] {
            ran = ran.says(says);
        }
    }
}

#[test]
fn keys_that_do_not_go_together_say_so() {
    for (text, says) in [
        (
            "[fronts]\nsse_sunset = 2027-06-30",
            "t.toml:2:14: fronts.sse_sunset: it says when",
        ),
        (
            "listen = 'a:1'\nport = 2",
            "t.toml:2:8: `listen` says the port already",
        ),
        (
            "[tls]\nclient_ca = 'ca.pem'",
            "t.toml:2:13: tls.client_ca: it is for TLS",
        ),
        (
            "[auth]\nissuer = 'https://a.b'\n[access]\nbehind_proxy = ['10.0.0.7']",
            "t.toml:2:10: auth.issuer: clients have to know this server by a URL",
        ),
        (
            "[[auth.issuers]]\nissuer = 'https://a.b'\naudiense = ['c']",
            "t.toml:3:1: [[auth.issuers]] has no `audiense`; did you mean audiences?",
        ),
        (
            "[replay]\nsession_bytes = '1GiB'",
            "t.toml:2:17: replay.session_bytes: one session",
        ),
    ] {
        let place = Place::with(&[("t.toml", text)]);
        place.run(&["config", "check", "t.toml"]).ends(2).says(says);
    }
}

#[test]
fn what_belongs_together_may_stand_in_different_places() {
    let place = Place::with(&[
        ("t.toml", "[tls]\nkey = 'k.pem'\n[auth]\nkeys = 'a.toml'"),
        (".env", "TIDEGATE_TLS_CLIENT_CA=ca.pem"),
    ]);
    let check = ["config", "check", "t.toml"];
    let alone = place.run(&check).ends(2);
    alone.says("t.toml:2:7: tls.key: it needs its certificate");
    let whole = [
        &check[..],
        &["--tls-cert", "c.pem", "--tls-client-optional"],
    ]
    .concat();
    place.run(&whole).ends(0);
    let both = [&whole[..], &["--tls-self-signed"]].concat();
    let ran = place.run(&both).ends(2);
    ran.says("--tls-self-signed: tls.self_signed: there is a certificate already");
    let shown = |key: &str, words: &[&str]| place.shown(key, &[super::FILE, words].concat());
    let words = ["--tls-cert", "c.pem", "--auth-keys", "b.toml"];
    assert_eq!(
        shown("auth.keys", &words),
        ("b.toml".into(), "--auth-keys".into())
    );
    let (ca, from) = shown("tls.client_ca", &words);
    assert_eq!(
        (ca, &*from),
        ("ca.pem".into(), "TIDEGATE_TLS_CLIENT_CA in .env")
    );
}

#[test]
fn a_good_check_says_what_was_read() {
    let place = Place::with(&[("t.toml", "workers = 1\nlog = 'warn'"), (".env", "PORT=1")]);
    let ran = place.run(&["config", "check", "t.toml"]).ends(0);
    assert_eq!(
        ran.stdout,
        "good: settings from t.toml (workers, log), .env (port)\n"
    );
    let ran = place.run(&["config", "check", "--json"]).ends(0);
    let read = &ran.events()[0];
    assert_eq!(
        (&read["source"], &read["keys"]),
        (&".env".into(), &serde_json::json!(["port"]))
    );
    let ran = Place::new().run(&["config", "check"]).ends(0);
    assert!(ran.stdout.contains("nothing is set"), "{}", ran.stdout);
}
