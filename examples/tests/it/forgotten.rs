//! An example that the page does not name is never found, a test file that `main.rs` does not name is
//! never built: this finds both.

use std::{fs, path::Path};

#[test]
fn every_example_is_on_the_page() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
    let page = fs::read_to_string(folder.join("README.md")).expect("a page");
    let paths = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = "));
    let paths: Vec<&str> = paths.map(|path| path.trim_matches('"')).collect();
    assert_eq!(paths.len(), 7);
    for path in paths {
        assert!(
            page.contains(&format!("]({path})")),
            "README.md leaves {path} out"
        );
    }
}

#[test]
fn every_test_file_is_named_by_its_main() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let main = fs::read_to_string(tests.join("main.rs")).expect("a main");
    for file in fs::read_dir(tests).expect("a folder") {
        let path = file.expect("an entry").path();
        let stem = path.file_stem().expect("a name").to_string_lossy();
        assert!(
            stem == "main" || main.contains(&format!("mod {stem};")),
            "{stem} is forgotten"
        );
    }
}
