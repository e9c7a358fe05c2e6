//! What is asked of whoever knows callers, and what it answers.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use http::HeaderValue;
use tidegate_model::Principal;

/// Knows callers by what they show.
pub trait Authenticate: Send + Sync + 'static {
    /// Says who shows `credentials`, at `now` in seconds since 1970.
    fn authenticate(&self, credentials: &Credentials<'_>, now: u64) -> Verdict;

    /// Returns a number that changes whenever verdicts from before no longer hold: keys were
    /// replaced, or one was withdrawn.
    fn generation(&self) -> u64 {
        0
    }
}

/// What a request shows of its caller.
#[derive(Clone, Copy, Default)]
pub struct Credentials<'a> {
    /// `Authorization`. There was one such header at most.
    pub authorization: Option<&'a HeaderValue>,
    /// `X-API-Key`. There was one such header at most.
    pub api_key: Option<&'a HeaderValue>,
    /// The SHA-256 of the certificate that the caller's TLS handshake proved, which was signed by an
    /// authority that the server trusts with this.
    pub certificate: Option<&'a [u8; 32]>,
}

/// Whether a caller is known.
pub enum Verdict {
    /// It is.
    Known(Admitted),
    /// It is not.
    Refused(Refusal),
    /// Somebody else has to be asked first.
    Later(Pin<Box<dyn Future<Output = Result<Admitted, Refusal>> + Send>>),
}

/// A caller that is known, for a while.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// Who it is.
    pub principal: Arc<Principal>,
    /// Until when the same credentials need not be checked again, in seconds since 1970.
    pub until: u64,
}

/// Why a caller is not known. None says what was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Nothing was shown: 401, and no error in the challenge (RFC 6750 §3.1).
    Missing,
    /// What was shown is not good, or no longer: 401 and `invalid_token`, with what is wrong.
    Invalid(&'static str),
    /// What was shown cannot be read: 400 and `invalid_request`, with what is wrong.
    Malformed(&'static str),
    /// Whoever has to be asked does not answer: 503, and to try again in so many seconds.
    Unavailable(u32),
}

// === impl Credentials ===

impl Credentials<'_> {
    /// Returns whether nothing was shown.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.authorization.is_none() && self.api_key.is_none() && self.certificate.is_none()
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("authorization", &self.authorization.is_some())
            .field("api_key", &self.api_key.is_some())
            .field("certificate", &self.certificate.is_some())
            .finish()
    }
}

// === impl Verdict ===

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(admitted) => f.debug_tuple("Known").field(admitted).finish(),
            Self::Refused(refusal) => f.debug_tuple("Refused").field(refusal).finish(),
            Self::Later(_) => f.write_str("Later"),
        }
    }
}

// === impl Refusal ===

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("credentials are missing"),
            Self::Invalid(why) | Self::Malformed(why) => f.write_str(why),
            Self::Unavailable(_) => f.write_str("credentials cannot be checked at the moment"),
        }
    }
}

impl std::error::Error for Refusal {}
