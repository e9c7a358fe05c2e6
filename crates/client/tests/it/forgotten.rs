//! A test file that `main.rs` does not name is never run.

use std::{fs, path::Path};

#[test]
fn every_file_here_is_named_in_main() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = fs::read_to_string(here.join("main.rs")).expect("main.rs is there");
    for entry in fs::read_dir(&here).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name")
            .to_owned();
        let named = name == "main" || main.lines().any(|line| line == format!("mod {name};"));
        assert!(named, "{name}.rs is not named in main.rs");
    }
}
