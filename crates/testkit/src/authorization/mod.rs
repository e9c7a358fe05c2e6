//! An authorization server for tests: it agrees to everything, on loopback, and can be told to
//! misbehave.
//!
//! ```text
//!   /.well-known/…  metadata, OAuth's and OpenID's      /jwks        its public keys
//!   /authorize      consents at once: code, state, iss  /register    takes any client
//!   /token          code + PKCE, refresh, credentials   /introspect  whether a token is good
//! ```
//!
//! Tokens need not come from `/token`: [`AuthorizationServer::mint`] makes any, forged ones too.

mod fault;
mod grants;
mod keys;
mod metadata;
mod mint;
mod serve;
mod state;
mod tokens;
#[cfg(test)]
mod tests;

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Map, Value};
use tokio::{net::TcpListener, task::AbortHandle};

pub use self::{
    fault::{Endpoint, Fault},
    mint::{Mint, Signature},
};
use self::{keys::Keys, state::State};

/// A server that is up until it is dropped.
#[derive(Debug)]
pub struct AuthorizationServer {
    shared: Arc<Shared>,
    serving: AbortHandle,
}

/// What the server and the test see of each other.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Scheme, host and port.
    base: String,
    /// The issuer's path, without a slash at its end.
    path: String,
    state: parking_lot::Mutex<State>,
}

// === impl AuthorizationServer ===

impl AuthorizationServer {
    /// Starts a server whose issuer has no path.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn start() -> Self {
        Self::start_at("").await
    }

    /// Starts a server whose issuer has a path, such as `/t1`.
    ///
    /// # Panics
    ///
    /// When there is no free port.
    pub async fn start_at(path: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("a bound socket");
        let shared = Arc::new(Shared {
            base: format!("http://{addr}"),
            path: path.to_owned(),
            state: parking_lot::Mutex::new(State::new()),
        });
        let serving = tokio::spawn(serve::serve(listener, shared.clone()));
        Self {
            shared,
            serving: serving.abort_handle(),
        }
    }

    /// Returns the issuer.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.shared.issuer()
    }

    /// Returns the URL of an endpoint.
    #[must_use]
    pub fn url(&self, endpoint: Endpoint) -> String {
        self.shared.url(endpoint)
    }

    /// Begins a token that this server signs: good for five minutes, for the subject `ann` of the
    /// client `client`.
    #[must_use]
    pub fn mint(&self) -> Mint {
        Mint::new(self.issuer(), self.shared.state.lock().keys.clone())
    }

    /// Replaces the keys: tokens from before are signed with keys that are no longer published.
    ///
    /// # Panics
    ///
    /// When no keys can be made.
    pub fn rotate(&self) {
        let fresh = Arc::new(Keys::generate());
        self.shared.state.lock().keys = fresh;
    }

    /// Adds keys to what is published, as JSON Web Keys.
    pub fn publish(&self, keys: impl IntoIterator<Item = Value>) {
        self.shared.state.lock().more_keys.extend(keys);
    }

    /// Says for how long its keys may be kept.
    pub fn keys_last(&self, seconds: u64) {
        self.shared.state.lock().max_age = Some(seconds);
    }

    /// Lets an endpoint misbehave from now on, or behave again.
    pub fn fault(&self, endpoint: Endpoint, fault: impl Into<Option<Fault>>) {
        let mut state = self.shared.state.lock();
        match fault.into() {
            Some(fault) => state.faults.insert(endpoint, fault),
            None => state.faults.remove(&endpoint),
        };
    }

    /// Changes its metadata: a field that is null goes.
    pub fn metadata(&self, fields: Map<String, Value>) {
        self.shared.state.lock().metadata.extend(fields);
    }

    /// Makes a client known; without a secret it is a public one.
    pub fn client(&self, id: &str, secret: Option<&str>, redirects: &[&str]) {
        let redirects = redirects.iter().map(|&uri| uri.to_owned()).collect();
        let mut state = self.shared.state.lock();
        state.add_client(id, secret.map(str::to_owned), redirects);
    }

    /// Returns a token that only introspection can read, and what it says of it.
    ///
    /// # Panics
    ///
    /// When `answer` is no object.
    pub fn opaque(&self, answer: Value) -> String {
        let token = keys::random();
        let answer = answer.as_object().expect("an object").clone();
        self.shared
            .state
            .lock()
            .tokens
            .insert(token.clone(), answer);
        token
    }

    /// Withdraws a token, as introspection tells.
    pub fn withdraw(&self, token: &str) {
        self.shared.state.lock().tokens.remove(token);
    }

    /// Refuses the user's consent from now on, or not.
    pub fn deny(&self, denied: bool) {
        self.shared.state.lock().denied = denied;
    }

    /// Returns how often an endpoint was asked.
    #[must_use]
    pub fn asked(&self, endpoint: Endpoint) -> usize {
        let state = self.shared.state.lock();
        state.asked.get(&endpoint).copied().unwrap_or_default()
    }

    /// Returns the fields of the last form or query that an endpoint was asked with.
    #[must_use]
    pub fn last(&self, endpoint: Endpoint) -> Vec<(String, String)> {
        let state = self.shared.state.lock();
        state.last.get(&endpoint).cloned().unwrap_or_default()
    }
}

impl Drop for AuthorizationServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

// === impl Shared ===

impl Shared {
    fn issuer(&self) -> String {
        format!("{}{}", self.base, self.path)
    }

    fn url(&self, endpoint: Endpoint) -> String {
        match endpoint {
            Endpoint::Metadata => format!(
                "{}/.well-known/oauth-authorization-server{}",
                self.base, self.path
            ),
            Endpoint::OpenId => format!(
                "{}/.well-known/openid-configuration{}",
                self.base, self.path
            ),
            other => format!("{}/{}", self.issuer(), other.name()),
        }
    }
}

/// Returns the seconds since 1970.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("a clock after 1970").as_secs()
}
