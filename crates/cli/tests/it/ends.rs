//! How a command ends: the exit code by the kind of error, and what it says to mend it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    thread,
    time::{Duration, Instant},
};

use crate::process::{Running, Serving, run, tidegate};

#[test]
fn a_tool_that_fails_is_1_and_its_answer_is_shown() {
    let server = Serving::start();
    let ran = server.call("count", &["n=99999999"]).ends(1);
    assert!(ran.stdout.contains("ask for fewer"), "{}", ran.stdout);
    ran.says("the tool count reports a failure");
    let ran = server.call("count", &["n=99999999", "--json"]).ends(1);
    assert_eq!(ran.events().len(), 1);
    assert_eq!(ran.events()[0]["isError"], true);
    assert_eq!(ran.stderr, "");
}

#[test]
fn a_wrong_command_line_is_2_and_says_how_to_write_it() {
    run(&["call", "http://127.0.0.1:1/mcp", "echo", "message"])
        .ends(2)
        .says("message=VALUE");
    run(&["call", "localhost:1", "echo"])
        .ends(2)
        .says("http://127.0.0.1:8080/mcp");
    run(&["call", "http://127.0.0.1:1/mcp", "echo", "--level", "loud"])
        .ends(2)
        .says("warning");
    run(&["call", "http://127.0.0.1:1/mcp", "echo", "a=@none/such"])
        .ends(2)
        .says("none/such");
    run(&["serve", "--listen", "8080"])
        .ends(2)
        .says("127.0.0.1:8080");
    run(&["serve", "--root", "/no/such/place"])
        .ends(7)
        .says("/no/such/place");
    let header = ["--header", "Content-Length: 7"];
    run(&[&["list", "http://127.0.0.1:1/mcp"], &header[..]].concat()).ends(2);
}

#[test]
fn an_argument_of_the_wrong_type_is_2_before_the_call() {
    let server = Serving::start();
    server
        .call("calculate", &["a=six", "b=7", "op=mul"])
        .ends(2)
        .says("`a` is a number");
}

#[test]
fn nobody_at_the_address_is_3() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}/mcp");
    run(&["list", &url]).ends(3).says("is a server listening");
    let ran = run(&["list", &url, "--json"]).ends(3);
    assert_eq!(ran.events()[0]["event"], "error");
    assert_eq!(ran.events()[0]["kind"], "connect");
}

#[test]
fn an_address_that_is_taken_is_3() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    run(&["serve", "--listen", &address]).ends(3).says(&address);
}

#[test]
fn a_server_that_wants_credentials_is_4() {
    let url = always("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    run(&["list", &url])
        .ends(4)
        .says("401 Unauthorized")
        .says("TIDEGATE_TOKEN");
}

#[test]
fn a_server_that_speaks_no_mcp_is_5() {
    let url = always(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    );
    run(&["list", &url]).ends(5);
}

#[test]
fn an_unknown_tool_is_5_and_the_nearest_are_named() {
    let server = Serving::start();
    for era in ["modern", "legacy"] {
        let ran = server.call("proces_files", &["--era", era]).ends(5);
        ran.says("proces_files").says("did you mean process_files");
        let ran = server.call("zzz", &["--era", era, "--json"]).ends(5);
        let error = ran.events().pop().unwrap();
        assert_eq!(
            (error["event"].as_str(), error["code"].as_i64()),
            (Some("error"), Some(-32602))
        );
        assert!(
            error["message"].as_str().unwrap().contains("zzz"),
            "{error}"
        );
        assert!(
            error["hints"][0].as_str().unwrap().contains("echo"),
            "{error}"
        );
    }
}

#[test]
fn a_deadline_that_passes_is_6() {
    let server = Serving::start();
    let words = ["n=100", "delay_ms=100", "--deadline", "400ms"];
    for era in ["modern", "legacy"] {
        let begin = Instant::now();
        server
            .call("count", &[&words[..], &["--era", era]].concat())
            .ends(6)
            .says("--deadline");
        assert!(begin.elapsed() < Duration::from_secs(8), "{era}");
    }
}

#[test]
fn a_server_that_never_answers_is_6() {
    // The system accepts for it; nobody reads.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", silent.local_addr().unwrap());
    let begin = Instant::now();
    run(&["list", &url, "--deadline", "300ms"]).ends(6);
    assert!(begin.elapsed() < Duration::from_secs(8));
}

#[test]
fn ctrl_c_is_130_and_ends_the_call_at_once() {
    let server = Serving::start();
    for era in ["modern", "legacy"] {
        let words = [
            "call",
            &server.url,
            "count",
            "n=600",
            "delay_ms=100",
            "--json",
            "--era",
            era,
        ];
        let mut running = Running::start(&mut tidegate(&words));
        let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
        stdout.read_line(&mut String::new()).unwrap();
        let begin = Instant::now();
        running.signal("INT");
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        running.end().ends(130);
        assert!(begin.elapsed() < Duration::from_secs(5), "{era}");
        let last = rest.lines().last().unwrap();
        assert_eq!(
            last,
            r#"{"event":"error","kind":"interrupted","message":"interrupted"}"#
        );
    }
}

#[test]
fn a_reader_that_leaves_is_0() {
    let server = Serving::start();
    let words = ["call", &server.url, "count", "n=100000", "--json"];
    let mut running = Running::start(&mut tidegate(&words));
    let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    drop(stdout);
    let ran = running.end().ends(0);
    assert_eq!(ran.stderr, "");
}

/// Answers every request alike, from a thread that lives as long as the test.
fn always(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            // Whatever the request is; it fits in one read here, and the answer ends the connection.
            let _ = stream.read(&mut [0; 16 * 1024]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}
