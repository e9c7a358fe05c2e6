//! Which files a call is about, on real directories.

use std::fs;

use super::*;

/// A root with these files, each holding its own name.
fn root(files: &[&str]) -> (tempfile::TempDir, Root) {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    let root = Root::open(dir.path()).unwrap();
    (dir, root)
}

fn try_select(root: &Root, paths: &[&str]) -> Result<Vec<Item>, Unselectable> {
    let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
    root.select(&paths, &Quit::default())
}

fn select(root: &Root, paths: &[&str]) -> Vec<String> {
    try_select(root, paths)
        .unwrap()
        .into_iter()
        .map(|item| item.name)
        .collect()
}

#[test]
fn without_paths_every_file_is_listed_in_order() {
    let (_dir, root) = root(&["b.md", "a/z.txt", "a/b/c.txt", "a.txt", "a-b/x.txt"]);
    assert_eq!(
        select(&root, &[]),
        ["a/b/c.txt", "a/z.txt", "a-b/x.txt", "a.txt", "b.md"]
    );
}

#[test]
fn globs_keep_the_order_of_the_call_and_name_a_file_once() {
    let (_dir, root) = root(&["b.md", "a.md", "docs/c.md", "docs/deep/d.md", "x.txt"]);
    assert_eq!(select(&root, &["x.txt", "*.md"]), ["x.txt", "a.md", "b.md"]);
    assert_eq!(
        select(&root, &["docs/**/*.md", "**/*.md"]),
        ["docs/c.md", "docs/deep/d.md", "a.md", "b.md"]
    );
    assert_eq!(
        select(&root, &["./b.md", "b.md", "*.md", "*.md"]),
        ["b.md", "a.md"]
    );
    assert_eq!(select(&root, &["./*.{md,txt}"]), ["a.md", "b.md", "x.txt"]);
}

#[test]
fn a_file_named_like_a_glob_is_a_file() {
    let (_dir, root) = root(&["notes[1].md", "notes1.md"]);
    assert_eq!(select(&root, &["notes[1].md"]), ["notes[1].md"]);
}

#[test]
fn hidden_and_ignored_files_are_passed_over_unless_named() {
    let (_dir, root) = root(&[
        ".git/config",
        "target/x.txt",
        "keep/log.txt",
        "log.txt",
        ".env",
        "a.txt",
    ]);
    fs::write(_dir.path().join(".gitignore"), "target/\nlog.txt\n").unwrap();
    fs::write(_dir.path().join("keep/.gitignore"), "!log.txt\n").unwrap();
    assert_eq!(select(&root, &[]), ["a.txt", "keep/log.txt"]);
    assert_eq!(select(&root, &["**/*.txt"]), ["a.txt", "keep/log.txt"]);
    assert_eq!(
        select(&root, &["target/x.txt", ".env"]),
        ["target/x.txt", ".env"]
    );
}

#[test]
fn a_glob_without_a_match_is_an_item_that_says_so() {
    let (_dir, root) = root(&["a.md"]);
    let items = try_select(&root, &["*.pdf", "a.md"]).unwrap();
    assert_eq!(items[0].name, "*.pdf");
    assert!(
        items[0]
            .path
            .as_ref()
            .unwrap_err()
            .reason
            .starts_with("nothing under the root matches")
    );
    assert_eq!(items[1].path, Ok(PathBuf::from("a.md")));
}

#[test]
fn a_glob_can_not_reach_out() {
    let (dir, _) = root(&["inner/a.md", "secret.md"]);
    let root = Root::open(dir.path().join("inner")).unwrap();
    let items = try_select(&root, &["../*.md"]).unwrap();
    assert_eq!(items.len(), 1);
    assert!(items[0].path.is_err());
}

#[cfg(unix)]
#[test]
fn links_out_are_listed_to_be_refused_and_linked_directories_are_not_entered() {
    let (dir, _) = root(&["inner/a/x.md", "secret/s.md", "secret.md"]);
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(to, dir.path().join("inner").join(at)).unwrap()
    };
    link("../secret.md", "out.md");
    link("../secret", "out-dir");
    link("a", "again");
    let root = Root::open(dir.path().join("inner")).unwrap();
    assert_eq!(select(&root, &[]), ["a/x.md", "out-dir", "out.md"]);
    for out in ["out.md", "out-dir"] {
        assert!(
            root.file(Path::new(out))
                .unwrap_err()
                .reason
                .starts_with("outside the root")
        );
    }
}

#[test]
fn too_many_files_say_how_to_name_fewer() {
    let (dir, root) = root(&[]);
    for i in 0..=MAX_ITEMS {
        fs::write(dir.path().join(format!("{i:04}.txt")), "").unwrap();
    }
    for paths in [&[][..], &["*.txt"]] {
        let error = try_select(&root, paths).unwrap_err().to_string();
        assert!(
            error.contains("more than 1000 files") && error.contains("paths"),
            "{error}"
        );
    }
    assert_eq!(select(&root, &["00*.txt"]).len(), 100);
}

#[test]
fn a_broken_glob_is_shown() {
    let (_dir, root) = root(&[]);
    let error = try_select(&root, &["docs/[a"]).unwrap_err().to_string();
    assert!(error.contains("docs/[a"), "{error}");
}

#[test]
fn the_root_itself_is_a_directory() {
    let (_dir, root) = root(&["a.md"]);
    for path in [".", "", "./"] {
        let items = try_select(&root, &[path]).unwrap();
        assert!(
            items[0]
                .path
                .as_ref()
                .unwrap_err()
                .reason
                .starts_with("a directory"),
            "{path:?}"
        );
    }
}

#[test]
fn a_caller_that_left_ends_the_walk() {
    let (_dir, root) = root(&["a.md"]);
    let quit = Quit::default();
    drop(quit.on_drop());
    assert!(matches!(root.select(&[], &quit), Err(Unselectable::Quit)));
}
