//! Streaming for the Model Context Protocol: servers and clients of both eras.
//!
//! ```text
//!   a client, old or new ──▶ Server ──▶ your async functions
//!                        ◀──  live: logs, progress, then the result
//! ```
//!
//! A server is its functions. What they take and return says the schema; what they say on the way
//! arrives at the caller while they run:
//!
//! ```no_run
//! use tidegate::{Context, Failure, Server};
//!
//! /// Greets everyone by name.
//! #[derive(serde::Deserialize, schemars::JsonSchema)]
//! struct Greet {
//!     /// Who is greeted.
//!     names: Vec<String>,
//! }
//!
//! async fn greet(args: Greet, cx: Context) -> Result<String, Failure> {
//!     let total = args.names.len() as f64;
//!     for (done, name) in args.names.iter().enumerate() {
//!         cx.info(format!("Hello, {name}!")).await;
//!         cx.progress((done + 1) as f64, total).await;
//!     }
//!     Ok(format!("{total} greeted"))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), tidegate::Error> {
//!     Server::new("greeter", "1.0.0").tool("greet", greet).listen("127.0.0.1:8080").await
//! }
//! ```
//!
//! The pieces are crates of their own, here under one roof: `tidegate-handler` (what a tool author
//! writes), `tidegate-server`, `tidegate-client`.

pub use tidegate_handler::*;

#[cfg(feature = "server")]
pub use tidegate_server::{
    Bound, ClientCertificate, Config, Deprecation, Error, Fronts, HttpSse, Identity, NotAProxy,
    Pem, PerCaller, Proxy, Rate, ReplayLimits, Respond, ResponseBody, Server, Service, Tls,
};

/// Knowing callers: [`Auth`](auth::Auth) puts keys, tokens, issuers and certificates together for
/// [`Server::authenticate`]. Issuers whose keys are fetched need the feature `fetch`, or a
/// [`Fetch`](auth::fetch::Fetch) of your own.
///
/// ```
/// use tidegate::{Server, auth::{Auth, Key}};
///
/// # fn main() -> Result<(), tidegate::auth::Error> {
/// let key = Key::generate("ann", &["notes:read".to_owned()], None, 0)?; // `key.secret` is shown once
/// let auth = Auth::builder().keys(key.record.to_string()).build()?;
/// let server = Server::new("notes", "1.0.0").authenticate(auth);
/// # let _ = server;
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "server")]
pub mod auth {
    pub use tidegate_server::auth::*;
}

/// Where a server keeps what outlives a call, and the tests that a store of your own has to pass.
#[cfg(feature = "server")]
pub mod store {
    pub use tidegate_store::*;
}

/// Calling servers.
#[cfg(feature = "client")]
pub mod client {
    pub use tidegate_client::*;
}

#[cfg(feature = "client")]
pub use tidegate_client::Client;

/// The programs of the README and of the guides, compiled and run as tests.
#[cfg(all(doctest, feature = "server", feature = "client"))]
mod pages {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/writing-tools.md")]
    struct WritingTools;
    #[doc = include_str!("../../../docs/migrating.md")]
    struct Migrating;
    #[doc = include_str!("../../../docs/plain-http.md")]
    struct PlainHttp;
    #[doc = include_str!("../../../docs/clients.md")]
    struct Clients;
}
