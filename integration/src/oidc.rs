//! A certified authorization server, and the people and programs that log in there.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::clients::node;
use crate::process::{Endpoint, Finished, Serving, tidegate};

/// The secret of the clients that are registered by hand: they live as long as one test.
const SECRET: &str = "a secret of the tests: of no use elsewhere";

/// `oidc-provider`, ended when the value is dropped.
#[derive(Debug)]
pub struct AuthorizationServer {
    serving: Serving,
}

/// What its access tokens are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenFormat {
    /// Signed, for everybody to read (RFC 9068).
    Jwt,
    /// Words that it alone knows: it has to be asked about them (RFC 7662).
    Opaque,
}

/// Somebody with a home of their own, where `tidegate` keeps logins.
#[derive(Debug)]
pub struct User {
    home: TempDir,
}

/// Starts `oidc-provider`, whose access tokens are good for so many seconds.
#[must_use]
pub fn oidc_provider(format: TokenFormat, seconds: u32) -> AuthorizationServer {
    let format = match format {
        TokenFormat::Jwt => "jwt",
        TokenFormat::Opaque => "opaque",
    };
    let mut peer = node("TIDEGATE_OIDC_PEER", "server");
    peer.args([format, &seconds.to_string()])
        .env("CLIENT_SECRET", SECRET);
    AuthorizationServer {
        serving: Serving::start(&mut peer),
    }
}

/// Goes where a browser would, with cookies, and follows where it is sent; returns the last page.
///
/// # Panics
/// Some page on the way is not there.
#[must_use]
pub fn browses(address: &str) -> String {
    let mut curl = curl();
    curl.args(["-f", "-L", "-b", "", address]);
    text(Finished::run(&mut curl).well())
}

fn curl() -> Command {
    let mut curl = Command::new("curl");
    curl.args(["-s", "-S", "--max-time", "20"]);
    curl
}

fn text(finished: Finished) -> String {
    let lines = finished.lines.into_iter().map(|(_, line)| line + "\n");
    lines.collect()
}

// === impl AuthorizationServer ===

impl AuthorizationServer {
    /// The client that logs in as itself.
    pub const ROBOT: &'static str = "robot";

    /// The client that a server is which asks about tokens.
    pub const NOTES: &'static str = "notes";

    /// Returns its name, letter for letter.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.serving.url()
    }

    /// Returns the secret of both clients.
    #[must_use]
    pub const fn secret(&self) -> &str {
        SECRET
    }

    /// Returns a token that the robot gets for a resource.
    ///
    /// # Panics
    /// It gets none.
    #[must_use]
    pub fn token(&self, resource: &str, scope: &str) -> String {
        let mut curl = curl();
        curl.arg("-f")
            .arg("-u")
            .arg(format!("{}:{SECRET}", Self::ROBOT));
        for field in [
            "grant_type=client_credentials",
            &format!("resource={resource}"),
            &format!("scope={scope}"),
        ] {
            curl.args(["--data-urlencode", field]);
        }
        let answer = text(Finished::run(curl.arg(format!("{}/token", self.issuer()))).well());
        let answer: Value = serde_json::from_str(&answer).expect("JSON (RFC 6749 §5.1)");
        let token = answer["access_token"].as_str();
        token.expect("a token (RFC 6749 §5.1)").to_owned()
    }
}

// === impl User ===

impl User {
    /// Returns somebody who has never logged in.
    ///
    /// # Panics
    /// There is no room for a home.
    #[must_use]
    pub fn new() -> Self {
        Self {
            home: TempDir::new().expect("a folder for a home"),
        }
    }

    /// Returns `tidegate` as this user runs it.
    #[must_use]
    pub fn tidegate(&self, words: &[&str]) -> Command {
        let mut command = tidegate();
        command
            .args(words)
            .env("HOME", self.home.path())
            .env("XDG_STATE_HOME", self.home.path());
        command
    }

    /// Runs `tidegate` to its end.
    #[must_use]
    pub fn runs(&self, words: &[&str]) -> Finished {
        Finished::run(&mut self.tidegate(words))
    }

    /// Runs `tidegate login --json` with these words, goes where it says, and returns what it tells.
    ///
    /// # Panics
    /// The login fails.
    #[must_use]
    pub fn logs_in(&self, words: &[&str]) -> Value {
        let words = [
            &["login", "--no-browser", "--json", "--timeout", "20s"],
            words,
        ]
        .concat();
        let mut login = self.tidegate(&words);
        login
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut login = login.spawn().expect("the command starts");
        let said = BufReader::new(login.stderr.take().expect("stderr is piped"));
        let lines: Vec<String> = said
            .lines()
            .map_while(Result::ok)
            .inspect(|line| {
                if line.starts_with("http") {
                    let page = browses(line);
                    assert!(page.contains("You have logged in"), "{page}");
                }
            })
            .collect();
        let ended = login.wait_with_output().expect("the command ends");
        assert!(ended.status.success(), "{}: {lines:#?}", ended.status);
        serde_json::from_slice(&ended.stdout).expect("one event")
    }

    /// Returns somebody who has got hold of all that this user keeps.
    ///
    /// # Panics
    /// It cannot be copied.
    #[must_use]
    pub fn is_copied(&self) -> Self {
        let copy = Self::new();
        let mut copies = Command::new("cp");
        copies.arg("-R").arg(self.home.path().join("."));
        let _ = Finished::run(copies.arg(copy.home.path())).well();
        copy
    }

    /// Returns a file in the home with the secret of a client.
    ///
    /// # Panics
    /// It cannot be written.
    #[must_use]
    pub fn keeps(&self, secret: &str) -> PathBuf {
        let path = self.home.path().join("secret");
        std::fs::write(&path, secret).expect("a file can be written");
        path
    }
}

impl Default for User {
    fn default() -> Self {
        Self::new()
    }
}
