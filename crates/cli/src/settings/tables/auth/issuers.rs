//! `[[auth.issuers]]` and `[auth.introspection]`: whoever says whose a token is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_auth::{Introspection as Asking, Issuer};

use crate::settings::{
    tables::Problem,
    values::{EndpointUrl, IssuerUrl, KeysUrl, Name, Password, Secret, Span},
};

/// An issuer of tokens.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OneIssuer {
    /// Its URL, as it stands in `iss` of its tokens, letter by letter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-required" = true))]
    pub(crate) issuer: Option<IssuerUrl>,
    /// The names that this server has in its tokens (`aud`). Default: the URL of the endpoint, as
    /// clients see it.
    pub(crate) audiences: Vec<Name>,
    /// Where its keys are, if its metadata does not say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) jwks_uri: Option<KeysUrl>,
}

/// An issuer that is asked what a token is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Introspection {
    /// Where to ask. Default: nobody is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<EndpointUrl>,
    /// Who asks: this server, as the issuer knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_id: Option<Name>,
    /// The secret that this server shows it. It is never printed, and not taken from the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client_secret: Option<Secret<Password>>,
    /// Whose tokens it knows: an answer that names another issuer is refused, and clients are told
    /// where to get tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<IssuerUrl>,
    /// The names that this server has in its answers. Default: the URL of the endpoint, as clients see
    /// it.
    pub(crate) audiences: Vec<Name>,
    /// Take answers that do not say for whom a token is meant. Only for an issuer whose tokens are all
    /// meant for this server: otherwise those for another are good here too.
    pub(crate) trust_without_audience: bool,
    /// For how long an answer is kept: a token that was withdrawn is good that long, and a hundred
    /// calls cost the issuer a question.
    pub(crate) keep: Span<1_000, 600_000>,
}

// === impl OneIssuer ===

impl OneIssuer {
    /// Returns it as the library trusts it; none: it has no name, which the reader of files asks for.
    pub(super) fn trusted(&self) -> Option<Result<Issuer, tidegate_auth::Error>> {
        let issuer = Issuer::new(self.issuer.as_ref()?.as_str());
        Some(issuer.and_then(|issuer| {
            let audiences = self.audiences.iter().map(Name::as_str);
            let issuer = audiences.fold(issuer, Issuer::audience);
            match &self.jwks_uri {
                Some(url) => issuer.keys_at(url.as_str()),
                None => Ok(issuer),
            }
        }))
    }
}

// === impl Introspection ===

impl Introspection {
    /// Returns it as the library asks; none: nobody is asked.
    pub(crate) fn asking(&self) -> Option<Result<Asking, tidegate_auth::Error>> {
        let (Some(endpoint), Some(id), Some(secret)) =
            (&self.endpoint, &self.client_id, &self.client_secret)
        else {
            return None;
        };
        let asking = Asking::new(endpoint.as_str(), id.as_str(), secret.expose());
        Some(asking.and_then(|asking| {
            let audiences = self.audiences.iter().map(Name::as_str);
            let asking = audiences.fold(asking, Asking::audience);
            let issuer = self.issuer.iter().map(IssuerUrl::as_str);
            let asking = issuer.fold(asking, Asking::issuer);
            let asking = match self.trust_without_audience {
                true => asking.trust_without_audience(),
                false => asking,
            };
            asking.keep(self.keep.get())
        }))
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        let told = |key, why: &str| Err((key, why.to_owned()));
        match (&self.endpoint, &self.client_id, &self.client_secret) {
            (Some(_), Some(_), Some(_)) | (None, None, None) => {}
            (Some(_), None, _) => {
                return told(
                    "auth.introspection.endpoint",
                    "it is not asked by just anyone: set client_id",
                );
            }
            (Some(_), Some(_), None) => {
                let why = "it wants to know who asks: set client_secret, or \
                           TIDEGATE_AUTH_INTROSPECTION_CLIENT_SECRET";
                return told("auth.introspection.endpoint", why);
            }
            (None, Some(_), _) => {
                return told(
                    "auth.introspection.client_id",
                    "nobody is asked: set endpoint",
                );
            }
            (None, None, Some(_)) => {
                return told(
                    "auth.introspection.client_secret",
                    "nobody is asked: set endpoint",
                );
            }
        }
        if self.endpoint.is_none() && self.issuer.is_some() {
            return told("auth.introspection.issuer", "nobody is asked: set endpoint");
        }
        Ok(())
    }
}

impl Default for Introspection {
    fn default() -> Self {
        Self {
            endpoint: None,
            client_id: None,
            client_secret: None,
            issuer: None,
            audiences: Vec::new(),
            trust_without_audience: false,
            keep: Span::unchecked(Asking::KEEP),
        }
    }
}
