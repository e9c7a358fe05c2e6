//! The stream from a bad source, with retries and without.

use crate::program::Program;

const ROBUST_STREAM: &str = env!("CARGO_BIN_EXE_robust_stream");

#[test]
fn with_retries_nothing_is_lost_and_bad_chunks_are_reported() {
    let said = Program::start(ROBUST_STREAM, &["4"]).ends();
    let counted = |words: &str| said.iter().filter(|line| line.contains(words)).count();
    assert_eq!(counted("info     chunk "), 8, "{said:#?}");
    assert_eq!(counted("warning  chunk 4 is broken: "), 1);
    assert_eq!(counted("warning  chunk 7 is broken: "), 1);
    assert!(counted("; again in ") >= 3);
    let place = |words: &str| said.iter().position(|line| line.contains(words));
    assert!(
        place("chunk 4 is broken") < place("chunk 5:"),
        "the rest goes on"
    );
    let summary = said.last().expect("a summary");
    assert!(
        summary.starts_with("8 of 10 chunks; broken: [4, 7]; lost: []; "),
        "{summary}"
    );
}

#[test]
fn without_retries_the_summary_names_what_was_lost() {
    let said = Program::start(ROBUST_STREAM, &["1"]).ends();
    // Asking for the count is the first call, so every third one is chunk 2, 5 and 8.
    let lost: Vec<_> = said
        .iter()
        .filter(|line| line.ends_with("is lost"))
        .collect();
    assert_eq!(
        lost,
        [
            "error    chunk 2 is lost",
            "error    chunk 5 is lost",
            "error    chunk 8 is lost"
        ]
    );
    assert_eq!(
        said.last().map(String::as_str),
        Some("5 of 10 chunks; broken: [4, 7]; lost: [2, 5, 8]; 0 retries")
    );
}
