//! How a client logs in: what a user of the library says of it.

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use super::{
    discovery::Issuer,
    grant::Grant,
    key::SigningKey,
    party::Party,
    scopes::Scopes,
    secret::Secret,
    store::{MemoryStore, TokenStore},
};
use crate::error::{BoxError, Error};

/// How a client logs in (OAuth 2.1, as 2026-07-28 authorization has it).
///
/// Without a browser only logins that are kept already are used, and renewed; then a server that wants
/// another is an error ([`Error::wants_login`]).
///
/// ```no_run
/// use tidegate_client::{Client, oauth::{FileStore, OAuth}};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let oauth = OAuth::new()
///     .store(FileStore::standard()?)
///     .browser(|url| {
///         eprintln!("log in at {url}");
///         Ok(())
///     });
/// let client = Client::builder("https://a.example/mcp").oauth(oauth).connect().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a client has to be given it, with Builder::oauth"]
pub struct OAuth(pub(crate) Settings);

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) grant: Grant,
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) browser: Option<Browser>,
    client: Option<String>,
    secret: Option<Secret>,
    pub(crate) key: Option<SigningKey>,
    issuer: Option<String>,
    pub(crate) client_metadata_url: Option<Url>,
    /// The name that users are shown when they are asked for their consent.
    pub(crate) client_name: String,
    pub(crate) scopes: Scopes,
    /// Where browsers come back to. 0: any port that is free, as servers have to allow.
    pub(crate) redirect_port: u16,
    /// How long a user may take. Three minutes: a password, a code from a telephone; a call that waits
    /// for it gives up after five.
    pub(crate) login_deadline: Duration,
    pub(crate) private: bool,
    pub(crate) dpop: bool,
    pub(crate) fault: Option<String>,
}

/// What opens an address in a browser.
pub(crate) type Browser = Arc<dyn Fn(&Url) -> Result<(), BoxError> + Send + Sync>;

// === impl OAuth ===

impl Default for OAuth {
    fn default() -> Self {
        Self::new()
    }
}

impl OAuth {
    /// Returns the way that uses kept logins alone; there are none in its memory.
    pub fn new() -> Self {
        Self(Settings {
            grant: Grant::default(),
            store: Arc::new(MemoryStore::default()),
            browser: None,
            client: None,
            secret: None,
            key: None,
            issuer: None,
            client_metadata_url: None,
            client_name: "Tidegate".to_owned(),
            scopes: Scopes::default(),
            redirect_port: 0,
            login_deadline: Duration::from_secs(180),
            private: false,
            dpop: false,
            fault: None,
        })
    }

    /// Sets what the client has to show for a token; a user's consent by default.
    pub fn grant(mut self, grant: Grant) -> Self {
        self.0.grant = grant;
        self
    }

    /// Sets where logins are kept; in memory by default.
    pub fn store(mut self, store: impl TokenStore) -> Self {
        self.0.store = Arc::new(store);
        self
    }

    /// Sets what opens an address in the user's browser, or shows it. It is https, or http on this
    /// machine, and nothing else. What it returns at once is only whether that could be done.
    pub fn browser(
        mut self,
        open: impl Fn(&Url) -> Result<(), BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.0.browser = Some(Arc::new(open));
        self
    }

    /// Sets the id that the client was registered by, by hand.
    pub fn client(mut self, id: impl Into<String>) -> Self {
        self.0.client = Some(id.into());
        self
    }

    /// Sets the secret of the client that was registered by hand.
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.0.secret = Some(secret.into());
        self
    }

    /// Sets the key that the client proves itself by (`private_key_jwt`), in the place of a secret.
    pub fn client_key(mut self, key: SigningKey) -> Self {
        self.0.key = Some(key);
        self
    }

    /// Sets which authorization server the client was registered at: it is used at no other.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.0.issuer = Some(issuer.into());
        self
    }

    /// Sets where the document is that says who the client is: its name wherever such documents are
    /// read.
    pub fn client_metadata_url(mut self, url: &str) -> Self {
        let read = Url::parse(url).map_err(|error| error.to_string());
        match read {
            Ok(url) => self.0.client_metadata_url = Some(url),
            Err(why) => {
                let fault = format!("the client's metadata is at something that is no URL: {why}");
                self.0.fault.get_or_insert(fault);
            }
        }
        self
    }

    /// Sets the name that users are shown; "Tidegate" by default.
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.0.client_name = name.into();
        self
    }

    /// Sets what to ask for beside what the server says that it needs.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.0.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the port on 127.0.0.1 that browsers come back to; any that is free by default.
    pub fn redirect_port(mut self, port: u16) -> Self {
        self.0.redirect_port = port;
        self
    }

    /// Sets how long a user may take to log in; three minutes by default.
    pub fn login_deadline(mut self, deadline: Duration) -> Self {
        self.0.login_deadline = deadline;
        self
    }

    /// Sets whether a server that is not in a private network may name an authorization server that
    /// is. It may not by default: a client that runs where others do not reach would ask there for
    /// whoever names an address. This machine and this link are never open to others.
    pub fn private_networks(mut self, open: bool) -> Self {
        self.0.private = open;
        self
    }

    /// Sets whether tokens are bound to a key (DPoP, RFC 9449); by default they are if the server says
    /// that it wants that.
    pub fn dpop(mut self, bound: bool) -> Self {
        self.0.dpop = bound;
        self
    }
}

impl fmt::Debug for OAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth")
            .field("grant", &self.0.grant)
            .field("store", &self.0.store.place())
            .field("client", &self.0.client)
            .field("scopes", &self.0.scopes)
            .finish_non_exhaustive()
    }
}

// === impl Settings ===

impl Settings {
    /// Returns the client that was registered by hand, if one was.
    ///
    /// # Errors
    ///
    /// When it was registered at another server: it is not shown to this one.
    pub(crate) fn given(&self, issuer: &Issuer) -> Result<Option<Party>, Error> {
        let Some(id) = &self.client else {
            return Ok(None);
        };
        if let Some(arranged) = self.issuer.as_ref().filter(|name| **name != issuer.issuer) {
            return Err(Error::auth(format_args!(
                "the server has its users log in at {}, and the client {id} is registered at \
                 {arranged}; it is not used elsewhere",
                issuer.issuer
            )));
        }
        Party::given(id, self.secret.as_ref(), self.key.as_ref(), issuer).map(Some)
    }

    /// Returns whether somebody has to be there for a login.
    pub(crate) const fn needs_user(&self) -> bool {
        matches!(self.grant, Grant::AuthorizationCode)
    }
}
