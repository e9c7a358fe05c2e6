//! The words of a model's answer.

use std::fs;

use crate::program::Program;

#[test]
fn the_words_of_the_answer_arrive_one_by_one() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("rhyme.txt");
    fs::write(&file, "The tide comes in and the boats go out").expect("it can be written");
    let file = file.to_str().expect("a path in UTF-8");
    let said = Program::start(env!("CARGO_BIN_EXE_sampled_tokens"), &[file, "tide"]).ends();
    assert_eq!(
        said,
        [
            "tide comes in and the boats go out",
            "7 words of pairs-of-words (endTurn)",
        ]
    );
}

#[test]
fn the_model_stops_where_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("wheel.txt");
    fs::write(&file, "round and round").expect("it can be written");
    let file = file.to_str().expect("a path in UTF-8");
    let said = Program::start(env!("CARGO_BIN_EXE_sampled_tokens"), &[file, "round"]).ends();
    let tokens = said[0].split_whitespace().count() - 1;
    assert_eq!(tokens, 40, "{said:?}");
    assert_eq!(said[1], "40 words of pairs-of-words (maxTokens)");
}
