//! Who calls: found out once a connection, and recognised from then on.

use std::{net::IpAddr, sync::Arc, time::UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header, request::Parts};
use secrecy::{ExposeSecret as _, SecretSlice};
use subtle::ConstantTimeEq as _;
use tidegate_auth::{
    Admitted, Authenticate, Challenge, Credentials, Policy, Refusal, Resource, Verdict,
};
use tidegate_era::{Reject, code};
use tidegate_model::{Method, Principal};

use crate::{connection::Connection, error::Error, state};

/// Knows callers, if anybody has to be known.
pub(crate) struct Callers {
    authenticate: Option<Arc<dyn Authenticate>>,
    pub(super) policy: Policy,
    pub(super) challenge: Challenge,
    resource: Option<Published>,
}

/// How callers are known, and what they may do.
#[derive(Default)]
pub(crate) struct Access {
    pub(crate) authenticate: Option<Arc<dyn Authenticate>>,
    pub(crate) policy: Policy,
    pub(crate) resource: Option<Resource>,
}

/// What is published of the endpoint, and where.
struct Published {
    paths: Vec<Box<str>>,
    document: Bytes,
}

/// Who sends a request, and over which connection.
pub(crate) struct Visitor<'a> {
    pub(crate) connection: &'a Connection,
    /// Its address, or the nearest that is known on the way to it.
    pub(crate) client: Option<IpAddr>,
    /// `None`: anyone may call, and it may be anyone.
    pub(crate) principal: Option<Arc<Principal>>,
}

/// Credentials that were checked, and what came of it.
#[derive(Debug)]
pub(crate) struct Recognised {
    shown: Shown,
    generation: u64,
    admitted: Admitted,
}

/// What was shown. It is wiped when it goes.
#[derive(Debug)]
struct Shown {
    authorization: Option<SecretSlice<u8>>,
    api_key: Option<SecretSlice<u8>>,
}

/// The header of keys, where `Authorization` is not for them.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

// === impl Callers ===

impl Callers {
    pub(crate) fn new(access: Access) -> Result<Self, Error> {
        let resource = access.resource.as_ref();
        let published = resource.map(|resource| {
            let document = resource.document().map_err(Error::access)?;
            Ok::<_, Error>(Published {
                paths: resource.paths().map(Into::into).collect(),
                document: document.into(),
            })
        });
        Ok(Self {
            challenge: resource.map_or_else(Challenge::without_metadata, Challenge::of),
            resource: published.transpose()?,
            authenticate: access.authenticate,
            policy: access.policy,
        })
    }

    /// Returns the document that is published at `path`, if it is one where clients look for what
    /// issues tokens for the endpoint (RFC 9728 §3).
    pub(crate) fn document(&self, path: &str) -> Option<Bytes> {
        let published = self.resource.as_ref()?;
        let is_here = published.paths.iter().any(|known| **known == *path);
        is_here.then(|| published.document.clone())
    }

    /// Says who sends a request; `None`: nobody has to be known.
    pub(crate) async fn identify(
        &self,
        connection: &Connection,
        parts: &Parts,
    ) -> Result<Option<Arc<Principal>>, Reject> {
        let Some(authenticate) = &self.authenticate else {
            return Ok(None);
        };
        let credentials = read(connection, parts);
        let credentials = credentials.map_err(|refusal| self.refused(&refusal))?;
        let (generation, now) = (authenticate.generation(), state::now());
        if let Some(principal) = connection.recognise(&credentials, generation, now) {
            return Ok(Some(principal));
        }
        let verdict = match authenticate.authenticate(&credentials, now) {
            Verdict::Known(admitted) => Ok(admitted),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Later(asking) => asking.await,
        };
        let mut admitted = verdict.map_err(|refusal| self.refused(&refusal))?;
        if let Some(end) = by_certificate(connection, &credentials) {
            let principal = Principal::clone(&admitted.principal);
            let end = principal.expires().map_or(end, |expires| expires.min(end));
            admitted.principal = Arc::new(principal.expiring_at(end));
        }
        if admitted.principal.is_over(now) {
            return Err(self.refused(&Refusal::Invalid("the credentials have expired")));
        }
        let principal = Arc::clone(&admitted.principal);
        connection.recognise_from_now_on(Recognised {
            shown: Shown::of(&credentials),
            generation,
            admitted,
        });
        Ok(Some(principal))
    }

    /// Turns why a caller is not known into a status, and how to come in.
    fn refused(&self, refusal: &Refusal) -> Reject {
        let why = refusal.to_string();
        let reject = match refusal {
            Refusal::Unavailable(seconds) => Reject::busy(refusal.status(), *seconds, why),
            _ => Reject::new(refusal.status(), code::INVALID_REQUEST, why),
        };
        // What every request needs: the one at hand was not read.
        let needs = self.policy.needs(&Method::Ping, None);
        challenging(reject, self.challenge.refused(refusal, needs))
    }
}

// === impl Visitor ===

impl Visitor<'_> {
    /// Returns the sender as what is kept for it is bound to it; empty: anyone.
    pub(crate) fn id(&self) -> &[u8] {
        self.principal.as_deref().map_or(b"", Principal::id)
    }
}

// === impl Recognised ===

impl Recognised {
    /// Returns who shows what was checked, as long as that holds.
    pub(crate) fn principal(
        &self,
        shown: &Credentials<'_>,
        generation: u64,
        now: u64,
    ) -> Option<Arc<Principal>> {
        let Self {
            shown: known,
            generation: checked,
            admitted,
        } = self;
        let holds = known.is(shown)
            && *checked == generation
            && now < admitted.until
            && !admitted.principal.is_over(now);
        holds.then(|| Arc::clone(&admitted.principal))
    }
}

// === impl Shown ===

impl Shown {
    fn of(credentials: &Credentials<'_>) -> Self {
        let keep = |shown: &HeaderValue| SecretSlice::from(shown.as_bytes().to_vec());
        Self {
            authorization: credentials.authorization.map(keep),
            api_key: credentials.api_key.map(keep),
        }
    }

    fn is(&self, credentials: &Credentials<'_>) -> bool {
        is_same(self.authorization.as_ref(), credentials.authorization)
            && is_same(self.api_key.as_ref(), credentials.api_key)
    }
}

/// Compares in a time that does not depend on where the two differ: a proxy sends requests of
/// strangers over the connection too.
fn is_same(known: Option<&SecretSlice<u8>>, shown: Option<&HeaderValue>) -> bool {
    let (known, shown) = match (known, shown) {
        (Some(known), Some(shown)) => (known.expose_secret(), shown.as_bytes()),
        (None, None) => return true,
        _ => return false,
    };
    if known.len() != shown.len() {
        return false;
    }
    // By words: bytes one by one would cost more than the rest of the guard.
    let (known, known_rest) = known.as_chunks::<8>();
    let (shown, shown_rest) = shown.as_chunks::<8>();
    let words = known.iter().zip(shown);
    let differ = words.fold(0, |differ, (known, shown)| {
        differ | (u64::from_ne_bytes(*known) ^ u64::from_ne_bytes(*shown))
    });
    (differ.ct_eq(&0) & known_rest.ct_eq(shown_rest)).into()
}

/// Reads what a request shows of its sender.
fn read<'a>(connection: &'a Connection, parts: &'a Parts) -> Result<Credentials<'a>, Refusal> {
    // A token in a URL stands in histories and logs (2026-07-28 authorization §Token Requirements).
    let query = parts.uri.query().unwrap_or_default();
    if query
        .split('&')
        .any(|pair| pair.starts_with("access_token="))
    {
        return Err(Refusal::Malformed(
            "a token in the URL is not taken: send it in the Authorization header",
        ));
    }
    Ok(Credentials {
        authorization: one(parts, &header::AUTHORIZATION)?,
        api_key: one(parts, &API_KEY)?,
        certificate: connection
            .certificate()
            .map(|certificate| certificate.fingerprint.bytes()),
    })
}

/// Returns when the certificate ends that alone says who calls, in seconds since 1970.
fn by_certificate(connection: &Connection, credentials: &Credentials<'_>) -> Option<u64> {
    // Another scheme than Bearer is as good as nothing (RFC 6750 §3.1).
    let is_bearer = |shown: &HeaderValue| {
        let scheme = shown.as_bytes().get(..6);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    };
    if credentials.authorization.is_some_and(is_bearer) || credentials.api_key.is_some() {
        return None;
    }
    let end = connection.certificate()?.expires?;
    let since = end.duration_since(UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}

/// Two of them would be two callers, and which one is meant is anybody's guess.
fn one<'a>(parts: &'a Parts, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Refusal> {
    let mut values = parts.headers.get_all(name).iter();
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(Refusal::Malformed(
            "credentials were sent twice: send them once",
        )),
    }
}

/// Adds a challenge to a refusal.
pub(super) fn challenging(reject: Reject, challenge: Option<HeaderValue>) -> Reject {
    match challenge
        .as_ref()
        .and_then(|challenge| challenge.to_str().ok())
    {
        Some(challenge) => reject.challenging(challenge),
        None => reject,
    }
}
