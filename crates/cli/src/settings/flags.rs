//! The command line: where the other layers are, and the settings that have a flag of their own.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;

use super::{
    key::{self, Key},
    said::{Heard, Layer, Origin},
    values::{Answers, LogFormat},
};

/// What the command line says of settings.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Given {
    /// A file of settings, TOML; by default the one that TIDEGATE_CONFIG names, or none
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// A file of variables; by default .env, where there is one
    #[arg(long, value_name = "FILE")]
    pub(super) env_file: Option<PathBuf>,

    /// Read no file of variables
    #[arg(long, conflicts_with = "env_file")]
    pub(super) no_env_file: bool,

    /// Any setting, as in limits.max_calls=100; may be given again
    ///
    /// `tidegate config show` has them all.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,

    #[command(flatten)]
    flags: Flags,
}

/// The settings that have a flag of their own: what differs from place to place.
///
/// They have no defaults here: what is not given here is for the layers below to say.
#[derive(Debug, Default, Serialize, clap::Args)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Flags {
    /// Where to listen: HOST:PORT (port 0 takes a free one) or unix:/PATH
    ///
    /// The default, 127.0.0.1:8080, is on loopback: nobody but this machine reaches it.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,

    /// The folder that the tools may read, by default this one; nothing outside it
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,

    /// How to answer; by default auto
    #[arg(long, value_name = "HOW")]
    respond: Option<Answers>,

    /// Threads that serve; by default one a core
    #[arg(long, value_name = "N")]
    workers: Option<String>,

    /// Serve HTTP+SSE too, the transport of 2024-11-05, at /sse and at /mcp/sse
    ///
    /// It is deprecated since 2025-03-26. Clients that speak nothing newer need it; /streams and the
    /// log say which these are.
    #[arg(long)]
    sse: bool,

    /// Tell the clients of HTTP+SSE when it ends: 2027-06-30
    #[arg(long, value_name = "DATE")]
    sse_sunset: Option<String>,

    /// A host that requests may be for, besides loopback ones: example.org or example.org:8080; may
    /// be given again
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,

    /// An origin whose pages may call, besides loopback ones: https://example.org; may be given again
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// Let anyone call who reaches an address beyond loopback
    #[arg(long)]
    insecure_no_auth: bool,

    /// A file of API keys, of which callers have to show one: `tidegate key new` makes them
    ///
    /// It is looked at every two seconds: a key that was revoked is refused from then on.
    #[arg(long, value_name = "FILE")]
    auth_keys: Option<PathBuf>,

    /// Who issues tokens that callers may show: the URL of an OAuth or OpenID issuer
    #[arg(long, value_name = "URL")]
    auth_issuer: Option<String>,

    /// This server as the world knows it: https://mcp.example.org; needed with issuers beyond loopback
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// Serve over TLS with this certificate: PEM, and after it those between it and its authority
    ///
    /// The files are looked at every ten seconds: whoever asks then sees the new certificate, and open
    /// connections go on.
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,

    /// The certificate's key: PEM, not encrypted
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// Serve over TLS with a certificate made at each start, for development; its fingerprint is said
    #[arg(long)]
    tls_self_signed: bool,

    /// Let in clients alone whose certificates these authorities have signed: PEM
    #[arg(long, value_name = "FILE")]
    tls_client_ca: Option<PathBuf>,

    /// Let in clients without a certificate too
    #[arg(long)]
    tls_client_optional: bool,

    /// Tell browsers to call this host by HTTPS alone, for so many days; it cannot be taken back
    #[arg(long, value_name = "DAYS")]
    hsts: Option<String>,

    /// Believe this proxy, an address or a network, what it says of its clients; may be given again
    ///
    /// That is Forwarded, X-Forwarded-For and X-Forwarded-Proto, which nobody else is believed. As in
    /// 10.0.0.7, 10.0.0.0/8, fd00::/8, or unix for whoever connects to the server's Unix socket.
    #[arg(long, value_name = "NET")]
    behind_proxy: Vec<String>,

    /// What to log on stderr, as in info, debug, or warn,tidegate_server=trace; by default info
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,

    /// How log lines look; by default text
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,

    /// Log a line a request: who asked for what, and what came of it
    ///
    /// Never an argument, a header or an answer.
    #[arg(long)]
    access_log: bool,
}

/// The flags, and the keys that they are for.
pub(super) const FLAGS: &[(&str, &str)] = &[
    ("listen", "listen"),
    ("root", "root"),
    ("respond", "http.respond"),
    ("workers", "workers"),
    ("sse", "fronts.sse"),
    ("sse-sunset", "fronts.sse_sunset"),
    ("allow-host", "access.allow_hosts"),
    ("allow-origin", "access.allow_origins"),
    ("insecure-no-auth", "access.insecure_no_auth"),
    ("auth-keys", "auth.keys"),
    ("auth-issuer", "auth.issuer"),
    ("public-url", "auth.public_url"),
    ("tls-cert", "tls.certificate"),
    ("tls-key", "tls.key"),
    ("tls-self-signed", "tls.self_signed"),
    ("tls-client-ca", "tls.client_ca"),
    ("tls-client-optional", "tls.client_certificate"),
    ("hsts", "tls.hsts_days"),
    ("behind-proxy", "access.behind_proxy"),
    ("log", "log"),
    ("log-format", "log_format"),
    ("access-log", "access_log"),
];

/// Flags that take no value and mean this one.
const MEANT: &[(&str, &str)] = &[("tls-client-optional", "optional")];

/// Returns the flag of a key.
pub(super) fn flag(key: &Key) -> Option<String> {
    let flag = FLAGS.iter().find(|(_, path)| *path == key.path);
    flag.map(|(name, _)| format!("--{name}"))
}

// === impl Given ===

impl Given {
    /// Says what the flags say.
    pub(super) fn hear(&self, heard: &mut Heard) {
        let flags = serde_json::to_value(&self.flags).unwrap_or_else(|error| {
            // A path that is no Unicode is what cannot be a value.
            heard.fault("--root", error.to_string());
            Value::Null
        });
        for (name, path) in FLAGS {
            let origin = Origin::new(Layer::Flag, format!("--{name}"));
            match (key::find(path), &flags[name]) {
                (None, _) | (_, Value::Null | Value::Bool(false)) => {}
                (_, Value::Array(items)) if items.is_empty() => {}
                (Some(key), Value::Bool(true)) if meant(name).is_some() => {
                    heard.say_text(key, meant(name).unwrap_or_default(), origin);
                }
                (Some(key), Value::String(text)) => heard.say_text(key, text, origin),
                (Some(key), value) => heard.say(key, value.clone(), origin),
            }
        }
        self.set.iter().for_each(|text| set(text, heard));
    }
}

/// Returns the value that a flag means by being given.
fn meant(flag: &str) -> Option<&'static str> {
    let meant = MEANT.iter().find(|(name, _)| *name == flag);
    meant.map(|(_, value)| *value)
}

/// Says what a `--set` says.
fn set(text: &str, heard: &mut Heard) {
    let Some((path, value)) = text.split_once('=') else {
        // It may be a secret by itself.
        return heard.fault("--set", "write it as KEY=VALUE, as in limits.max_calls=100");
    };
    let place = format!("--set {path}");
    match key::find(path) {
        None => heard.fault("--set", key::unknown(path)),
        Some(key) if key.is_secret => heard.fault(
            place,
            format!(
                "every process can read the command line; use the settings file or {}",
                key.variable()
            ),
        ),
        Some(key) if heard.said.iter().any(|said| said.key.path == key.path) => {
            heard.fault(place, "it is given twice");
        }
        Some(key) => heard.say_text(key, value, Origin::new(Layer::Flag, place)),
    }
}

#[cfg(test)]
mod tests;
