//! What these tests share: a server that knows a few callers by their tokens.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use http::HeaderValue;
use tidegate_handler::{Handler, Live, Router};
use tidegate_server::{
    Admitted, Authenticate, Config, Credentials, Fronts, Principal, Refusal, Scopes, Server,
    Verdict,
};
use tidegate_testkit::server;

use crate::faults::tools::echo;

/// Knows `alice`, `bob` and `carol` by these words, and whoever is `slow` after a while.
#[derive(Debug, Default)]
pub(super) struct Register {
    /// How often somebody was looked up.
    pub(super) looked_up: AtomicUsize,
    pub(super) generation: AtomicU64,
    /// When what is shown expires.
    pub(super) expires: Option<u64>,
}

/// A register that the server and its test both have.
pub(super) struct Shared(pub(super) Arc<Register>);

impl Register {
    fn admit(&self, name: &str, scopes: &str) -> Admitted {
        let mut principal = Principal::new(name.as_bytes(), name).with_scopes(Scopes::read(scopes));
        if let Some(at) = self.expires {
            principal = principal.expiring_at(at);
        }
        Admitted {
            principal: Arc::new(principal),
            until: u64::MAX,
        }
    }
}

impl Authenticate for Shared {
    fn authenticate(&self, credentials: &Credentials<'_>, _: u64) -> Verdict {
        let register = Arc::clone(&self.0);
        register.looked_up.fetch_add(1, Ordering::Relaxed);
        let Some(shown) = credentials.authorization else {
            return Verdict::Refused(Refusal::Missing);
        };
        match shown
            .to_str()
            .ok()
            .and_then(|text| text.strip_prefix("Bearer "))
        {
            Some("alice") => Verdict::Known(register.admit("alice", "notes:read notes:write")),
            Some("bob") => Verdict::Known(register.admit("bob", "notes:read")),
            Some("slow") => Verdict::Later(Box::pin(async move {
                tokio::task::yield_now().await;
                Ok(register.admit("slow", ""))
            })),
            Some("down") => Verdict::Refused(Refusal::Unavailable(7)),
            Some(_) => Verdict::Refused(Refusal::Invalid("the token is not known here")),
            None => Verdict::Refused(Refusal::Malformed(
                "send Authorization: Bearer, and a token",
            )),
        }
    }

    fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Relaxed)
    }
}

/// Returns a server whose every front is on, for those who are known.
pub(super) fn guarded(register: &Arc<Register>) -> Server {
    closed(server().tool("echo", echo), register)
}

/// Returns a server that tells of changes, whose every front is on, for those who are known.
pub(super) fn live(register: &Arc<Register>) -> (Server<Live>, Live) {
    let live = Live::new(Router::new("live", "1.0.0"));
    (closed(Server::from_handler(live.clone()), register), live)
}

fn closed<H: Handler>(server: Server<H>, register: &Arc<Register>) -> Server<H> {
    let fronts = Fronts {
        http_sse: true,
        samples: true,
        monitor: true,
        ..Fronts::default()
    };
    server
        .config(Config {
            fronts,
            ..Config::default()
        })
        .authenticate(Shared(Arc::clone(register)))
}

/// Returns a header's value that shows this token.
pub(super) fn bearer(token: &str) -> HeaderValue {
    HeaderValue::try_from(format!("Bearer {token}")).expect("ASCII")
}
