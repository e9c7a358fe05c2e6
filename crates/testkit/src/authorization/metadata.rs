//! The documents that an authorization server publishes.

use serde_json::{Value, json};

use super::{
    Shared,
    fault::{Endpoint, Fault},
};

// === impl Shared ===

impl Shared {
    /// Returns the metadata.
    pub(super) fn metadata(&self, fault: Option<&Fault>) -> Value {
        let issuer = match fault {
            Some(Fault::Issuer(other)) => other.clone(),
            _ => self.issuer(),
        };
        let mut document = json!({
            "issuer": issuer,
            "authorization_endpoint": self.url(Endpoint::Authorize),
            "token_endpoint": self.url(Endpoint::Token),
            "registration_endpoint": self.url(Endpoint::Register),
            "introspection_endpoint": self.url(Endpoint::Introspect),
            "jwks_uri": self.url(Endpoint::Jwks),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported":
                ["none", "client_secret_basic", "client_secret_post"],
            "authorization_response_iss_parameter_supported": true,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let fields = document.as_object_mut().expect("an object");
        for (name, value) in &self.state.lock().metadata {
            match value {
                Value::Null => fields.remove(name),
                value => fields.insert(name.clone(), value.clone()),
            };
        }
        document
    }

    /// Returns the public keys.
    pub(super) fn jwks(&self) -> Value {
        let state = self.state.lock();
        let mut keys = state.keys.published();
        keys.extend(state.more_keys.iter().cloned());
        json!({ "keys": keys })
    }
}
