//! The tools as a caller meets them: called through the router, their messages read as they come.

mod datasets;
mod documents;
mod harness;
mod listing;
mod search;
mod small;
mod system;

/// A file that no `mod` names is never compiled, and its tests pass by not running.
#[test]
fn every_file_here_is_part_of_the_tests() {
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            name == "main" || main.contains(&format!("mod {name};")),
            "{name}.rs is forgotten"
        );
    }
}
