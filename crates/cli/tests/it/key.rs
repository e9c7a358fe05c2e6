//! API keys: made, listed and revoked.

use std::{fs, path::Path, thread};

use crate::process::{Ran, run};

fn key(words: &[&str], file: &Path) -> Ran {
    run(&[&["key"], words, &["--file", file.to_str().unwrap()]].concat())
}

#[test]
fn a_key_is_made_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.toml");
    let new = [
        "new",
        "--name",
        "nightly build",
        "--scope",
        "a:b",
        "--scope",
        "c",
        "--expires",
        "90d",
    ];
    let made = key(&new, &file).ends(0).says("only time the key is shown");
    let secret = made.stdout.trim_end();
    assert!(secret.starts_with("tgk_") && secret.len() == 58, "{secret}");
    let id = &secret[4..14];
    assert!(!made.stderr.contains(&secret[15..]) && made.stderr.contains(id));
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(id) && !text.contains(&secret[15..]));

    let other = key(&["new", "--name", "other"], &file).ends(0);
    let listed = key(&["list"], &file).ends(0);
    assert!(listed.stdout.contains("nightly build") && listed.stdout.contains("a:b c"));
    let events = key(&["list", "--json"], &file).ends(0).events();
    assert_eq!(events.len(), 2);
    assert_eq!(
        (&events[0]["event"], &events[0]["id"]),
        (&"key".into(), &id.into())
    );
    assert!(events[0]["expires"].is_string() && events[1].get("expires").is_none());
    assert!(events[0].get("key").is_none());

    key(&["revoke", id], &file).ends(0).says("is revoked");
    let left = fs::read_to_string(&file).unwrap();
    assert!(!left.contains(id) && left.contains(&other.stdout[4..14]));
    key(&["revoke", id], &file).ends(2).says("there is no key");
}

#[test]
fn without_a_file_the_record_is_told_beside_the_key() {
    let made = run(&["key", "new", "--name", "a"]).ends(0).says("[[key]]");
    assert_eq!(made.stdout.lines().count(), 1);
    let events = run(&["key", "new", "--name", "a", "--json"])
        .ends(0)
        .events();
    let record = events[0]["record"].as_str().unwrap();
    assert!(record.contains(events[0]["id"].as_str().unwrap()));
    assert!(events[0]["key"].as_str().unwrap().starts_with("tgk_"));
}

#[test]
fn slips_are_told_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.toml");
    key(&["new", "--name", ""], &file)
        .ends(2)
        .says("name of a key");
    key(&["new", "--name", "a", "--scope", "b c"], &file)
        .ends(2)
        .says("files:read");
    key(&["new", "--name", "a", "--expires", "soon"], &file)
        .ends(2)
        .says("90d");
    assert!(!file.exists());
    key(&["list"], &file).ends(7).says("cannot read");
    fs::write(&file, "[[key]]\nid = 7\n").unwrap();
    let ran = key(&["new", "--name", "a"], &file)
        .ends(7)
        .says("line 1: `id`");
    assert_eq!(ran.stdout, "");
    assert_eq!(fs::read_to_string(&file).unwrap(), "[[key]]\nid = 7\n");
}

#[test]
fn many_at_once_lose_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.toml");
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| key(&["new", "--name", "one of many"], &file).ends(0));
        }
    });
    assert_eq!(key(&["list", "--json"], &file).ends(0).events().len(), 8);
    let names = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 1, "nothing else is left in the folder");
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.toml");
    let mode = || fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    key(&["new", "--name", "a"], &file).ends(0);
    assert_eq!(mode(), 0o600);
    // What somebody chose stays, and is told.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    key(&["new", "--name", "b"], &file).ends(0);
    assert_eq!(mode(), 0o640);
    key(&["list"], &file).ends(0).says("chmod 600");
}
