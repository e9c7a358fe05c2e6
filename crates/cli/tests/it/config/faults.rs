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
            "[replay]\nsession_bytes = '1GiB'",
            "t.toml:2:17: replay.session_bytes: one session",
        ),
    ] {
        let place = Place::with(&[("t.toml", text)]);
        place.run(&["config", "check", "t.toml"]).ends(2).says(says);
    }
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
