//! Two people in a room, each a program of its own.

use crate::program::Program;

const CHAT_ROOM: &str = env!("CARGO_BIN_EXE_chat_room");

#[test]
fn what_one_says_the_other_sees_at_once() {
    let mut ada = Program::start(CHAT_ROOM, &["Ada"]);
    let url = ada.url();
    ada.is_told("Anybody here?");
    ada.says("Ada: Anybody here?");

    let mut grace = Program::start(CHAT_ROOM, &["Grace", &url]);
    grace.says("Grace is in the room");
    grace.says("Ada: Anybody here?"); // said before she came
    grace.is_told("I am.");
    ada.says("Grace: I am.");
    ada.is_told("Good.");
    grace.says("Ada: Good.");

    let seen = grace.ends();
    let lines: Vec<&str> = seen.iter().skip(1).map(String::as_str).collect();
    assert_eq!(lines, ["Ada: Anybody here?", "Grace: I am.", "Ada: Good."]);
    ada.ends();
}

#[test]
fn a_line_that_is_too_long_is_not_said() {
    let mut ada = Program::start(CHAT_ROOM, &["Ada"]);
    ada.url();
    ada.is_told(&"x".repeat(1001));
    ada.says("not said: the arguments do not fit");
    ada.ends();
}
