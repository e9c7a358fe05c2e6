//! `serve` over TLS, and what it refuses before it starts.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;

use crate::process::{Running, run, tidegate};

#[test]
fn the_start_says_the_fingerprint_to_people_and_to_programs() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().to_str().unwrap();
    let words = ["serve", "--listen", "127.0.0.1:0", "--root", root];
    let mut command = tidegate(&words);
    let mut running = Running::start(command.args(["--tls-self-signed", "--json"]));
    let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let event: Value = serde_json::from_str(&line).unwrap();
    let url = event["url"].as_str().unwrap();
    assert!(url.starts_with("https://127.0.0.1:"), "{event}");
    let fingerprint = event["fingerprint"].as_str().unwrap();
    assert_eq!(fingerprint.len(), 32 * 3 - 1);

    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("try it:") {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
    }
    let unknown = run(&["list", url]).ends(3);
    unknown.says("certificate").says("--cacert");
    running.signal("TERM");
    stderr.read_to_string(&mut said).unwrap();
    running.end().ends(0);
    for words in [url, fingerprint, "curl -sN -k https://127.0.0.1:"] {
        assert!(said.contains(words), "{words:?} is not in\n{said}");
    }
}

#[test]
fn without_tls_nothing_is_said_of_it() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().to_str().unwrap();
    let words = ["serve", "--listen", "127.0.0.1:0", "--root", root, "--json"];
    let mut running = Running::start(&mut tidegate(&words));
    let mut line = String::new();
    let stdout = running.child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let event: Value = serde_json::from_str(&line).unwrap();
    assert!(event["url"].as_str().unwrap().starts_with("http://"));
    assert_eq!(event.get("fingerprint"), None);
}

#[test]
fn what_cannot_be_served_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("not.pem");
    std::fs::write(&file, "no PEM").unwrap();
    let file = file.to_str().unwrap();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    for (more, code, says) in [
        (
            &["--tls-cert", "/none.pem", "--tls-key", "/none.pem"][..],
            7,
            "/none.pem cannot be read",
        ),
        (
            &["--tls-cert", file, "--tls-key", file],
            7,
            "not.pem holds no certificate",
        ),
        (&["--tls-cert", file], 2, "--tls-key"),
        (&["--hsts", "365"], 2, "--tls-self-signed"),
        (&["--tls-client-ca", file], 2, "--tls-self-signed"),
        (&["--behind-proxy", "proxy.example"], 2, "10.0.0.0/8"),
    ] {
        run(&[&serve[..], more].concat()).ends(code).says(says);
    }
    run(&["serve", "--stdio", "--tls-self-signed"]).ends(2);
    run(&[
        "serve",
        "--listen",
        "unix:/tmp/none/t.sock",
        "--tls-self-signed",
    ])
    .ends(7)
    .says("Unix socket");
}
