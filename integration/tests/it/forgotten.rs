//! A test file that no `main.rs` names is never built: this finds it.

use std::fs;
use std::path::Path;

#[test]
fn every_test_file_is_named_by_its_main() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for target in ["it", "interop"] {
        let main =
            fs::read_to_string(tests.join(target).join("main.rs")).expect("a target has a main");
        let files = fs::read_dir(tests.join(target)).expect("a target is a folder");
        let stems = files.map(|file| {
            let path = file.expect("a folder can be listed").path();
            path.file_stem()
                .expect("a file has a name")
                .to_string_lossy()
                .into_owned()
        });
        let forgotten: Vec<_> = stems
            .filter(|stem| stem != "main" && !main.contains(&format!("mod {stem};")))
            .collect();
        assert!(
            forgotten.is_empty(),
            "tests/{target}/main.rs does not name {forgotten:?}"
        );
    }
}
