//! What a client is made of, before it connects.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicI64},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::Full;
use tidegate_model::{Implementation, Level};
use tokio::runtime::Handle;
use tower_service::Service;

mod asks;
#[cfg(feature = "oauth")]
mod login;

#[cfg(feature = "oauth")]
use crate::oauth::{Authorizer, OAuth};
use crate::{
    asks::Asks,
    cache::Cache,
    client::Client,
    dispatch::Dispatch,
    error::{BoxError, Error},
    input,
    ladder::{self, Found},
    link::{Options, over_service, stdio::Command},
    listen::Listeners,
    message::{Log, Message, Progress},
    probe::EraChoice,
    relay::Relay,
    retry::Reconnect,
    target::Target,
    way::Way,
    wire::{Handlers, Limits, Wire},
};

/// What a client is made of. Faults in it are told by [`connect`](Self::connect).
#[must_use = "a client is not there until it has connected"]
pub struct Builder {
    way: Option<Way>,
    info: Implementation,
    era: EraChoice,
    log_level: Option<Level>,
    headers: HeaderMap,
    limits: Limits,
    handlers: Handlers,
    asks: Asks,
    reconnect: Reconnect,
    trusts_annotations: bool,
    cache: bool,
    options: Options,
    #[cfg(feature = "oauth")]
    oauth: Option<OAuth>,
    fault: Option<Error>,
}

/// What a builder makes.
struct Built {
    way: Way,
    wire: Wire,
    /// Who logs in, if anybody does.
    #[cfg(feature = "oauth")]
    authorizer: Option<Arc<Authorizer>>,
}

// === impl Builder ===

impl Builder {
    pub(crate) fn to_address(address: &str) -> Self {
        match Target::read(address) {
            Ok(target) => Self::new(Some(Way::Address(target))),
            Err(error) => {
                let mut nowhere = Self::new(None);
                nowhere.fault = Some(error);
                nowhere
            }
        }
    }

    pub(crate) fn to_command(command: Command) -> Self {
        Self::new(Some(Way::Address(Target::Stdio(command))))
    }

    pub(crate) fn to_service<S, B>(service: S) -> Self
    where
        S: Service<http::Request<Full<Bytes>>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self::new(Some(Way::Service(over_service(service))))
    }

    fn new(way: Option<Way>) -> Self {
        Self {
            way,
            info: Implementation::new("tidegate", env!("CARGO_PKG_VERSION")),
            era: EraChoice::Auto,
            log_level: Some(Level::Info),
            headers: HeaderMap::new(),
            limits: Limits::default(),
            handlers: Handlers::default(),
            asks: Asks::default(),
            reconnect: Reconnect::default(),
            trusts_annotations: false,
            cache: true,
            options: Options::default(),
            #[cfg(feature = "oauth")]
            oauth: None,
            fault: None,
        }
    }

    /// Sets the name and version the client gives of itself.
    pub fn info(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.info = Implementation::new(name, version);
        self
    }

    /// Sets which era is spoken; by default whichever the server speaks.
    pub const fn era(mut self, era: EraChoice) -> Self {
        self.era = era;
        self
    }

    /// Sets from which level on log messages are wanted: `info` by default; `None`: not at all.
    pub fn log_level(mut self, level: impl Into<Option<Level>>) -> Self {
        self.log_level = level.into();
        self
    }

    /// Sets how long a request may take in all; by default as long as it needs.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.limits.deadline = deadline.into();
        self
    }

    /// Sets how long the server may be silent during a request; five minutes by default.
    pub fn idle_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.limits.idle = deadline.into();
        self
    }

    /// Sets how long each step of connecting may take; 30 seconds by default.
    pub const fn handshake_deadline(mut self, deadline: Duration) -> Self {
        self.limits.handshake = deadline;
        self
    }

    /// Sets how many bytes one message of the server may have; 16 MiB by default.
    pub const fn max_message(mut self, bytes: usize) -> Self {
        self.limits.max_message = bytes;
        self
    }

    /// Adds a header to every request. The protocol's own are the client's to write.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match input::header(name, value) {
            Ok((name, value)) => {
                self.headers.append(name, value);
            }
            Err(error) => {
                self.fault.get_or_insert(error);
            }
        }
        self
    }

    /// Sends `Authorization: Bearer …` with every request. A server that refuses it is an error; no other
    /// token is asked for.
    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Trusts the certificates in this PEM file beside the system's.
    pub fn ca_certificate(mut self, pem: &[u8]) -> Self {
        self.options.root_certificates.push(pem.to_vec());
        self
    }

    /// Calls `listener` with every log message of every request, in order.
    pub fn on_log(mut self, listener: impl Fn(&Log) + Send + Sync + 'static) -> Self {
        self.handlers.log = Some(Arc::new(listener));
        self
    }

    /// Calls `listener` with every progress of every request, in order.
    pub fn on_progress(mut self, listener: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.handlers.progress = Some(Arc::new(listener));
        self
    }

    /// Calls `listener` with every message the server sends, whatever it is.
    pub fn on_message(mut self, listener: impl Fn(&Message) + Send + Sync + 'static) -> Self {
        self.handlers.message = Some(Arc::new(listener));
        self
    }

    /// Sets how the client tries again when a connection breaks.
    pub const fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }

    /// Sets whether a tool's own word is trusted that calling it twice does no more than once
    /// (`readOnlyHint`, `idempotentHint`): then its call is repeated when the connection breaks.
    /// By default it is not: a server can say anything.
    pub const fn trust_annotations(mut self, trust: bool) -> Self {
        self.trusts_annotations = trust;
        self
    }

    /// Sets whether lists and resources are kept as long as the server says that they hold; they
    /// are by default. What is kept is dropped the moment a change of it is told.
    pub const fn cache(mut self, on: bool) -> Self {
        self.cache = on;
        self
    }

    /// Connects: finds the server's era and asks who it is.
    ///
    /// # Errors
    ///
    /// When the builder was given something that cannot be, the server cannot be reached, wants
    /// credentials, or is no MCP server.
    pub async fn connect(self) -> Result<Client, Error> {
        let era = self.era;
        let Built {
            way,
            wire,
            #[cfg(feature = "oauth")]
            authorizer,
        } = self.build()?;
        let wire = Arc::new(wire);
        #[cfg(feature = "oauth")]
        let found = login::find(authorizer.as_ref(), || way.clone().find(wire.clone(), era));
        #[cfg(not(feature = "oauth"))]
        let found = way.find(wire, era);
        let Found { wire, era, info } = found.await?;
        tracing::debug!(server = info.name, revision = %info.revision, "connected");
        let dispatch = Dispatch::new(wire, era, info);
        dispatch.prepare().await;
        Ok(Client { dispatch })
    }

    /// Returns what relays the messages of a host that can only start commands; nothing is asked
    /// before the host asks. The era is the host's to choose.
    ///
    /// # Errors
    ///
    /// When the builder was given something that cannot be.
    pub fn relay(self) -> Result<Relay, Error> {
        let Built { way, wire, .. } = self.build()?;
        let stream = way.stream().cloned();
        let wire = match &way {
            Way::Address(Target::HttpSse(url)) => ladder::over_http_sse(&wire, url),
            _ => wire,
        };
        Ok(Relay::new(Arc::new(wire), stream))
    }

    fn build(self) -> Result<Built, Error> {
        let way = match (self.way, self.fault) {
            (Some(way), None) => way,
            (_, fault) => return Err(fault.expect("an address that is none is a fault")),
        };
        #[cfg(feature = "oauth")]
        let authorizer = login::authorizer(self.oauth, &way, &self.options, &self.headers)?;
        let link = way.link(
            &self.options,
            &self.headers,
            &self.limits,
            #[cfg(feature = "oauth")]
            authorizer.as_ref(),
        )?;
        let wire = Wire {
            link,
            is_channel: way.is_channel(),
            url: way.uri()?,
            headers: way.sign(self.headers),
            info: self.info,
            log_level: self.log_level,
            limits: self.limits,
            handlers: self.handlers,
            asks: self.asks,
            reconnect: self.reconnect,
            trusts_annotations: self.trusts_annotations,
            cache: Cache::new(self.cache),
            listeners: Listeners::default(),
            runtime: Handle::current(),
            ids: AtomicI64::new(1),
        };
        Ok(Built {
            way,
            wire,
            #[cfg(feature = "oauth")]
            authorizer,
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("info", &self.info)
            .field("era", &self.era)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
