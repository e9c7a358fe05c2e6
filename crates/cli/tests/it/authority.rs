//! A server that wants a login, and the authorization server it names, on one port and in a few lines:
//! what the command does with one is tested here; what the library does, in the library.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

/// A server that goes on until the tests are over.
pub(crate) struct Authority {
    origin: String,
    refreshes: Arc<Refreshes>,
}

/// Refresh tokens, each good once: they are numbers, and the latest is the good one.
#[derive(Default)]
struct Refreshes {
    given: AtomicUsize,
    /// How often one was used that was spent already.
    reused: AtomicUsize,
    /// How long tokens are good for, in seconds; 0: nobody knows.
    expires_in: u64,
}

/// The one token that is good.
pub(crate) const TOKEN: &str = "t0ken-of-the-test";

/// A request as it came.
struct Seen {
    path: String,
    query: String,
    token: Option<String>,
    body: Value,
    form: String,
}

/// What a request is answered with: status, more of the head, body.
type Answer = (&'static str, String, String);

// === impl Authority ===

impl Authority {
    /// Starts a server whose tokens last.
    pub(crate) fn start() -> Self {
        Self::with(Refreshes::default())
    }

    /// Starts a server whose tokens have to be renewed by everybody who comes.
    pub(crate) fn start_with_short_tokens() -> Self {
        Self::with(Refreshes {
            expires_in: 1,
            ..Refreshes::default()
        })
    }

    fn with(refreshes: Refreshes) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin: Arc<str> = format!("http://{}", listener.local_addr().unwrap()).into();
        let refreshes = Arc::new(refreshes);
        let ours = (origin.clone(), refreshes.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (origin, refreshes) = ours.clone();
                thread::spawn(move || serve(stream, &origin, &refreshes));
            }
        });
        Self {
            origin: origin.to_string(),
            refreshes,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/mcp", self.origin)
    }

    /// Returns how many refresh tokens were given out, and how often one was used twice.
    pub(crate) fn refreshed(&self) -> (usize, usize) {
        let count = |counted: &AtomicUsize| counted.load(Ordering::Acquire);
        (count(&self.refreshes.given), count(&self.refreshes.reused))
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }
}

/// Goes where a browser would, and follows where it is sent; returns the last page.
pub(crate) fn browse(address: &str) -> String {
    let (host, path) = address
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    let next = page
        .lines()
        .find_map(|line| line.strip_prefix("location: "));
    next.map(browse).unwrap_or(page)
}

/// Answers one request: the connection ends with it.
fn serve(stream: TcpStream, origin: &str, refreshes: &Refreshes) {
    let mut reader = BufReader::new(stream);
    let Some(seen) = Seen::read(&mut reader) else {
        return;
    };
    let (status, head, body) = answer(&seen, origin, refreshes);
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\
         content-length: {length}\r\n{head}\r\n{body}"
    );
    // A client that has gone is not answered.
    let _ = reader.get_mut().write_all(answer.as_bytes());
}

fn answer(seen: &Seen, origin: &str, refreshes: &Refreshes) -> Answer {
    let fine = |body: Value| ("200 OK", String::new(), body.to_string());
    match seen.path.as_str() {
        "/.well-known/oauth-protected-resource/mcp" => fine(json!({
            "resource": format!("{origin}/mcp"), "authorization_servers": [origin],
            "scopes_supported": ["files"],
        })),
        "/.well-known/oauth-authorization-server" => fine(json!({
            "issuer": origin,
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "registration_endpoint": format!("{origin}/register"),
            "code_challenge_methods_supported": ["S256"],
        })),
        "/register" => fine(json!({"client_id": "the-test"})),
        "/authorize" => {
            let of = |name: &str| {
                let mut pairs = url::form_urlencoded::parse(seen.query.as_bytes());
                pairs
                    .find(|(known, _)| known == name)
                    .unwrap()
                    .1
                    .into_owned()
            };
            let back = format!("{}?code=c&state={}", of("redirect_uri"), of("state"));
            ("302 Found", format!("location: {back}\r\n"), String::new())
        }
        "/token" => match refreshes.answer(&seen.form) {
            Some(answer) => fine(answer),
            None => {
                let error = json!({"error": "invalid_grant"});
                ("400 Bad Request", String::new(), error.to_string())
            }
        },
        "/mcp" if seen.token.as_deref() != Some(TOKEN) => {
            let metadata = format!("{origin}/.well-known/oauth-protected-resource/mcp");
            let wants = format!("www-authenticate: Bearer resource_metadata=\"{metadata}\"\r\n");
            ("401 Unauthorized", wants, String::new())
        }
        // Nobody's login is good for a call.
        "/mcp" if seen.body["method"] == "tools/call" => {
            let wants =
                "www-authenticate: Bearer error=\"insufficient_scope\", scope=\"$(id)\"\r\n";
            ("403 Forbidden", wants.to_owned(), String::new())
        }
        "/mcp" => {
            let result = match seen.body["method"].as_str().unwrap_or_default() {
                "server/discover" => json!({
                    "resultType": "complete", "supportedVersions": ["2026-07-28"],
                    "capabilities": {"tools": {}}, "ttlMs": 0, "cacheScope": "private",
                }),
                "tools/list" => json!({
                    "resultType": "complete", "ttlMs": 0, "cacheScope": "private",
                    "tools": [{"name": "guarded", "inputSchema": {"type": "object"}}],
                }),
                _ => {
                    let error = json!({"code": -32601, "message": "no"});
                    return fine(json!({"jsonrpc": "2.0", "id": seen.body["id"], "error": error}));
                }
            };
            fine(json!({"jsonrpc": "2.0", "id": seen.body["id"], "result": result}))
        }
        _ => ("404 Not Found", String::new(), String::new()),
    }
}

// === impl Refreshes ===

impl Refreshes {
    /// Gives out a token; nothing for a refresh token that is spent.
    fn answer(&self, form: &str) -> Option<Value> {
        if self.expires_in == 0 {
            return Some(json!({"access_token": TOKEN, "token_type": "Bearer"}));
        }
        let mut pairs = url::form_urlencoded::parse(form.as_bytes());
        let spent = pairs.find(|(name, _)| name == "refresh_token");
        let latest = match spent {
            Some((_, number)) => number.parse().unwrap(),
            None => self.given.load(Ordering::Acquire),
        };
        let next = latest + 1;
        let order = Ordering::AcqRel;
        if self
            .given
            .compare_exchange(latest, next, order, Ordering::Acquire)
            .is_err()
        {
            self.reused.fetch_add(1, order);
            return None;
        }
        Some(json!({
            "access_token": TOKEN, "token_type": "Bearer", "expires_in": self.expires_in,
            "refresh_token": next.to_string(),
        }))
    }
}

// === impl Seen ===

impl Seen {
    fn read(reader: &mut impl BufRead) -> Option<Self> {
        let mut lines = reader.by_ref().lines().map_while(Result::ok);
        let first = lines.next()?;
        let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
        let of = |name: &str| {
            let mut named = head.iter().filter_map(|line| line.split_once(": "));
            named
                .find(|(known, _)| known.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
        };
        let length = of("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let target = first.split(' ').nth(1)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Some(Self {
            path: path.to_owned(),
            query: query.to_owned(),
            token: of("authorization")
                .and_then(|token| Some(token.strip_prefix("Bearer ")?.to_owned())),
            body: serde_json::from_slice(&body).unwrap_or_default(),
            form: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}
