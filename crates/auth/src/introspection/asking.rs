//! Questions to an issuer: one a token, however many callers show it, and so many at most.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Weak},
};

use foldhash::fast::RandomState;
use futures_util::future::{BoxFuture, FutureExt as _, Shared};
use http::HeaderValue;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Introspection, answer::Rules, kept::Kept};
use crate::{
    Admitted, Error, Hierarchy, Refusal, Verdict,
    fetch::{Fetch, Unfetched},
    jwt::Seen,
};

/// Questions under way: strangers with made-up tokens must not make us flood the issuer.
const ASKING: usize = 64;

/// For how long a refusal is kept: a token may become good, and made-up ones are hardly shown twice.
const REFUSED: u64 = 10;

/// For how long nobody is asked when nobody answers: callers would only wait in vain.
const DOWN: u64 = 5;

/// Between two lines of the log about failures: strangers can cause a failure each.
const QUIET: u64 = 60;

/// When a question whose caller went away is forgotten. None lasts this long.
const GIVE_UP: u64 = 10;

/// An issuer that is asked.
pub(crate) struct Introspector(Arc<Inner>);

struct Inner {
    endpoint: Url,
    authorization: HeaderValue,
    fetch: Arc<dyn Fetch>,
    rules: Rules,
    skew: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Kept,
    asking: HashMap<[u8; 32], (u64, Asking), RandomState>,
    /// Until when nobody is asked.
    down: u64,
    /// Until when no failure is logged.
    quiet: u64,
}

type Asking = Shared<BoxFuture<'static, Result<Admitted, Refusal>>>;

// === impl Introspector ===

impl Introspector {
    pub(crate) fn new(
        settings: Introspection,
        resource: Option<&str>,
        hierarchy: Arc<Hierarchy>,
        fetch: Option<&Arc<dyn Fetch>>,
    ) -> Result<Self, Error> {
        let mut audiences = settings.audiences;
        if audiences.is_empty() {
            audiences.extend(resource.map(Into::into));
        }
        if audiences.is_empty() && !settings.any_audience {
            return Err(Error::new(
                "tokens would be good whomever they are meant for: set the audience of the \
                 introspection, or this server's public URL",
            ));
        }
        let Some(fetch) = fetch else {
            return Err(Error::new(
                "the introspection endpoint must be asked, and nothing here can: set a fetcher",
            ));
        };
        Ok(Self(Arc::new(Inner {
            rules: Rules {
                endpoint: settings.endpoint.as_str().into(),
                issuer: settings.issuer,
                audiences: audiences.into(),
                any_audience: settings.any_audience,
                kept: settings.kept.as_secs(),
                hierarchy,
            },
            endpoint: settings.endpoint,
            authorization: settings.authorization,
            fetch: fetch.clone(),
            skew: settings.skew,
            state: Mutex::default(),
        })))
    }

    /// Says who shows `token`, whose SHA-256 is `digest`, if that is known; else asks.
    pub(crate) fn ask(
        &self,
        token: &str,
        digest: &[u8; 32],
        certificate: Option<&[u8; 32]>,
        now: u64,
    ) -> Verdict {
        // A token may be bound to a certificate: what is said of one says nothing of another.
        let key = certificate.map_or(*digest, |certificate| {
            Sha256::new_with_prefix(digest)
                .chain_update(certificate)
                .finalize()
                .into()
        });
        let mut state = self.0.state.lock();
        match state.kept.get(&key, now) {
            Some(Ok(admitted)) => return Verdict::Known(admitted),
            Some(Err(refusal)) => return Verdict::Refused(refusal),
            None => {}
        }
        let under_way = |began: u64| now < began.saturating_add(GIVE_UP);
        if let Some((began, asking)) = state.asking.get(&key)
            && under_way(*began)
        {
            return Verdict::Later(Box::pin(asking.clone()));
        }
        if now < state.down {
            let wait = u32::try_from(state.down - now).unwrap_or(u32::MAX);
            return Verdict::Refused(Refusal::Unavailable(wait));
        }
        if state.asking.len() >= ASKING {
            state.asking.retain(|_, (began, _)| under_way(*began));
            if state.asking.len() >= ASKING {
                return Verdict::Refused(Refusal::Unavailable(1));
            }
        }
        let asking = self.question(key, token.to_owned(), certificate.copied(), now);
        state.asking.insert(key, (now, asking.clone()));
        drop(state);
        // A stranger that asks and hangs up must not hold a place among the questions.
        self.0.fetch.see_through(asking.clone().map(drop).boxed());
        Verdict::Later(Box::pin(asking))
    }

    fn question(
        &self,
        key: [u8; 32],
        token: String,
        certificate: Option<[u8; 32]>,
        now: u64,
    ) -> Asking {
        let inner = Arc::downgrade(&self.0);
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", &token)
            .append_pair("token_type_hint", "access_token")
            .finish();
        let (endpoint, authorization) = (self.0.endpoint.clone(), self.0.authorization.clone());
        let posted = self.0.fetch.post_form(endpoint, authorization, form);
        let asking = async move {
            let answer = posted.await.map(|document| document.body);
            let Some(inner) = Weak::upgrade(&inner) else {
                return Err(Refusal::Unavailable(1));
            };
            let seen = Seen {
                certificate: certificate.as_ref(),
                now,
                skew: inner.skew,
            };
            inner.answered(key, answer, seen)
        };
        asking.boxed().shared()
    }
}

impl fmt::Debug for Introspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspector")
            .field("rules", &self.0.rules)
            .finish_non_exhaustive()
    }
}

// === impl Inner ===

impl Inner {
    fn answered(
        &self,
        key: [u8; 32],
        answer: Result<bytes::Bytes, Unfetched>,
        seen: Seen<'_>,
    ) -> Result<Admitted, Refusal> {
        let now = seen.now;
        let judged = match &answer {
            Ok(answer) => self.rules.judge(answer, seen),
            Err(_) => Err(Refusal::Unavailable(u32::try_from(DOWN).unwrap_or(1))),
        };
        let mut state = self.state.lock();
        if let Err(error) = &answer
            && now >= state.quiet
        {
            state.quiet = now.saturating_add(QUIET);
            tracing::warn!(endpoint = %self.endpoint, %error, "cannot ask what a token is");
        }
        state.asking.remove(&key);
        match (&judged, answer) {
            (Ok(admitted), _) => state.kept.put(key, judged.clone(), admitted.until),
            (Err(Refusal::Unavailable(_)), Err(Unfetched::Unreachable)) => {
                state.down = now.saturating_add(DOWN);
            }
            // A status may be for this token alone.
            (Err(Refusal::Unavailable(_)), _) => {}
            (Err(_), _) => state
                .kept
                .put(key, judged.clone(), now.saturating_add(REFUSED)),
        }
        judged
    }
}
