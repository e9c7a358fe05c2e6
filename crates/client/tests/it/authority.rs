//! A server that wants a login, and the authorization server it names: one fake on one port, which
//! checks what a real one would.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tidegate_client::oauth::OAuth;
use url::Url;

use crate::fake::{Answer, Fake, Seen, modern};

/// A server that wants a login.
pub(crate) struct Authority {
    pub(crate) fake: Fake,
    state: Arc<State>,
}

/// What is out of the ordinary.
#[derive(Clone)]
pub(crate) struct Rules {
    /// How long a token is good for.
    pub(crate) expires_in: u64,
    /// Whether refresh tokens are given out. Each is good once; a second use ends the login.
    pub(crate) refreshes: bool,
    /// Which scope a method needs.
    pub(crate) needs: fn(&str) -> &'static str,
    /// Changes a document: by its path, before it goes out.
    pub(crate) changes: fn(&str, &mut Value),
    /// Answers in the place of all else.
    pub(crate) instead: fn(&Seen) -> Option<Answer>,
    /// Which `iss` the browser comes back with; `-`: none.
    pub(crate) iss: Option<&'static str>,
}

#[derive(Default)]
struct State {
    /// Good tokens, and for what.
    tokens: Mutex<HashMap<String, String>>,
    /// Good refresh tokens, and for what.
    refresh: Mutex<HashMap<String, String>>,
    /// Codes: the challenge, the redirect URI, the scope.
    codes: Mutex<HashMap<String, (String, String, String)>>,
    counted: AtomicUsize,
    /// Refresh tokens that were used twice.
    reused: AtomicUsize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            expires_in: 3600,
            refreshes: true,
            needs: |_| "",
            changes: |_, _| {},
            instead: |_| None,
            iss: None,
        }
    }
}

// === impl Authority ===

impl Authority {
    pub(crate) async fn start(rules: Rules) -> Self {
        let state = Arc::new(State::default());
        let shared = state.clone();
        let fake = Fake::start(move |seen| {
            (rules.instead)(seen).unwrap_or_else(|| shared.answer(seen, &rules))
        })
        .await;
        Self { fake, state }
    }

    pub(crate) fn url(&self) -> String {
        self.fake.url()
    }

    /// Returns how many requests came to a path.
    pub(crate) fn count(&self, path: &str) -> usize {
        let seen = self.fake.seen();
        seen.iter().filter(|seen| path_of(seen) == path).count()
    }

    /// Returns how many token requests of a grant there were.
    pub(crate) fn granted(&self, grant: &str) -> usize {
        let seen = self.fake.seen();
        let asked = |seen: &&Seen| {
            path_of(seen) == "/token" && field(&seen.text, "grant_type").as_deref() == Some(grant)
        };
        seen.iter().filter(asked).count()
    }

    /// Ends every access token; refresh tokens stay good.
    pub(crate) fn end_tokens(&self) {
        self.state.tokens.lock().clear();
    }

    /// Ends every refresh token.
    pub(crate) fn end_refreshes(&self) {
        self.state.refresh.lock().clear();
    }

    pub(crate) fn reused(&self) -> usize {
        self.state.reused.load(Ordering::Acquire)
    }
}

/// Returns a login by a browser that goes where it is sent and back, and counts how often it was.
pub(crate) fn browsing() -> (OAuth, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let count = opened.clone();
    let oauth = OAuth::new().browser(move |url: &Url| {
        count.fetch_add(1, Ordering::AcqRel);
        let url = url.clone();
        tokio::spawn(async move { reqwest::get(url).await.map(drop) });
        Ok(())
    });
    (oauth, opened)
}

/// Returns a field of a form or a query.
pub(crate) fn field(form: &str, name: &str) -> Option<String> {
    let url = Url::parse(&format!("http://x/?{form}")).expect("a form");
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned())
}

fn path_of(seen: &Seen) -> &str {
    let path = seen.target.split('?').next().unwrap_or_default();
    // The endpoint has a number, so that no two are alike.
    if path.starts_with("/mcp") {
        "/mcp"
    } else {
        path
    }
}

// === impl State ===

impl State {
    fn answer(&self, seen: &Seen, rules: &Rules) -> Answer {
        let origin = format!("http://{}", seen.header("host").expect("a host"));
        let document = |mut document: Value| {
            (rules.changes)(&seen.target, &mut document);
            Answer::json(&document)
        };
        let path = seen.target.split('?').next().unwrap_or_default();
        match path {
            "/.well-known/oauth-authorization-server" => document(json!({
                "issuer": origin,
                "authorization_endpoint": format!("{origin}/authorize"),
                "token_endpoint": format!("{origin}/token"),
                "registration_endpoint": format!("{origin}/register"),
                "revocation_endpoint": format!("{origin}/revoke"),
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
                "authorization_response_iss_parameter_supported": true,
            })),
            "/register" => document(json!({
                "client_id": format!("client-{}", self.next()),
                "redirect_uris": seen.body["redirect_uris"],
                "token_endpoint_auth_method": "none",
            })),
            "/authorize" => self.authorize(seen, rules, &origin),
            "/token" => self.token(seen, rules),
            "/revoke" => Answer::empty(200),
            path => match path.strip_prefix("/.well-known/oauth-protected-resource") {
                Some(endpoint) if !endpoint.is_empty() => document(json!({
                    "resource": format!("{origin}{endpoint}"),
                    "authorization_servers": [origin],
                })),
                Some(_) => Answer::empty(404),
                None => self.serve(seen, rules, &origin),
            },
        }
    }

    fn authorize(&self, seen: &Seen, rules: &Rules, origin: &str) -> Answer {
        let of = |name: &str| {
            let (_, query) = seen.target.split_once('?').expect("a query");
            field(query, name)
        };
        assert_eq!(of("code_challenge_method").as_deref(), Some("S256"));
        assert!(of("resource").is_some_and(|resource| resource.starts_with(origin)));
        let code = format!("code-{}", self.next());
        let redirect = of("redirect_uri").expect("a redirect URI");
        let asked = (
            of("code_challenge").expect("a challenge"),
            redirect.clone(),
            of("scope").unwrap_or_default(),
        );
        self.codes.lock().insert(code.clone(), asked);
        let mut back = Url::parse(&redirect).expect("a URL");
        back.query_pairs_mut()
            .append_pair("code", &code)
            .append_pair("state", &of("state").expect("a state"));
        match rules.iss {
            Some("-") => {}
            iss => {
                let mut pairs = back.query_pairs_mut();
                pairs.append_pair("iss", iss.unwrap_or(origin));
            }
        }
        Answer::empty(302).header("location", back.as_str())
    }

    fn token(&self, seen: &Seen, rules: &Rules) -> Answer {
        let of = |name: &str| field(&seen.text, name).unwrap_or_default();
        let refused = |error: &str| Answer::json(&json!({"error": error})).status(400);
        let scope = match of("grant_type").as_str() {
            "authorization_code" => {
                let Some((challenge, redirect, scope)) = self.codes.lock().remove(&of("code"))
                else {
                    return refused("invalid_grant");
                };
                assert_eq!(redirect, of("redirect_uri"));
                assert_eq!(challenge, sha256(&of("code_verifier")), "PKCE");
                scope
            }
            "refresh_token" => match self.refresh.lock().remove(&of("refresh_token")) {
                Some(scope) => scope,
                None => {
                    self.reused.fetch_add(1, Ordering::AcqRel);
                    return refused("invalid_grant");
                }
            },
            "client_credentials" => {
                let expected = "Basic cm9ib3Q6czNjcmV0"; // robot:s3cret
                if seen.header("authorization") != Some(expected) {
                    return refused("invalid_client").status(401);
                }
                of("scope")
            }
            _ => return refused("unsupported_grant_type"),
        };
        assert!(!of("resource").is_empty(), "a token is for one server");
        let token = format!("t0ken-{}", self.next());
        self.tokens.lock().insert(token.clone(), scope.clone());
        let mut answer = json!({
            "access_token": token, "token_type": "Bearer", "expires_in": rules.expires_in,
        });
        if rules.refreshes && of("grant_type") != "client_credentials" {
            let refresh = format!("r3fresh-{}", self.next());
            self.refresh.lock().insert(refresh.clone(), scope);
            answer["refresh_token"] = refresh.into();
        }
        (rules.changes)("/token", &mut answer);
        Answer::json(&answer)
    }

    fn serve(&self, seen: &Seen, rules: &Rules, origin: &str) -> Answer {
        let metadata = format!(
            "resource_metadata=\"{origin}/.well-known/oauth-protected-resource{}\"",
            seen.target
        );
        let refuse = |status: u16, more: &str| {
            let challenge = format!("Bearer {more}{metadata}");
            Answer::empty(status).header("www-authenticate", &challenge)
        };
        let needed = (rules.needs)(seen.method());
        let said = if needed.is_empty() {
            String::new()
        } else {
            format!("scope=\"{needed}\", ")
        };
        let token = seen
            .header("authorization")
            .and_then(|all| all.strip_prefix("Bearer "));
        let good = token.and_then(|token| self.tokens.lock().get(token).cloned());
        let Some(scope) = good else {
            return refuse(401, &said);
        };
        if !needed.is_empty() && !scope.split(' ').any(|has| has == needed) {
            return refuse(403, &format!("error=\"insufficient_scope\", {said}"));
        }
        match seen.method() {
            "tools/call" => Answer::json(&seen.response(json!({
                "resultType": "complete",
                "content": [{"type": "text", "text": "done"}],
            }))),
            _ => modern(seen),
        }
    }

    fn next(&self) -> usize {
        self.counted.fetch_add(1, Ordering::AcqRel)
    }
}

fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref())
}
