//! Who may come in: which starts are refused, what opens which front, and when it does no longer.

mod fronts;
mod issuers;
mod keys;
mod starts;

use std::{
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    time::Duration,
};

use crate::process::{Ran, Serving, run};

/// A folder with a file of keys.
struct Keys(tempfile::TempDir);

// === impl Keys ===

impl Keys {
    /// Nobody has a key yet.
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("keys.toml")
    }

    fn run(&self, words: &[&str]) -> Ran {
        let path = self.path();
        run(&[&["key"], words, &["--file", path.to_str().unwrap()]].concat()).ends(0)
    }

    /// Makes a key.
    fn add(&self, name: &str, scopes: &[&str]) -> String {
        let mut words = vec!["new", "--name", name];
        for scope in scopes {
            words.extend(["--scope", scope]);
        }
        self.run(&words).stdout.trim_end().to_owned()
    }

    /// Ends a key.
    fn revoke(&self, key: &str) {
        self.run(&["revoke", &key[4..14]]);
    }

    /// Serves whoever shows one of them.
    fn serve(&self, words: &[&str]) -> Serving {
        let path = self.path();
        let words = [&["--auth-keys", path.to_str().unwrap(), "--sse"], words].concat();
        Serving::start_with(&words)
    }
}

/// What a server answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

/// Returns what stands before the endpoint's path.
fn base(server: &Serving) -> &str {
    server.url.strip_suffix("/mcp").unwrap()
}

/// Sends a GET with these lines of headers. What ends is read to its end, and of a stream that does
/// not, what comes at once.
fn get(server: &Serving, path: &str, headers: &[String]) -> Answer {
    let host = base(server).strip_prefix("http://").unwrap();
    get_as(server, host, path, headers)
}

/// The same, for this host.
fn get_as(server: &Serving, host: &str, path: &str, headers: &[String]) -> Answer {
    let address = base(server).strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_millis(700)))
        .unwrap();
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for line in headers {
        request.push_str(&format!("{line}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    // Its end is a quiet moment where a stream stays open.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_lowercase(),
        body: body.to_owned(),
    }
}

/// Returns the header that shows a key.
fn bearer(key: &str) -> Vec<String> {
    vec![format!("Authorization: Bearer {key}")]
}
