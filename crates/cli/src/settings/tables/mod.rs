//! What can be set: a struct a table, a field a key. The doc comments are what
//! `docs/configuration.md` and the schema say; the defaults are the library's own.
//!
//! A new key is a field with its doc comment and a line in the table's `mirrors!`.

mod access;
mod auth;
mod callers;
mod fronts;
mod http;
mod limits;
mod mirror;
mod sessions;
mod streams;
mod tls;

use std::num::NonZero;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate::{Config, Deprecation, Fronts as Served};
use tidegate_auth::Resource;
use url::Url;

pub(crate) use self::{
    access::Access,
    auth::Auth,
    callers::Callers,
    fronts::Fronts,
    http::Http,
    limits::Limits,
    sessions::{Sessions, Tasks},
    streams::{Replay, Streams},
    tls::Tls,
};
use super::values::{Address, Count, Endpoint, Filter, LogFormat, Place};

/// A key that does not go with others, and why.
pub(crate) type Problem = (&'static str, String);

/// All that `tidegate serve` can be told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Where to listen: `HOST:PORT` (port 0 takes a free one) or `unix:/PATH`. The default is on
    /// loopback: nobody but this machine reaches it. An address beyond needs to be made safe first.
    pub(crate) listen: Address,
    /// The host of `listen` by itself, where only that is to differ. Default: the host of `listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<Endpoint>,
    /// The port of `listen` by itself, where only that is to differ. Default: the port of `listen`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<u16>,
    /// The folder that the tools may read; nothing outside it. The default is where the command was
    /// started.
    pub(crate) root: Place,
    /// Threads that serve. Default: one a core; with 1 nothing is shared between threads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workers: Option<Count<1, 1024>>,
    /// What to log on stderr, as in `info`, `debug` or `warn,tidegate_server=trace`. At `info` a
    /// server says what its operator would act on.
    pub(crate) log: Filter,
    /// How log lines look: `text` for people, `json` for what collects them.
    pub(crate) log_format: LogFormat,
    /// Log a line a request: who asked for what, and what came of it; never an argument, a header or
    /// an answer. It costs more than a fast call does, so it is off until somebody reads it.
    pub(crate) access_log: bool,
    /// Requests and connections.
    pub(crate) http: Http,
    /// Streams while they are open.
    pub(crate) streams: Streams,
    /// What is kept of streams for clients whose connection broke. These are the buffers that grow
    /// with use; all others are small and of one size.
    pub(crate) replay: Replay,
    /// Sessions of the eras that have them.
    pub(crate) sessions: Sessions,
    /// Tasks: calls that outlive their request.
    pub(crate) tasks: Tasks,
    /// How much at a time, and for how long.
    pub(crate) limits: Limits,
    /// How much of what all share one caller may have, and how fast it may come.
    pub(crate) callers: Callers,
    /// What stands beside the endpoint. What is off is a 404.
    pub(crate) fronts: Fronts,
    /// Encryption by the server itself, of what it says over TCP.
    pub(crate) tls: Tls,
    /// Who may come in.
    pub(crate) access: Access,
    /// How callers are known, and what they may do. Whoever sets none of the ways to be known serves
    /// anyone, which goes on loopback alone.
    pub(crate) auth: Auth,
}

/// Returns what the command serves when it is told nothing: the library's defaults, and the fronts
/// that show what it can do. A program that embeds a server has paths of its own; this has none.
fn base() -> Config {
    Config {
        fronts: Served {
            samples: true,
            monitor: true,
            ..Served::default()
        },
        ..Config::default()
    }
}

// === impl Settings ===

impl Settings {
    /// Returns the library's config.
    pub(crate) fn config(&self) -> Config {
        let mut config = base();
        self.http.put(&mut config);
        self.streams.put(&mut config);
        self.sessions.put(&mut config);
        self.tasks.put(&mut config);
        self.limits.put(&mut config);
        self.callers.put(&mut config);
        self.fronts.put(&mut config);
        self.access.put(&mut config);
        config.tls = self.tls.served();
        // Who says that the world knows it by this name serves requests for it.
        config.allow_hosts.extend(self.public_host());
        config.replay = self.replay.limits();
        config.http_sse.deprecation = Some(Deprecation {
            sunset: self.fronts.sse_sunset.as_ref().map(|day| day.begins()),
            ..Deprecation::default()
        });
        config
    }

    /// Returns how many threads serve; none: one a core.
    pub(crate) fn workers(&self) -> Option<NonZero<usize>> {
        let workers = self.workers?.get();
        usize::try_from(workers).ok().and_then(NonZero::new)
    }

    /// Returns the endpoint as the world knows it, if that can be known: behind a proxy it is not the
    /// address that is listened at.
    pub(crate) fn resource(&self) -> Result<Option<Resource>, tidegate_auth::Error> {
        let (auth, path) = (&self.auth, self.http.path.as_str());
        let here = match self.access.behind_proxy.as_slice() {
            [] if self.tls.served().is_some() => self.listen.on_loopback("https"),
            [] => self.listen.on_loopback("http"),
            _ => None,
        };
        auth.resource(here.as_deref(), path)
    }

    /// Returns the host by which the world knows this server.
    fn public_host(&self) -> Option<String> {
        let url = Url::parse(self.auth.public_url.as_ref()?.as_str()).ok()?;
        url.host_str().map(str::to_owned)
    }

    /// Checks what no key can say of itself.
    ///
    /// # Errors
    ///
    /// The key that does not go with the others, and why.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        if self.fronts.sse_sunset.is_some() && !self.fronts.sse {
            return Err((
                "fronts.sse_sunset",
                "it says when HTTP+SSE ends, and HTTP+SSE is off: fronts.sse turns it on"
                    .to_owned(),
            ));
        }
        if self.replay.session_bytes.get() > self.replay.bytes.get() {
            return Err((
                "replay.session_bytes",
                "one session would have more than replay.bytes grants to all".to_owned(),
            ));
        }
        self.tls.check()?;
        if self.tls.client_ca.is_none() && self.auth.certificates.is_used(false) {
            let key = match self.auth.certificates.any {
                true => "auth.certificates.any",
                false => "auth.certificates.known",
            };
            // What is wrong with them by themselves is told first.
            self.auth.check(true)?;
            let why = "clients are asked for no certificate: tls.client_ca says who signs theirs";
            return Err((key, why.to_owned()));
        }
        let resource = self.resource();
        let resource = resource.map_err(|error| ("auth.public_url", error.to_string()))?;
        self.auth.check(resource.is_some())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: Address::standard(),
            host: None,
            port: None,
            root: Place::new("."),
            workers: None,
            log: Filter::unchecked("info"),
            log_format: LogFormat::default(),
            access_log: false,
            http: Http::default(),
            streams: Streams::default(),
            replay: Replay::default(),
            sessions: Sessions::default(),
            tasks: Tasks::default(),
            limits: Limits::default(),
            callers: Callers::default(),
            fronts: Fronts::default(),
            tls: Tls::default(),
            access: Access::default(),
            auth: Auth::default(),
        }
    }
}

#[cfg(test)]
mod tests;
