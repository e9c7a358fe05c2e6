//! The file of keys changes while the server runs.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use super::{Keys, bearer, get};
use crate::process::{Serving, run};

/// Five looks at the file, on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until a key is answered with this status.
fn wait(server: &Serving, key: &str, status: u16) {
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = get(server, "/streams", &bearer(key));
        if answer.status == status {
            return;
        }
        assert!(Instant::now() < until, "{answer:?}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn keys_that_are_added_and_revoked_count_without_a_restart() {
    let keys = Keys::new();
    let ann = keys.add("ann", &[]);
    let server = keys.serve(&[]);
    wait(&server, &ann, 200);
    let bob = keys.add("bob", &[]);
    wait(&server, &bob, 200);
    keys.revoke(&ann);
    wait(&server, &ann, 401);
    wait(&server, &bob, 200);
}

#[test]
fn a_file_that_is_broken_is_told_and_leaves_the_keys_as_they_were() {
    let keys = Keys::new();
    let ann = keys.add("ann", &[]);
    let server = keys.serve(&["--log", "warn"]);
    let good = fs::read_to_string(keys.path()).unwrap();
    fs::write(keys.path(), "[[key]\nhunter2").unwrap();
    server.wait_for("those from before stay good");
    wait(&server, &ann, 200);
    fs::remove_file(keys.path()).unwrap();
    server.wait_for("No such file");
    wait(&server, &ann, 200);
    // Mended, it counts again: here with one key less.
    fs::write(keys.path(), good.split("[[key]]").next().unwrap()).unwrap();
    wait(&server, &ann, 401);
    let said = server.said();
    assert!(!said.contains("hunter2") && !said.contains(&ann), "{said}");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    let keys = Keys::new();
    keys.add("ann", &[]);
    fs::set_permissions(keys.path(), fs::Permissions::from_mode(0o644)).unwrap();
    let server = keys.serve(&[]);
    server.wait_for("chmod 600");
}

#[test]
fn no_tool_reads_the_servers_own_files() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("keys.toml");
    let file = file.to_str().unwrap();
    let made = run(&[
        "key",
        "new",
        "--name",
        "ann",
        "--scope",
        "data:read",
        "--file",
        file,
    ]);
    let key = made.ends(0).stdout.trim_end().to_owned();
    let settings = root.path().join("settings.toml");
    fs::write(&settings, "[auth]\ntoken = \"hunter2hunter2hunter2\"\n").unwrap();
    fs::write(root.path().join("notes.txt"), "sha256 of hunter2").unwrap();
    let settings = settings.to_str().unwrap();
    let words = ["--auth-keys", file, "--config", settings];
    let server = Serving::start_at("127.0.0.1:0", root, &words);
    for query in ["hunter2", "sha256"] {
        let path = format!("/secure-stream?query={query}");
        let answer = get(&server, &path, &bearer(&key));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body.contains("notes.txt:1"), "{answer:?}");
        assert!(answer.body.contains("\"matches\":1,"), "{answer:?}");
    }
}
