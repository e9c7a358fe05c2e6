//! Callers against issuers: an authorization server on loopback, and scripts of bad days.

mod introspected;
mod keys;
mod rotation;
mod scripted;
mod signed;

use tidegate_auth::{Admitted, Auth, Authenticate, Credentials, Refusal, Verdict};

/// Asks who shows this token, and waits if that takes a fetch.
async fn bearer(auth: &Auth, token: &str, now: u64) -> Result<Admitted, Refusal> {
    let value = format!("Bearer {token}").try_into().expect("ASCII");
    let shown = Credentials {
        authorization: Some(&value),
        ..Credentials::default()
    };
    match auth.authenticate(&shown, now) {
        Verdict::Known(admitted) => Ok(admitted),
        Verdict::Refused(refusal) => Err(refusal),
        Verdict::Later(later) => later.await,
    }
}

/// Returns the seconds since 1970.
fn now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.expect("a clock after 1970").as_secs()
}

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
