//! A secret is taken, and never told.

use super::{FILE, Place};

const TOKEN: &str = "hunter2-hunter2-hunter2";

#[test]
fn a_secret_is_never_printed() {
    let file = format!("[auth]\ntoken = '{TOKEN}'\n");
    let places = [
        Place::with(&[("t.toml", &file)]),
        Place::with(&[("t.toml", ""), (".env", &format!("API_TOKEN={TOKEN}"))]),
        Place::with(&[("t.toml", "")]).variable("API_TOKEN", TOKEN),
        Place::with(&[("t.toml", "")]).variable("TIDEGATE_AUTH_TOKEN", TOKEN),
    ];
    for place in &places {
        let (value, from) = place.shown("auth.token", FILE);
        assert_eq!(value, "…");
        assert!(
            from.contains("t.toml:2:9") || from.contains("_TOKEN in "),
            "{from}"
        );
        let shown = place.run(&["config", "show", "--config", "t.toml"]).ends(0);
        assert!(
            shown.stdout.contains("# token = \"…\"  # "),
            "{}",
            shown.stdout
        );
        let checked = place.run(&["config", "check", "t.toml"]).ends(0);
        // It is asked for, and what the server says of that is not it.
        let words = [
            "serve",
            "--config",
            "t.toml",
            "--listen",
            "0.0.0.0:0",
            "--log",
            "trace",
        ];
        let served = place.run(&words).ends(2).says("--tls-self-signed");
        for ran in [shown, checked, served] {
            assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
        }
    }
}

#[test]
fn no_error_about_its_line_shows_a_secret() {
    for line in [
        format!("token = {TOKEN}"),
        format!("token = '{TOKEN}"),
        format!("token = '{TOKEN}' and more"),
        format!("tokne = '{TOKEN}'"),
        "token = 'hunter2'".to_owned(),
    ] {
        let place = Place::with(&[("t.toml", &format!("[auth]\n{line}\n"))]);
        for words in [
            &["config", "check", "t.toml"][..],
            &["config", "check", "t.toml", "--json"],
            &["config", "show", "--config", "t.toml"],
            &["serve", "--config", "t.toml"],
        ] {
            let ran = place.run(words).ends(2);
            assert!(
                ran.stderr.contains("t.toml:2:") || ran.stdout.contains("t.toml:2:"),
                "{ran:?}"
            );
            assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
        }
    }
    let words = format!("auth.token={TOKEN}");
    let ran = Place::new()
        .run(&["config", "show", "--set", &words])
        .ends(2);
    assert!(!ran.says("TIDEGATE_AUTH_TOKEN").stderr.contains("hunter2"));
}
