//! `serve` by itself: where it listens, where it refuses to, and how it stops.

use std::time::Duration;

use crate::process::{Running, Serving, run, tidegate};

#[test]
fn an_address_that_others_reach_is_refused() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        run(&["serve", "--listen", address])
            .ends(2)
            .says("--insecure-no-auth");
    }
}

#[test]
fn said_aloud_it_is_allowed() {
    let root = tempfile::tempdir().unwrap();
    let server = Serving::start_at("0.0.0.0:0", root, &["--insecure-no-auth"]);
    assert!(server.url.starts_with("http://0.0.0.0:"), "{}", server.url);
}

#[test]
fn one_worker_serves_as_well_as_many() {
    for workers in ["1", "3"] {
        let server = Serving::start_with(&["--workers", workers]);
        server.call("process_files", &[]).ends(0);
    }
    run(&["serve", "--workers", "0"]).ends(2).says("at least 1");
}

#[test]
fn a_socket_that_cannot_be_made_is_not_helped_with_ports() {
    let ran = run(&["serve", "--listen", "unix:/none/such/t.sock"]).ends(3);
    let ran = ran.says("a folder that exists");
    assert!(!ran.stderr.contains("port"), "{}", ran.stderr);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    run(&["serve", "--listen", &address])
        .ends(3)
        .says("a port that is free");
}

#[test]
fn a_tools_stream_takes_the_url_that_curl_takes() {
    let server = Serving::start();
    let base = server.url.strip_suffix("/mcp").unwrap();
    let url = format!("{base}/tools/count/stream?n=2&delay_ms=1");
    let ran = run(&["stream", &url]).ends(0);
    assert_eq!(ran.stdout, "Counted to 2\n");
    run(&["stream", &url, "n=3"]).ends(2).says("given twice");
}

#[test]
fn what_could_never_match_is_refused_with_its_form() {
    for (option, value, form) in [
        ("--allow-origin", "example.org", "https://example.org"),
        ("--allow-host", "http://a.example", "example.org:8080"),
        ("--log", "loud", "tidegate_server=trace"),
    ] {
        run(&["serve", option, value]).ends(2).says(form);
    }
}

#[test]
fn how_it_answers_can_be_chosen() {
    // JSON has no room for notifications; the result arrives all the same.
    let server = Serving::start_with(&["--respond", "json"]);
    let ran = server.call("process_files", &["--json"]).ends(0);
    assert_eq!(ran.events().len(), 1);
    let server = Serving::start_with(&["--respond", "sse"]);
    assert_eq!(server.call("echo", &["message=a"]).ends(0).stdout, "a\n");
}

#[test]
fn its_events_say_where_it_listens() {
    use std::io::{BufRead, BufReader};

    let mut server = Serving::start_with(&["--json"]);
    let stdout = server.running.child.stdout.take().unwrap();
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let event: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (event["event"].as_str(), event["url"].as_str()),
        (Some("listening"), Some(&*server.url))
    );
}

#[test]
fn the_old_transport_is_served_when_asked_for_and_says_when_it_ends() {
    let server = Serving::start_with(&["--sse", "--sse-sunset", "2027-01-01"]);
    let head = opened(&server, "/sse");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    for line in [
        "deprecation: @1742947200",
        "sunset: Fri, 01 Jan 2027 00:00:00 GMT",
        "event: endpoint",
        "data: /messages?key=",
    ] {
        assert!(head.contains(line), "{line:?} is not in\n{head}");
    }
    let head = opened(&Serving::start(), "/sse");
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");

    for words in [
        &["serve", "--sse", "--sse-sunset", "soon"][..],
        &["serve", "--sse-sunset", "2027-01-01"],
        &["serve", "--sse", "--stdio"],
    ] {
        run(words).ends(2);
    }
}

#[test]
fn the_start_says_that_the_old_transport_goes_and_how_to_see_who_uses_it() {
    use std::io::{BufRead, BufReader};

    for (words, says) in [(&["--sse"][..], true), (&[], false)] {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().to_str().unwrap();
        let mut command = tidegate(&["serve", "--listen", "127.0.0.1:0", "--root", path]);
        let mut running = Running::start(command.args(words));
        let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("or:  curl") {
            stderr.read_line(&mut said).unwrap();
        }
        running.signal("TERM");
        std::io::Read::read_to_string(&mut stderr, &mut said).unwrap();
        running.end().ends(0);
        for words in [
            "deprecated since 2025-03-26",
            "GET /streams",
            "front=http+sse",
        ] {
            assert_eq!(said.contains(words), says, "{words:?} in\n{said}");
        }
    }
}

#[test]
fn each_request_is_logged_where_that_is_wanted_in_the_form_that_is() {
    for (words, logged) in [
        (
            &["--access-log", "--log", "warn", "--log-format", "json"][..],
            1,
        ),
        (
            &[
                "--log",
                "warn,tidegate::access=info",
                "--log-format",
                "json",
            ],
            1,
        ),
        (&["--log", "debug"], 0),
    ] {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().to_str().unwrap();
        let mut command = tidegate(&["serve", "--listen", "127.0.0.1:0", "--json", "--root", path]);
        let mut running = Running::start(command.args(words));
        let mut line = String::new();
        let stdout = running.child.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url = event["url"].as_str().unwrap();
        run(&["call", url, "echo", "message=hunter2"]).ends(0);
        running.signal("TERM");
        let said = running.end().ends(0).stderr;
        let events = said
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        let calls = events.filter(|event: &serde_json::Value| {
            event["target"] == "tidegate::access" && event["method"] == "tools/call"
        });
        let calls: Vec<_> = calls.collect();
        assert_eq!(calls.len(), logged, "{words:?}: {said}");
        assert_eq!(said.contains("tidegate::access"), logged > 0, "{said}");
        for call in calls {
            assert_eq!(
                (&call["name"], &call["status"]),
                (&"echo".into(), &200.into())
            );
        }
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn who_is_here_can_be_asked() {
    let server = Serving::start();
    server.call("echo", &["message=a"]).ends(0);
    let answer = opened(&server, "/streams");
    let (_, report) = answer.split_once("\r\n\r\n").unwrap();
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    assert_eq!(report["clients"][0]["front"], "streamable-http");
    assert_eq!(report["clients"][0]["count"], 1);
}

/// Sends a GET, and returns what came until nothing more does.
fn opened(server: &Serving, path: &str) -> String {
    use std::{
        io::{Read, Write},
        net::TcpStream,
    };

    let host = server.url.strip_prefix("http://").unwrap();
    let host = host.strip_suffix("/mcp").unwrap();
    let mut socket = TcpStream::connect(host).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    let mut answer = Vec::new();
    // What ends a stream that stays open is that it says nothing for a second.
    let _ = socket.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn it_stops_in_good_order_at_sigterm_and_ctrl_c() {
    for signal in ["TERM", "INT"] {
        let server = Serving::start();
        server.running.signal(signal);
        server.running.end().ends(0);
    }
}

#[test]
fn calls_under_way_may_end_unless_ctrl_c_is_repeated() {
    let patient = Serving::start();
    let words = [
        "call",
        &patient.url,
        "count",
        "n=10",
        "delay_ms=50",
        "--json",
    ];
    let calling = begun(&words);
    patient.running.signal("INT");
    calling.end().ends(0);
    patient.running.end().ends(0);

    let mut impatient = Serving::start();
    let words = [
        "call",
        &impatient.url,
        "count",
        "n=600",
        "delay_ms=100",
        "--json",
    ];
    let calling = begun(&words);
    // Again and again, as the impatient do: the second counts once the first has been heard.
    while impatient.running.child.try_wait().unwrap().is_none() {
        impatient.running.signal("INT");
        std::thread::sleep(Duration::from_millis(100));
    }
    impatient.running.end().ends(130);
    calling.end().ends(5);
}

/// Starts a call and returns once its first notification is there.
fn begun(words: &[&str]) -> Running {
    use std::io::{BufRead, BufReader};

    let mut running = Running::start(&mut tidegate(words));
    let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    // Read on, so that the call does not end for want of a reader.
    std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
    running
}

#[test]
fn a_unix_socket_answers_and_its_file_goes() {
    use std::{
        io::{Read, Write},
        os::unix::net::UnixStream,
    };

    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("t.sock");
    let address = format!("unix:{}", socket.display());
    let root = tempfile::tempdir().unwrap();
    let server = Serving::start_at(&address, root, &[]);
    assert_eq!(server.url, address);
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream
        .write_all(b"PATCH /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    server.running.signal("TERM");
    server.running.end().ends(0);
    assert!(!socket.exists());
}
