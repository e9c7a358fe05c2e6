//! The tutorial shows the programs that are tested here, and no others.

use std::{fs, path::Path};

#[cfg(unix)]
#[test]
fn every_command_of_the_tutorial_works() {
    let server = env!("CARGO_BIN_EXE_process_items_server");
    tidegate_integration::Page::read("tutorial.md").run_with(&[server]);
}

#[test]
fn every_program_text_of_the_tutorial_is_in_the_examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(folder.join("../docs/tutorial.md")).expect("the tutorial");
    let sources = ["server", "client"].map(|name| {
        let path = folder.join(format!("process_items/{name}.rs"));
        fs::read_to_string(path).expect("an example")
    });
    let blocks: Vec<&str> = page
        .split("```rust\n")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0))
        .collect();
    assert!(blocks.len() >= 7, "the tutorial shows its programs");
    for block in blocks {
        assert!(
            sources.iter().any(|source| source.contains(block)),
            "this is in neither program:\n{block}"
        );
    }
    for source in sources {
        let work = source.split_once("\nasync fn main").expect("a main").1;
        assert!(page.contains(work), "a main is shown whole");
    }
}
