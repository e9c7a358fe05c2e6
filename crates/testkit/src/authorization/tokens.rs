//! Tokens that were given out: made, and asked about. And who asks.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hyper::StatusCode;
use serde_json::{Value, json};

use super::{
    Mint, Shared,
    grants::error,
    keys::random,
    now,
    serve::{Asked, Reply},
    state::Grant,
};

/// Seconds that a token is good for.
const GOOD: u64 = 300;

// === impl Shared ===

impl Shared {
    /// Makes an access token, and a refresh token if the grant has a user who could ask again.
    pub(super) fn issue(&self, grant: &Grant, refresh: bool) -> Value {
        let keys = self.state.lock().keys.clone();
        let mut mint = Mint::new(self.issuer(), keys)
            .subject(&grant.subject)
            .claim("client_id", grant.client.as_str())
            .claim("jti", random())
            .claim("exp", now() + GOOD);
        if let Some(resource) = &grant.resource {
            mint = mint.audience(resource);
        }
        if let Some(scope) = &grant.scope {
            mint = mint.scope(scope);
        }
        let token = mint.token();
        let mut answer = json!({
            "access_token": token, "token_type": "Bearer", "expires_in": GOOD,
        });
        if let Some(scope) = &grant.scope {
            answer["scope"] = scope.as_str().into();
        }
        let mut state = self.state.lock();
        let mut told = mint.claims().clone();
        told.insert("active".to_owned(), true.into());
        told.insert("token_type".to_owned(), "Bearer".into());
        state.tokens.insert(token, told);
        if refresh {
            let token = random();
            state.refresh.insert(token.clone(), grant.clone());
            answer["refresh_token"] = token.into();
        }
        answer
    }

    /// Says whether a token is good (RFC 7662), to a client that has a secret.
    pub(super) fn introspect(&self, asked: &Asked) -> Reply {
        let Some(client) = self.client(asked) else {
            return error(StatusCode::UNAUTHORIZED, "invalid_client");
        };
        let state = self.state.lock();
        if state
            .clients
            .get(&client)
            .is_none_or(|client| client.secret.is_none())
        {
            return error(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        let token = asked.get("token").unwrap_or_default();
        match state.tokens.get(token) {
            Some(told) => Reply::json(&Value::Object(told.clone())),
            None => Reply::json(&json!({ "active": false })),
        }
    }

    /// Returns who asks, if its secret is right.
    pub(super) fn client(&self, asked: &Asked) -> Option<String> {
        let (id, secret) = match asked.authorization.as_deref().and_then(basic) {
            Some((id, secret)) => (id, Some(secret)),
            None => {
                let secret = asked.get("client_secret").map(str::to_owned);
                (
                    asked.get("client_id").unwrap_or_default().to_owned(),
                    secret,
                )
            }
        };
        let state = self.state.lock();
        let good = match state.clients.get(&id) {
            Some(client) => client.secret.as_ref() == secret.as_ref(),
            None => id.starts_with("http") && secret.is_none(),
        };
        good.then_some(id)
    }
}

/// Reads an id and a secret from `Basic …`, each encoded as in a form (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let pair = BASE64_STANDARD
        .decode(header.strip_prefix("Basic ")?)
        .ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decode = |text: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs
            .next()
            .map(|(text, _)| text.into_owned())
            .unwrap_or_default()
    };
    Some((decode(id), decode(secret)))
}
