//! Skills of directories.

use std::{fs, path::Path};

use tempfile::TempDir;
use tidegate_skills::Skill;

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
    fs::write(path, content).expect("a file");
}

fn manifest(root: &Path, skill: &str) {
    let name = skill.rsplit('/').next().unwrap_or_default();
    let text = format!("---\nname: {name}\ndescription: Does {name}.\n---\n");
    write(root, &format!("{skill}/SKILL.md"), &text);
}

fn root() -> TempDir {
    let root = tempfile::tempdir().expect("a directory");
    manifest(root.path(), "pdf");
    write(root.path(), "pdf/references/forms.md", "# Forms");
    root
}

fn uris(skill: &Skill) -> Vec<&str> {
    let listed = skill.entry().resources.listed();
    listed.iter().map(|file| file.uri.as_str()).collect()
}

fn why(root: &Path) -> String {
    Skill::all_in(root).expect_err("a fault").to_string()
}

#[test]
fn every_directory_with_a_manifest_is_a_skill() {
    let root = root();
    manifest(root.path(), "billing/refunds");
    manifest(root.path(), "pdf/nested/deep");
    write(root.path(), "README.md", "of no skill");
    write(root.path(), "pdf-notes.md", "nor this");
    write(root.path(), "pdf/.git/config", "hidden");
    write(root.path(), "pdf/.DS_Store", "hidden");
    let skills = Skill::all_in(root.path()).expect("skills");
    let found: Vec<_> = skills
        .iter()
        .map(|skill| skill.entry().uri.as_str())
        .collect();
    assert_eq!(
        found,
        [
            "skill://billing/refunds/SKILL.md",
            "skill://pdf/SKILL.md",
            "skill://pdf/nested/deep/SKILL.md",
        ]
    );
    assert_eq!(
        uris(&skills[1]),
        [
            "skill://pdf/SKILL.md",
            "skill://pdf/nested/deep/SKILL.md",
            "skill://pdf/references/forms.md",
        ]
    );
    assert_eq!(uris(&skills[2]), ["skill://pdf/nested/deep/SKILL.md"]);
}

#[test]
fn faults_are_named() {
    assert!(why(Path::new("/no/such/place")).contains("/no/such/place"));
    let root = root();
    assert!(why(&root.path().join("pdf")).contains("name the directory that it lies in"));
    write(root.path(), "bad/SKILL.md", "# Bad");
    assert!(why(root.path()).starts_with("skill \"bad\": "));
}

#[test]
fn a_skill_that_is_too_large_is_not_read_whole() {
    let root = root();
    let large = fs::File::create(root.path().join("pdf/large")).expect("a file");
    large.set_len(1 << 40).expect("a sparse file");
    assert!(why(root.path()).contains("more than 512 files"));
}

#[cfg(unix)]
#[test]
fn no_link_leads_out() {
    use std::os::unix::fs::symlink;

    let outer = tempfile::tempdir().expect("a directory");
    write(outer.path(), "secret", "secret");
    let root = outer.path().join("skills");
    manifest(&root, "pdf");
    write(&root, "shared/licence.txt", "free");

    symlink("../shared/licence.txt", root.join("pdf/licence.txt")).expect("a link");
    let skills = Skill::all_in(&root).expect("a link within");
    let read = skills[0].read("skill://pdf/licence.txt").expect("served");
    assert_eq!(read.text.as_deref(), Some("free"));

    for (to, said) in [
        ("../../secret", "cannot read out"),
        ("..", "cannot read out"),
        ("nowhere", "cannot read out"),
        ("/etc", "cannot read out"),
    ] {
        let link = root.join("pdf/out");
        symlink(to, &link).expect("a link");
        assert!(why(&root).contains(said), "{to}: {}", why(&root));
        fs::remove_file(link).expect("gone");
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_opened() {
    let root = root();
    let socket = root.path().join("pdf/socket");
    let _bound = std::os::unix::net::UnixListener::bind(socket).expect("a socket");
    assert!(why(root.path()).contains("not a regular file"));
}
