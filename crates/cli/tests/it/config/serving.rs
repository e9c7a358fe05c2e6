//! What a server does with its settings, and which it does not start with.

use std::fs;

use serde_json::Value;

use super::Place;
use crate::process::Running;

#[test]
fn a_host_for_the_whole_network_is_refused_as_the_flag_is() {
    let place = Place::new()
        .variable("HOST", "0.0.0.0")
        .variable("PORT", "0");
    let ran = place.run(&["serve"]).ends(2).says("--insecure-no-auth");
    ran.says("HOST in the environment");
    let place = Place::with(&[("t.toml", "listen = '0.0.0.0:0'")]);
    place
        .run(&["serve", "--config", "t.toml"])
        .ends(2)
        .says("t.toml:1:10");
}

#[test]
fn a_server_does_what_the_file_says() {
    use std::io::{BufRead, BufReader};

    let text = "listen = '127.0.0.1:0'\nroot = 'documents'\nlog_format = 'json'\nlog = 'info'\n[http]\npath = '/tides'\n";
    let place = Place::with(&[("t.toml", text)]);
    fs::create_dir(place.path().join("documents")).unwrap();
    let mut running =
        Running::start(&mut place.command(&["serve", "--config", "t.toml", "--json"]));
    let mut line = String::new();
    let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let event: Value = serde_json::from_str(&line).unwrap();
    let url = event["url"].as_str().unwrap();
    assert!(url.ends_with("/tides"), "{url}");
    crate::process::run(&["call", url, "echo", "message=a"]).ends(0);
    running.signal("TERM");
    running
        .end()
        .ends(0)
        .says("settings from t.toml (listen, root, log_format, log, http.path)");
}

#[test]
fn log_lines_are_json_when_asked_for() {
    let place = Place::new();
    for (format, is_json) in [("json", true), ("text", false)] {
        let words = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--log",
            "trace",
            "--log-format",
            format,
            "--json",
        ];
        let mut running = Running::start(&mut place.command(&words));
        let mut stdout = std::io::BufReader::new(running.child.stdout.take().unwrap());
        let mut line = String::new();
        std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
        let event: Value = serde_json::from_str(&line).unwrap();
        crate::process::run(&["call", event["url"].as_str().unwrap(), "echo", "message=a"]).ends(0);
        running.signal("TERM");
        let ran = running.end().ends(0);
        let lines = ran.stderr.lines().filter(|line| line.contains("INFO"));
        let lines: Vec<_> = lines.collect();
        assert!(!lines.is_empty(), "{}", ran.stderr);
        for line in lines {
            assert_eq!(
                serde_json::from_str::<Value>(line).is_ok(),
                is_json,
                "{line}"
            );
        }
    }
}

#[test]
fn names_that_are_not_ours_do_not_disturb_stdio() {
    let place = Place::with(&[(".env", "PORT=three-thousand\nAPI_TOKEN=x")]);
    place.run(&["serve", "--stdio"]).ends(0);
    place.run(&["serve"]).ends(2).says("PORT in .env");
}
