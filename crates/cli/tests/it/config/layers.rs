//! Which of the places counts that say something of a key.

use std::fs;

use serde_json::Value;

use super::{FILE, Place};

#[test]
fn each_layer_is_stronger_than_those_below() {
    let key = "limits.max_calls";
    let file = ("t.toml", "[limits]\nmax_calls = 1\n");
    let env_file = (".env", "TIDEGATE_LIMITS_MAX_CALLS=2\n");
    let set: &[&str] = &["--config", "t.toml", "--set", "limits.max_calls=4"];

    let nothing = Place::new();
    assert_eq!(nothing.shown(key, &[]), (10_000.into(), "default".into()));
    let place = Place::with(&[file]);
    assert_eq!(place.shown(key, &[]), (10_000.into(), "default".into()));
    assert_eq!(place.shown(key, FILE), (1.into(), "t.toml:2:13".into()));
    let place = Place::with(&[file, env_file]);
    let from = "TIDEGATE_LIMITS_MAX_CALLS in .env";
    assert_eq!(place.shown(key, FILE), (2.into(), from.into()));
    let place = place.variable("TIDEGATE_LIMITS_MAX_CALLS", "3");
    let from = "TIDEGATE_LIMITS_MAX_CALLS in the environment";
    assert_eq!(place.shown(key, FILE), (3.into(), from.into()));
    let from = "--set limits.max_calls";
    assert_eq!(place.shown(key, set), (4.into(), from.into()));
}

#[test]
fn the_file_is_named_by_flag_or_variable_and_none_is_read_unasked() {
    let files = [
        ("a.toml", "workers = 1"),
        ("b.toml", "workers = 2"),
        ("tidegate.toml", "workers = 3"),
    ];
    let workers = |place: &Place, words: &[&str]| place.shown("workers", words).0;
    assert_eq!(workers(&Place::with(&files), &[]), Value::Null);
    let place = Place::with(&files).variable("TIDEGATE_CONFIG", "a.toml");
    assert_eq!(workers(&place, &[]), 1);
    assert_eq!(workers(&place, &["--config", "b.toml"]), 2);
    place
        .run(&["config", "check", "none.toml"])
        .ends(7)
        .says("none.toml");
    fs::write(place.path().join(".env"), "TIDEGATE_CONFIG=b.toml").unwrap();
    assert_eq!(workers(&place, &[]), 1);
}

#[test]
fn another_file_of_variables_or_none_is_read_when_asked_for() {
    let files = [(".env", "PORT=1"), ("other.env", "PORT=2")];
    let place = Place::with(&files);
    let listen = |words: &[&str]| place.shown("listen", words).0;
    assert_eq!(listen(&[]), "127.0.0.1:1");
    assert_eq!(listen(&["--env-file", "other.env"]), "127.0.0.1:2");
    assert_eq!(listen(&["--no-env-file"]), "127.0.0.1:8080");
    let folder = Place::new();
    std::fs::create_dir(folder.path().join(".env")).unwrap();
    folder.run(&["config", "check"]).ends(0);
    place
        .run(&["config", "show", "--env-file", "none.env"])
        .ends(7)
        .says("none.env");
}

#[test]
fn what_a_file_of_variables_holds_for_others_stays_unread() {
    let text =
        "DATABASE_URL=postgres://db\nPATH=/none\nnonsense\nRUST_LOG=trace\nTIDEGATE_LOG=warn";
    let place = Place::with(&[(".env", text)]);
    assert_eq!(place.shown("log", &[]).0, "warn");
    place.run(&["config", "check"]).ends(0);
}

#[test]
fn host_port_and_workers_stand_in_below_our_own_names() {
    let place = Place::new().variable("PORT", "9000");
    let from = "PORT in the environment";
    assert_eq!(
        place.shown("listen", &[]),
        ("127.0.0.1:9000".into(), from.into())
    );

    let place = Place::with(&[("t.toml", "port = 1\nhost = 'localhost'\nworkers = 1")])
        .variable("PORT", "9000")
        .variable("WORKERS", "3");
    assert_eq!(place.shown("listen", FILE).0, "localhost:9000");
    assert_eq!(place.shown("workers", FILE).0, 3);
    fs::write(
        place.path().join(".env"),
        "TIDEGATE_PORT=7\nTIDEGATE_WORKERS=2",
    )
    .unwrap();
    assert_eq!(place.shown("listen", FILE).0, "localhost:7");
    assert_eq!(place.shown("workers", FILE).0, 2);
    let flag = &["--config", "t.toml", "--listen", "[::1]:0"];
    assert_eq!(
        place.shown("listen", flag),
        ("[::1]:0".into(), "--listen".into())
    );

    let empty = Place::new().variable("PORT", "").variable("HOST", "");
    assert_eq!(empty.shown("listen", &[]).1, "default");
}
