//! What a server can be told, each with its default and the reason for it.

use std::time::Duration;

use tidegate_session::{Limits, ReplayLimits};

pub use self::{
    fronts::Fronts,
    http_sse::{Deprecation, HttpSse},
    per_caller::{PerCaller, Rate},
    proxy::{NotAProxy, Proxy},
    tls::{ClientCertificate, Identity, Pem, Tls},
};

mod fronts;
mod http_sse;
mod per_caller;
mod proxy;
mod tls;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// The path of the endpoint. Default `/mcp`, as most servers have it.
    pub path: String,
    /// Which fronts stand beside the endpoint. Default [`Fronts::default`].
    pub fronts: Fronts,
    /// How HTTP+SSE is served, where it is. Default [`HttpSse::default`].
    pub http_sse: HttpSse,
    /// Whether answers are streamed. Default [`Respond::Auto`].
    pub respond: Respond,
    /// Hosts that requests may be for besides loopback names: `example.org` (any port) or
    /// `example.org:8080`. Default: none.
    pub allow_hosts: Vec<String>,
    /// Origins of pages that may call, besides loopback ones: `https://example.org`. Default: none.
    pub allow_origins: Vec<String>,
    /// Whether anyone may call on an address beyond loopback. Default no: a server that runs tools
    /// for the whole network should know who asks.
    pub insecure_no_auth: bool,
    /// How connections over TCP are encrypted. Default: they are not; on loopback nobody listens in,
    /// and a certificate has to come from somewhere. It concerns a server that listens by itself.
    pub tls: Option<Tls>,
    /// The proxies that stand before the server: what they say of their clients is believed
    /// (`Forwarded`, `X-Forwarded-For`, `X-Forwarded-Proto`). Default: none; anyone can send these
    /// headers.
    pub behind_proxy: Vec<Proxy>,
    /// How many bytes a request's body may have. Default 4 MiB: arguments are rarely a hundredth.
    pub max_body: usize,
    /// How many bytes all bodies may have together that came in more than one piece, from their first
    /// byte until nobody needs them any more; one that does not fit is refused with 503. Default
    /// 256 MiB: sixty-four of the longest at a time. What came with its head is not counted: it is no
    /// longer than `max_head`.
    pub max_buffered: usize,
    /// How long a body may take to arrive. Default 30 s: 4 MiB over a slow phone.
    pub body_timeout: Duration,
    /// How many bytes a request's head may have. Default 64 KiB; more is 431.
    pub max_head: usize,
    /// How long a request's head may take to arrive. Default 30 s.
    pub head_timeout: Duration,
    /// How long a connection may lie idle between requests. Default 65 s: longer than the 60 s
    /// after which most proxies close theirs, so that none sends into a closing connection.
    pub idle_timeout: Duration,
    /// How long a client may leave a stream unread before its connection is closed. Default two
    /// minutes: a laptop that was shut for a moment comes back.
    pub stall_timeout: Duration,
    /// How long a call may be silent before its answer becomes a stream. Default 500 ms: below it a
    /// person does not wait, above it proxies should see that something lives.
    pub commit_after: Duration,
    /// How often an idle stream says that it lives. Default 15 s: half of what impatient proxies
    /// grant.
    pub ping_every: Duration,
    /// How long a WebSocket's client may leave a ping unanswered and say nothing else before its
    /// connection is closed. Default one minute: four pings, so that a train's tunnel is no end,
    /// and what died does not hold a place among `max_websockets` for long.
    pub pong_timeout: Duration,
    /// How long a call may take when its tool says nothing else. Default one hour.
    pub call_deadline: Duration,
    /// How long a call that asked something may take to come again (modern). Default one hour: a
    /// person may be at lunch; what was approved before it may not be remembered the next day.
    pub ask_ttl: Duration,
    /// How long a task is kept, from its beginning. Default one day: what was begun in the evening
    /// can be fetched in the morning. It bounds how long a task may run, too.
    pub task_ttl: Duration,
    /// How often clients should ask after a task. Default one second: a person does not wait for
    /// less, and it is a fraction of what a call costs.
    pub task_poll: Duration,
    /// How many tasks may run at a time; more are refused with 503. Default 1 000: nobody waits at
    /// the other end of one, so what they hold adds up unseen.
    pub max_tasks: usize,
    /// How old a GET or listen stream may become; then its client opens another. Default one hour,
    /// so that none is forgotten for ever.
    pub stream_age: Duration,
    /// How many connections are served at a time. One more takes the place of the one that lay idle
    /// between requests the longest; where all have work, it waits. Default 10 000: some two hundred
    /// megabytes when all hold a stream. Bodies on their way come on top, within `max_buffered`.
    pub max_connections: usize,
    /// How many WebSockets may stand open at a time; the next one is accepted and closed with 1013,
    /// "try again later", so that a browser sees why. Default 1 000: each is held for as long as
    /// somebody looks at a page, and `max_connections` has room for the others.
    pub max_websockets: usize,
    /// How many bytes are read from a WebSocket at a time, and gathered before they are written.
    /// Default 16 KiB: it stands in memory as long as the connection does, and thousands may.
    pub websocket_buffer: usize,
    /// How many calls may be pending at a time; more are refused with 503. Default 10 000.
    pub max_calls: usize,
    /// How many GET and listen streams may be open at a time; more are refused with 503. Default 10 000.
    pub max_streams: usize,
    /// How many sessions may be opened by all together; more are refused with 503. Default: as many as
    /// come, for the reason that `per_caller.initializes` has.
    pub max_initializes: Option<Rate>,
    /// How much of all this one caller may have. Default [`PerCaller::default`].
    pub per_caller: PerCaller,
    /// How many resources one listen stream may name; more is refused. Default 1 000: what a client
    /// shows at a time is far less. What a legacy session may subscribe to is in `sessions`.
    pub max_subscriptions: usize,
    /// How long open connections may go on after the server was told to stop. Default 10 s: what
    /// process managers grant before they kill.
    pub drain: Duration,
    /// How long sessions live, and how many are remembered.
    pub sessions: Limits,
    /// What is kept of a session's streams for clients whose connection broke; none: nothing, and
    /// no stream can be resumed. Default [`ReplayLimits::default`]: it costs a fast call nothing.
    pub replay: Option<ReplayLimits>,
    /// How long a client should wait before it resumes a stream. Default one second: a person
    /// hardly notices, and a server that restarts is not met by all its clients at once.
    pub retry: Duration,
}

/// Whether answers are streamed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Respond {
    /// One JSON object for a call that ends before it says anything; a stream otherwise.
    #[default]
    Auto,
    /// Always one JSON object; what a call says on its way is left out.
    Json,
    /// Always a stream.
    Sse,
}

// === impl Config ===

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/mcp".to_owned(),
            fronts: Fronts::default(),
            http_sse: HttpSse::default(),
            respond: Respond::Auto,
            allow_hosts: Vec::new(),
            allow_origins: Vec::new(),
            insecure_no_auth: false,
            tls: None,
            behind_proxy: Vec::new(),
            max_body: 4 * 1024 * 1024,
            max_buffered: 256 * 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            max_head: 64 * 1024,
            head_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_secs(65),
            stall_timeout: Duration::from_secs(120),
            commit_after: Duration::from_millis(500),
            ping_every: Duration::from_secs(15),
            pong_timeout: Duration::from_secs(60),
            call_deadline: Duration::from_secs(60 * 60),
            ask_ttl: Duration::from_secs(60 * 60),
            task_ttl: Duration::from_secs(24 * 60 * 60),
            task_poll: Duration::from_secs(1),
            max_tasks: 1_000,
            stream_age: Duration::from_secs(60 * 60),
            max_connections: 10_000,
            max_websockets: 1_000,
            websocket_buffer: 16 * 1024,
            max_calls: 10_000,
            max_streams: 10_000,
            max_initializes: None,
            per_caller: PerCaller::default(),
            max_subscriptions: 1_000,
            drain: Duration::from_secs(10),
            sessions: Limits::default(),
            replay: Some(ReplayLimits::default()),
            retry: Duration::from_secs(1),
        }
    }
}
