//! `[auth.certificates]`: callers that are known by what their TLS handshake proved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tidegate_auth::Certificates as Known;

use crate::settings::{
    tables::Problem,
    values::{Fingerprint, Name, Scope},
};

/// Callers that are known by the certificates that `tls.client_ca` has signed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Certificates {
    /// Know everybody who shows a certificate of `tls.client_ca`. Where one is required and there is no
    /// other way to be known, they are known all the same: that is what it is required for.
    pub(crate) any: bool,
    /// What they may do, those aside that `known` names. Default: what needs no scope.
    pub(crate) scopes: Vec<Scope>,
    /// Callers by their certificates.
    pub(crate) known: Vec<OneCertificate>,
}

/// A caller, by its certificate.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct OneCertificate {
    /// The SHA-256 of the certificate, as `openssl x509 -noout -fingerprint -sha256 -in FILE` prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-required" = true))]
    pub(crate) sha256: Option<Fingerprint>,
    /// How people know the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-required" = true))]
    pub(crate) name: Option<Name>,
    /// What it may do. Default: what needs no scope.
    pub(crate) scopes: Vec<Scope>,
}

// === impl Certificates ===

impl Certificates {
    /// Whether somebody is known by a certificate, `only` because there is no other way to be known.
    pub(crate) const fn is_used(&self, only: bool) -> bool {
        self.any || only || !self.known.is_empty()
    }

    /// Returns whose certificates are known.
    pub(crate) fn known(&self, any: bool) -> Result<Known, tidegate_auth::Error> {
        let scopes = |scopes: &[Scope]| -> Vec<String> {
            let scopes = scopes.iter().map(|scope| scope.as_str().to_owned());
            scopes.collect()
        };
        let mut known = Known::new();
        if any {
            known = known.any(&scopes(&self.scopes))?;
        }
        for one in &self.known {
            // A file's reader asks for both.
            if let (Some(sha256), Some(name)) = (&one.sha256, &one.name) {
                known = known.known(sha256.as_str(), name.as_str(), &scopes(&one.scopes))?;
            }
        }
        Ok(known)
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        let known = self.known(self.any);
        known.map_err(|error| ("auth.certificates.known", error.to_string()))?;
        Ok(())
    }
}
