//! Tokens that only their issuer can read: it is asked (RFC 7662), and its answer kept for a moment.
//!
//! ```text
//!   token ─▶ answers kept ─▶ questions under way ─▶ POST token=… ─▶ { "active": true, … } ─▶ Admitted
//! ```

mod answer;
mod kept;
mod asking;

pub(crate) use self::asking::Introspector;

use std::{fmt, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use url::Url;

use crate::{Error, fetch, jwt::SKEW};

/// The most that can be set: who wants more, wants signed tokens.
const KEPT_MAX: Duration = Duration::from_secs(600);

/// An issuer that says whether tokens are good.
pub struct Introspection {
    endpoint: Url,
    authorization: HeaderValue,
    issuer: Option<Box<str>>,
    audiences: Vec<Box<str>>,
    any_audience: bool,
    kept: Duration,
    skew: u64,
}

// === impl Introspection ===

impl Introspection {
    /// For how long an answer is kept, unless it is set. A token that was withdrawn is good that long,
    /// and a client that makes a hundred calls costs its issuer a question, not a hundred.
    pub const KEEP: Duration = Duration::from_secs(30);

    /// Asks at `endpoint`, as the client of this id and secret.
    ///
    /// # Errors
    ///
    /// When that is no URL to send tokens to: HTTPS, or HTTP on this machine.
    pub fn new(endpoint: &str, client: &str, secret: &str) -> Result<Self, Error> {
        // RFC 6749 §2.3.1: both are encoded as in a form before the colon is put between.
        let encoded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let pair = format!("{}:{}", encoded(client), encoded(secret));
        let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
        let mut authorization = HeaderValue::try_from(value).expect("Base64 is ASCII");
        authorization.set_sensitive(true);
        Ok(Self {
            endpoint: fetch::url(endpoint, "the introspection endpoint")?,
            authorization,
            issuer: None,
            audiences: Vec::new(),
            any_audience: false,
            kept: Self::KEEP,
            skew: SKEW.as_secs(),
        })
    }

    /// Sets whose tokens it knows: an answer that names another issuer is refused.
    #[must_use]
    pub fn issuer(mut self, id: &str) -> Self {
        self.issuer = Some(id.into());
        self
    }

    /// Adds a name that this server has in this issuer's tokens. Without one, it is this server's
    /// resource URI.
    #[must_use]
    pub fn audience(mut self, name: &str) -> Self {
        self.audiences.push(name.into());
        self
    }

    /// Takes answers that do not say for whom a token is meant. Only for an issuer whose tokens
    /// are all meant for this server: otherwise those for another are good here too.
    #[must_use]
    pub const fn trust_without_audience(mut self) -> Self {
        self.any_audience = true;
        self
    }

    /// Sets for how long an answer is kept; 30 seconds, unless it is set.
    ///
    /// # Errors
    ///
    /// When it is more than ten minutes.
    pub fn keep(mut self, kept: Duration) -> Result<Self, Error> {
        if kept > KEPT_MAX {
            return Err(Error::new(
                "an answer is kept for ten minutes at most: a token that was withdrawn is good as long",
            ));
        }
        self.kept = kept;
        Ok(self)
    }
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("endpoint", &self.endpoint.as_str())
            .field("issuer", &self.issuer)
            .field("audiences", &self.audiences)
            .finish_non_exhaustive()
    }
}
