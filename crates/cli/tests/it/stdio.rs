//! Servers that are commands: `stdio:…` in the place of a URL.

use std::{
    io::{BufRead, BufReader},
    thread,
    time::{Duration, Instant},
};

use crate::process::{Running, run, tidegate};

/// The client's own bad child; these tests need of it what is good.
const CHILD: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../client/tests/children/server.py"
);

fn target(words: &str) -> String {
    format!("stdio:python3 '{CHILD}' {words}")
}

#[test]
fn a_command_is_called_as_a_url_is() {
    for era in ["modern", "legacy"] {
        let called = run(&["call", &target(era), "steps", "n:=3"]).ends(0);
        assert_eq!(called.stdout.trim(), "stepped");
        called.says("step 1").says("step 2").says("step 3");
        let listed = run(&["list", &target(era)]).ends(0);
        assert!(listed.stdout.contains("echo"), "{listed:?}");
    }
}

#[test]
fn what_is_wrong_with_a_command_is_told() {
    run(&["call", "stdio:/no/such/program", "echo"])
        .ends(3)
        .says("/no/such/program")
        .says("run by itself");
    run(&["call", &target("modern exits-at-once"), "echo"])
        .ends(3)
        .says("exit status: 1")
        .says("there is no configuration");
    for (command, how) in [("true", "0"), ("false", "1"), ("echo hi", "0")] {
        run(&["list", &format!("stdio:{command}")])
            .ends(3)
            .says("never introduced itself")
            .says(&format!("exit status: {how}"))
            .says("hint: does the command run by itself");
    }
    run(&["call", &target("modern"), "die"])
        .ends(5)
        .says("exit status: 3")
        .says("the last words");
    run(&["call", "stdio:a 'b", "echo"]).ends(2).says("quote");
    run(&["call", &target("modern"), "echo", "--header", "A:b"])
        .ends(2)
        .says("environment");
}

#[test]
fn ctrl_c_ends_the_command_with_all_that_it_started() {
    let running = holding("modern ignores-signals has-children");

    let leader = child_of(&running);
    assert_eq!(members(leader), 3);
    running.signal("INT");
    running.end().ends(130);
    assert_eq!(members(leader), 0);
}

/// A terminal that is closed, or a manager that ends a command, is no Ctrl-C, and means the same.
#[test]
fn so_do_the_other_signals_that_mean_it() {
    for signal in ["TERM", "HUP"] {
        let running = holding("modern has-children");
        let leader = child_of(&running);
        assert_eq!(members(leader), 3);
        running.signal(signal);
        running.end().ends(130);
        assert_eq!(members(leader), 0, "{signal}");
    }
}

#[test]
fn a_command_does_not_outlive_whoever_is_killed() {
    let running = holding("modern");
    let leader = child_of(&running);
    assert_eq!(members(leader), 1);
    running.signal("KILL");
    let until = Instant::now() + Duration::from_secs(10);
    while members(leader) > 0 {
        assert!(Instant::now() < until, "it reads on");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Starts a call that does not end, of a server with these faults, and waits until it is made.
fn holding(words: &str) -> Running {
    let mut running = Running::start(&mut tidegate(&["call", &target(words), "hold"]));
    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("progress"), "{line}");
    running.child.stderr = Some(stderr.into_inner());
    running
}

fn child_of(running: &Running) -> u32 {
    let parent = running.child.id();
    let mut children = processes()
        .into_iter()
        .filter(|process| process.parent == parent);
    children.next().expect("it has started one").id
}

/// How many live in the group of `leader`.
fn members(leader: u32) -> usize {
    let lives = |process: &Process| process.group == leader && process.state != "Z";
    processes().into_iter().filter(lives).count()
}

/// A line of `/proc`.
struct Process {
    id: u32,
    state: String,
    parent: u32,
    group: u32,
}

fn processes() -> Vec<Process> {
    let read = |entry: std::fs::DirEntry| {
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name in parentheses may hold anything.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        Some(Process {
            id: entry.file_name().to_str()?.parse().ok()?,
            state: fields.next()?.to_owned(),
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
        })
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(read)
        .collect()
}
