//! The first thing that a newcomer runs.

use std::process::Stdio;

use crate::process::{Running, tidegate};

#[test]
fn it_works_in_an_empty_directory_and_leaves_it_empty() {
    let nowhere = tempfile::tempdir().unwrap();
    let mut command = tidegate(&["demo", "--once"]);
    let ran = Running::start(command.current_dir(nowhere.path()))
        .end()
        .ends(0);
    let mut lines = ran
        .stderr
        .lines()
        .filter(|line| line.contains("Processing document "));
    let first = lines.next().expect("a notification");
    let total: usize = first
        .split(['/', ':'])
        .nth(1)
        .and_then(|total| total.parse().ok())
        .expect("i/n: name");
    assert!(total >= 10, "{first}");
    assert!(
        first.contains(&format!("Processing document 1/{total}: ")),
        "{first}"
    );
    for (line, at) in lines.by_ref().zip(2..=total) {
        assert!(
            line.contains(&format!("Processing document {at}/{total}: ")),
            "{line}"
        );
    }
    assert_eq!(lines.next(), None);
    assert!(
        ran.stderr.contains("Processing complete!"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stdout.contains("telling words") && ran.stdout.contains("Done: "),
        "{}",
        ran.stdout
    );
    assert_eq!(std::fs::read_dir(nowhere.path()).unwrap().count(), 0);
}

#[test]
fn nothing_is_coloured_when_nobody_can_see_it() {
    let ran = crate::process::run(&["demo", "--once"]).ends(0);
    assert!(!ran.stderr.contains('\u{1b}') && !ran.stdout.contains('\u{1b}'));
}

#[test]
fn its_events_begin_with_the_address_and_end_with_the_report() {
    let ran = crate::process::run(&["demo", "--once", "--json"]).ends(0);
    let events = ran.events();
    assert_eq!(events[0]["event"], "listening");
    let result = events.last().unwrap();
    assert_eq!(result["event"], "result");
    assert!(
        result["structuredContent"]["documents"]
            .as_array()
            .unwrap()
            .len()
            >= 10
    );
    assert_eq!(ran.stderr, "");
}

#[test]
fn the_server_stays_up_until_ctrl_c_and_its_documents_go() {
    use std::io::{BufRead, BufReader};

    let mut command = tidegate(&["demo"]);
    let temporary = tempfile::tempdir().unwrap();
    command
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::null());
    let mut running = Running::start(&mut command);
    let stderr = BufReader::new(running.child.stderr.take().unwrap());
    let mut url = None;
    for line in stderr.lines().map_while(Result::ok) {
        if let Some((_, call)) = line.split_once("tidegate call ") {
            url = call.split(' ').next().map(str::to_owned);
            break;
        }
    }
    let url = url.expect("a line to try");
    crate::process::run(&["call", &url, "echo", "message=still here"]).ends(0);
    running.signal("INT");
    running.end().ends(0);
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
}
