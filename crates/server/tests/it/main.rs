//! The server, met over a socket.

mod access;
mod asks;
mod callers;
mod cors;
mod faults;
mod hostile;
mod limits;
mod lines;
mod plain;
mod router;
mod sse;
mod tasks;
mod tls;
mod vectors;
mod websocket;

/// A file that no `mod` line names is never compiled, and its tests never run.
#[test]
fn no_file_is_forgotten() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    for room in [
        "main",
        "asks",
        "callers",
        "faults",
        "hostile",
        "lines",
        "plain",
        "router",
        "sse",
        "tasks",
        "tls",
        "vectors",
        "websocket",
    ] {
        let door = std::fs::read_to_string(here.join(room).with_extension("rs")).expect("a module");
        let folder = if room == "main" {
            here.clone()
        } else {
            here.join(room)
        };
        for file in std::fs::read_dir(folder).expect("a folder") {
            let path = file.expect("a file").path();
            let name = path
                .file_stem()
                .and_then(|name| name.to_str())
                .expect("a name");
            assert!(
                name == "main" || door.contains(&format!("mod {name};")),
                "{path:?} is forgotten"
            );
        }
    }
}
