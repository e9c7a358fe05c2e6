//! Which starts are refused, with the flags that are missing, and what a good one says.

use std::{
    io::{BufRead, BufReader},
    process::Command,
};

use super::Keys;
use crate::process::{Running, run, tidegate};

/// Returns what a start says, up to the line to try.
fn said(command: &mut Command) -> String {
    let mut running = Running::start(command);
    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("try it:") {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
    }
    said
}

#[test]
fn an_unsafe_start_is_refused_with_the_flags_that_it_lacks() {
    let keys = Keys::new();
    keys.add("ann", &[]);
    let path = keys.path();
    let path = path.to_str().unwrap();
    let (known, encrypted): (&[&str], &[&str]) = (
        &["--auth-keys FILE", "--insecure-no-auth"],
        &["--tls-cert FILE", "--tls-self-signed", "--behind-proxy"],
    );
    let both = [known, encrypted].concat();
    for (words, lacks, has) in [
        (&[][..], &both[..], &[][..]),
        (&["--auth-keys", path], encrypted, known),
        (&["--tls-self-signed"], known, encrypted),
        (&["--behind-proxy", "10.0.0.7"], known, encrypted),
    ] {
        for address in ["0.0.0.0:0", "[::]:0"] {
            let words = [&["serve", "--listen", address], words].concat();
            let ran = run(&words).ends(2);
            let mut ran = ran.says("can be reached from beyond this machine");
            for flag in lacks {
                ran = ran.says(flag);
            }
            for flag in has {
                assert!(!ran.stderr.contains(flag), "{words:?}: {}", ran.stderr);
            }
        }
    }
}

#[test]
fn a_safe_start_says_how_callers_are_known_and_how_to_call() {
    let keys = Keys::new();
    keys.add("ann", &[]);
    let path = keys.path();
    let path = path.to_str().unwrap();
    const TOKEN: &str = "0123456789abcdef";
    for (listen, words, says) in [
        (
            "0.0.0.0:0",
            &["--auth-keys", path, "--tls-self-signed"][..],
            "callers show a key of ",
        ),
        (
            "0.0.0.0:0",
            &["--auth-keys", path, "--behind-proxy", "10.0.0.7"],
            "callers show a key of ",
        ),
        (
            "127.0.0.1:0",
            &["--auth-keys", path],
            "TIDEGATE_TOKEN=YOUR_TOKEN tidegate call ",
        ),
        ("127.0.0.1:0", &[], "anyone on this machine may call"),
        (
            "0.0.0.0:0",
            &["--insecure-no-auth"],
            "anyone may call who reaches it",
        ),
    ] {
        let words = [&["serve", "--listen", listen], words].concat();
        let said = said(&mut tidegate(&words));
        assert!(said.contains(says), "{words:?}: {said}");
    }
    let mut command = tidegate(&["serve", "--listen", "127.0.0.1:0"]);
    let said = said(command.env("API_TOKEN", TOKEN));
    let says = "callers show the token (API_TOKEN in the environment)";
    assert!(said.contains(says) && !said.contains(TOKEN), "{said}");
}

#[test]
fn a_file_of_keys_that_is_none_is_said_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.toml");
    let words = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--auth-keys",
        file.to_str().unwrap(),
    ];
    run(&words).ends(7).says("tidegate key new");
    std::fs::write(&file, "[[key]]\nid = 'hunter2'\n").unwrap();
    let ran = run(&words).ends(2).says("keys.toml: line 1: `id`");
    assert!(!ran.stderr.contains("hunter2"), "{}", ran.stderr);
}

#[test]
fn certificates_of_issuers_are_looked_for_where_there_are_issuers() {
    let keys = Keys::new();
    keys.add("ann", &[]);
    let path = keys.path();
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let by_keys = [&serve[..], &["--auth-keys", path.to_str().unwrap()]].concat();
    said(tidegate(&by_keys).env("SSL_CERT_FILE", "/none.pem"));
    let not_pem = path.with_file_name("ca.pem");
    std::fs::write(&not_pem, "no PEM").unwrap();
    for (ca, says) in [
        ("/none.pem", "/none.pem"),
        (not_pem.to_str().unwrap(), "--set auth.ca"),
    ] {
        let ca = format!("auth.ca={ca}");
        let issuer = ["--auth-issuer", "https://a.example", "--set", &ca];
        let public = ["--public-url", "https://mcp.example.org"];
        let words = [&serve[..], &issuer, &public].concat();
        run(&words).ends(7).says(says);
    }
}

#[test]
fn over_stdio_nobody_is_asked() {
    let mut command = tidegate(&["serve", "--stdio", "--log", "debug"]);
    command.env("TIDEGATE_AUTH_TOKEN", "0123456789abcdef");
    let ran = Running::start(&mut command).end().ends(0);
    ran.says("[auth] is not for stdio");
    run(&["serve", "--stdio", "--auth-keys", "keys.toml"])
        .ends(2)
        .says("--stdio");
}
