//! What a client has to show for a token: a user's consent, its own name, a workload's identity, a
//! company's sign-on.

use std::{fmt, sync::Arc};

use url::Url;

use super::secret::Secret;
use crate::error::BoxError;

/// What a client has to show for a token.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Grant {
    /// A user who logs in with a browser (RFC 6749 §4.1, with PKCE).
    #[default]
    AuthorizationCode,
    /// The client's own name and secret or key (RFC 6749 §4.4;
    /// `io.modelcontextprotocol/oauth-client-credentials`).
    ClientCredentials,
    /// A JWT that says what the program is, from where it runs (RFC 7523 §2.1; workload identity).
    Workload(Workload),
    /// A user who has signed on to the company's identity provider
    /// (`io.modelcontextprotocol/enterprise-managed-authorization`).
    EnterpriseManaged(SignOn),
}

/// Where a workload's JWT comes from; it is asked for anew with each token.
#[derive(Clone)]
pub struct Workload(Source);

type Source = Arc<dyn Fn() -> Result<Secret, BoxError> + Send + Sync>;

/// A user's sign-on at the company's identity provider, and who the client is there.
#[derive(Clone, Debug)]
pub struct SignOn {
    pub(crate) token_endpoint: Url,
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Secret>,
    pub(crate) id_token: Secret,
}

// === impl Workload ===

impl Workload {
    /// Takes what returns the JWT: most often the text of a file that the platform keeps fresh.
    pub fn new(source: impl Fn() -> Result<Secret, BoxError> + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    pub(crate) fn assertion(&self) -> Result<Secret, BoxError> {
        (self.0)()
    }
}

impl fmt::Debug for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Workload")
    }
}

// === impl SignOn ===

impl SignOn {
    /// Takes the ID token of a user, and where the identity provider exchanges it.
    pub fn new(
        token_endpoint: Url,
        client_id: impl Into<String>,
        id_token: impl Into<Secret>,
    ) -> Self {
        Self {
            token_endpoint,
            client_id: client_id.into(),
            client_secret: None,
            id_token: id_token.into(),
        }
    }

    /// Sets the client's secret at the identity provider.
    #[must_use]
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }
}
