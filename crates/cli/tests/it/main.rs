//! The command as its user meets it: run as a process, judged by what it prints and how it ends.

mod answers;
mod auth;
#[cfg(unix)]
mod authority;
mod call;
mod cancel;
mod config;
mod connect;
mod demo;
mod ends;
mod key;
#[cfg(unix)]
mod login;
mod process;
mod serve;
mod stdio;
mod tls;
mod watch;

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
