//! How tokens are given out: a code for a consent, a token for a code, and registration.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{
    Shared,
    fault::Fault,
    keys::{encode, random},
    serve::{Asked, Reply},
    state::{Code, Grant},
};

// === impl Shared ===

impl Shared {
    /// Consents, and sends the browser back.
    pub(super) fn authorize(&self, asked: &Asked, fault: Option<&Fault>) -> Reply {
        let (Some(client), Some(redirect)) = (asked.get("client_id"), asked.get("redirect_uri"))
        else {
            return refuse("client_id and redirect_uri are needed");
        };
        let mut state = self.state.lock();
        let registered = state
            .clients
            .get(client)
            .map(|client| client.redirects.clone());
        // A client whose id is a URL has its metadata there; this server does not look.
        let known = registered.map_or(client.starts_with("http"), |uris| is_among(redirect, &uris));
        if !known {
            return refuse("the client or its redirect_uri is not known");
        }
        let mut answer: Vec<(&str, String)> = Vec::new();
        let challenge = asked.get("code_challenge").unwrap_or_default();
        if state.denied {
            answer.push(("error", "access_denied".to_owned()));
        } else if asked.get("response_type") != Some("code")
            || asked.get("code_challenge_method") != Some("S256")
            || challenge.is_empty()
        {
            answer.push(("error", "invalid_request".to_owned()));
        } else {
            let code = random();
            let grant = Grant {
                client: client.to_owned(),
                subject: "ann".to_owned(),
                scope: asked.get("scope").map(str::to_owned),
                resource: asked.get("resource").map(str::to_owned),
            };
            let kept = Code {
                grant,
                redirect: redirect.to_owned(),
                challenge: challenge.to_owned(),
            };
            state.codes.insert(code.clone(), kept);
            answer.push(("code", code));
        }
        drop(state);
        answer.extend(asked.get("state").map(|state| ("state", state.to_owned())));
        match fault {
            Some(Fault::NoIssuer) => {}
            Some(Fault::Issuer(other)) => answer.push(("iss", other.clone())),
            _ => answer.push(("iss", self.issuer())),
        }
        let Ok(mut to) = url::Url::parse(redirect) else {
            return refuse("the redirect_uri is no URL");
        };
        to.query_pairs_mut().extend_pairs(answer);
        Reply::redirect(to.as_str())
    }

    /// Gives a token out.
    pub(super) fn token(&self, asked: &Asked) -> Reply {
        let Some(client) = self.client(asked) else {
            return error(StatusCode::UNAUTHORIZED, "invalid_client");
        };
        match asked.get("grant_type") {
            Some("authorization_code") => self.for_code(asked, &client),
            Some("refresh_token") => self.for_refresh(asked, &client),
            Some("client_credentials") => {
                let secret = self
                    .state
                    .lock()
                    .clients
                    .get(&client)
                    .and_then(|c| c.secret.clone());
                if secret.is_none() {
                    return error(StatusCode::UNAUTHORIZED, "invalid_client");
                }
                let grant = Grant {
                    subject: client.clone(),
                    client,
                    scope: asked.get("scope").map(str::to_owned),
                    resource: asked.get("resource").map(str::to_owned),
                };
                Reply::json(&self.issue(&grant, false))
            }
            _ => error(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        }
    }

    /// Takes a client in (RFC 7591).
    pub(super) fn register(&self, asked: &Asked) -> Reply {
        let Ok(Value::Object(mut document)) = serde_json::from_slice(&asked.body) else {
            return error(StatusCode::BAD_REQUEST, "invalid_client_metadata");
        };
        let redirects = document.get("redirect_uris").and_then(Value::as_array);
        let redirects = redirects.into_iter().flatten().filter_map(Value::as_str);
        let redirects: Vec<String> = redirects.map(str::to_owned).collect();
        let method = document
            .get("token_endpoint_auth_method")
            .and_then(Value::as_str);
        let public = method == Some("none");
        let id = random();
        let secret = (!public).then(random);
        document.insert("client_id".to_owned(), id.clone().into());
        if let Some(secret) = &secret {
            document.insert("client_secret".to_owned(), secret.clone().into());
            document.insert("client_secret_expires_at".to_owned(), 0.into());
        }
        self.state.lock().add_client(&id, secret, redirects);
        Reply::json(&Value::Object(document)).status(StatusCode::CREATED)
    }

    fn for_code(&self, asked: &Asked, client: &str) -> Reply {
        // A code is good once, whatever comes of it.
        let code = asked
            .get("code")
            .and_then(|code| self.state.lock().codes.remove(code));
        let verifier = asked.get("code_verifier").unwrap_or_default();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        let good = code.filter(|code| {
            code.grant.client == client
                && Some(code.redirect.as_str()) == asked.get("redirect_uri")
                && code.challenge == encode(hash.as_ref())
                && (asked.get("resource").is_none()
                    || code.grant.resource.as_deref() == asked.get("resource"))
        });
        match good {
            Some(code) => Reply::json(&self.issue(&code.grant, true)),
            None => error(StatusCode::BAD_REQUEST, "invalid_grant"),
        }
    }

    fn for_refresh(&self, asked: &Asked, client: &str) -> Reply {
        // The old one is gone, a new one comes: whoever stole the old one has nothing.
        let token = asked.get("refresh_token");
        let grant = token.and_then(|token| self.state.lock().refresh.remove(token));
        match grant.filter(|grant| grant.client == client) {
            Some(grant) => Reply::json(&self.issue(&grant, true)),
            None => error(StatusCode::BAD_REQUEST, "invalid_grant"),
        }
    }
}

/// Returns whether this URI is registered; on loopback any port is (RFC 8252 §7.3).
fn is_among(uri: &str, registered: &[String]) -> bool {
    let without_port = |uri: &str| {
        let mut uri = url::Url::parse(uri).ok()?;
        let host = uri.host_str()?.to_owned();
        if matches!(host.as_str(), "127.0.0.1" | "[::1]" | "localhost") {
            uri.set_port(None).ok()?;
        }
        Some(uri)
    };
    let wanted = without_port(uri);
    wanted.is_some() && registered.iter().any(|known| without_port(known) == wanted)
}

fn refuse(why: &str) -> Reply {
    Reply::json(&json!({"error": "invalid_request", "error_description": why}))
        .status(StatusCode::BAD_REQUEST)
}

pub(super) fn error(status: StatusCode, error: &str) -> Reply {
    Reply::json(&json!({ "error": error })).status(status)
}
