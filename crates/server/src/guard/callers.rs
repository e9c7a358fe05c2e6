//! Who calls: found out once a connection, and recognised from then on.

use std::{hash::Hasher, sync::Arc};

use http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use siphasher::sip128::{Hasher128, SipHasher13};
use tidegate_auth::{Admitted, Authenticate, Credentials, Refusal, Verdict};
use tidegate_era::{Reject, code};
use tidegate_model::Principal;

use crate::{connection::Connection, error::Error, state};

/// Knows callers, if anybody has to be known.
pub(crate) struct Callers {
    authenticate: Option<Arc<dyn Authenticate>>,
    /// What credentials are told apart by, where they were checked already: without it nobody makes
    /// two that look alike, and from what is kept nobody gets them back.
    key: [u8; 16],
}

/// Who sends a request, and over which connection.
pub(crate) struct Visitor<'a> {
    pub(crate) connection: &'a Connection,
    /// `None`: anyone may call, and it may be anyone.
    pub(crate) principal: Option<Arc<Principal>>,
}

/// Credentials that were checked, and what came of it.
#[derive(Debug)]
pub(crate) struct Recognised {
    shown: u128,
    generation: u64,
    admitted: Admitted,
}

/// The header of keys, where `Authorization` is not for them.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");

// === impl Callers ===

impl Callers {
    pub(crate) fn new(authenticate: Option<Arc<dyn Authenticate>>) -> Result<Self, Error> {
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(|_| Error::system("random bytes"))?;
        Ok(Self { authenticate, key })
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
        let credentials = read(connection, parts)?;
        let (shown, now) = (self.digest(&credentials), state::now());
        let generation = authenticate.generation();
        if let Some(principal) = connection.recognise(shown, generation, now) {
            return Ok(Some(principal));
        }
        let verdict = match authenticate.authenticate(&credentials, now) {
            Verdict::Known(admitted) => Ok(admitted),
            Verdict::Refused(refusal) => Err(refusal),
            Verdict::Later(asking) => asking.await,
        };
        let admitted = verdict.map_err(refused)?;
        if admitted.principal.is_over(now) {
            return Err(refused(Refusal::Invalid("the credentials have expired")));
        }
        let principal = Arc::clone(&admitted.principal);
        connection.recognise_from_now_on(Recognised {
            shown,
            generation,
            admitted,
        });
        Ok(Some(principal))
    }

    fn digest(&self, credentials: &Credentials<'_>) -> u128 {
        let mut hasher = SipHasher13::new_with_key(&self.key);
        for shown in [credentials.authorization, credentials.api_key] {
            let bytes = shown.map(HeaderValue::as_bytes);
            hasher.write_usize(bytes.map_or(usize::MAX, <[u8]>::len));
            hasher.write(bytes.unwrap_or_default());
        }
        hasher.finish128().as_u128()
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
        shown: u128,
        generation: u64,
        now: u64,
    ) -> Option<Arc<Principal>> {
        let Self {
            shown: known,
            generation: checked,
            admitted,
        } = self;
        let holds = *known == shown
            && *checked == generation
            && now < admitted.until
            && !admitted.principal.is_over(now);
        holds.then(|| Arc::clone(&admitted.principal))
    }
}

/// Reads what a request shows of its sender.
fn read<'a>(connection: &'a Connection, parts: &'a Parts) -> Result<Credentials<'a>, Reject> {
    // A token in a URL stands in histories and logs (2026-07-28 authorization §Token Requirements).
    let query = parts.uri.query().unwrap_or_default();
    if query
        .split('&')
        .any(|pair| pair.starts_with("access_token="))
    {
        return Err(malformed(
            "a token in the URL is not taken: send it in the Authorization header",
        ));
    }
    Ok(Credentials {
        authorization: one(parts, &header::AUTHORIZATION)?,
        api_key: one(parts, &API_KEY)?,
        certificate: connection.certificate(),
    })
}

/// Two of them would be two callers, and which one is meant is anybody's guess.
fn one<'a>(parts: &'a Parts, name: &HeaderName) -> Result<Option<&'a HeaderValue>, Reject> {
    let mut values = parts.headers.get_all(name).iter();
    let first = values.next();
    match values.next() {
        None => Ok(first),
        Some(_) => Err(malformed("credentials were sent twice: send them once")),
    }
}

fn malformed(why: &'static str) -> Reject {
    refused(Refusal::Malformed(why))
}

/// Turns why a caller is not known into a status.
fn refused(refusal: Refusal) -> Reject {
    let why = refusal.to_string();
    match refusal {
        Refusal::Malformed(_) => Reject::bad_request(code::INVALID_REQUEST, why),
        Refusal::Unavailable(seconds) => {
            Reject::busy(StatusCode::SERVICE_UNAVAILABLE, seconds, why)
        }
        Refusal::Invalid(what) => Reject::guard(StatusCode::UNAUTHORIZED, why).challenging(
            format!(r#"Bearer error="invalid_token", error_description="{what}""#),
        ),
        _ => Reject::guard(StatusCode::UNAUTHORIZED, why).challenging("Bearer"),
    }
}
