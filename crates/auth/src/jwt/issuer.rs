//! An issuer whose tokens are good here, and what they must say.

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use super::{Claims, Seen, Signed};
use crate::{
    Admitted, Error, Hierarchy, Refusal, fetch,
    fetch::Fetch,
    jwks::{Fetching, KeySet, Look, Place, Source},
};

pub(crate) const SKEW: Duration = Duration::from_secs(60);

/// The most that can be set: beyond it, somebody has to set a clock.
const SKEW_MAX: Duration = Duration::from_secs(600);

/// For how long a token's verdict is good, so that keys that were withdrawn are noticed: a signature
/// every five minutes costs nothing.
const CHECKED: u64 = 300;

/// An issuer of tokens.
#[derive(Debug)]
pub struct Issuer {
    id: Box<str>,
    at: Url,
    keys: Keys,
    audiences: Vec<Box<str>>,
    skew: Duration,
}

#[derive(Debug)]
enum Keys {
    Discovered,
    At(Url),
    Fixed(KeySet),
}

/// An issuer at work.
pub(crate) struct Trusted {
    id: Box<str>,
    keys: Held,
    audiences: Box<[Box<str>]>,
    skew: u64,
    hierarchy: Arc<Hierarchy>,
}

enum Held {
    Fixed(KeySet),
    Fetched(Source),
}

/// What comes of looking at a token.
pub(crate) enum Judged {
    Known(Admitted),
    Refused(Refusal),
    /// First, keys must be fetched.
    Wait(Fetching),
}

// === impl Issuer ===

impl Issuer {
    /// By how much the clocks of an issuer and of this machine may differ, unless it is set: a minute
    /// is more than any clock that is kept in time, and a withdrawn token lives no longer for it.
    pub const SKEW: Duration = SKEW;

    /// Trusts the tokens of the issuer of this name, which is a URL, letter by letter. Its keys are
    /// found by its metadata, unless it is said where they are.
    ///
    /// # Errors
    ///
    /// When it is no URL that can be trusted: HTTPS, or HTTP on this machine.
    pub fn new(id: &str) -> Result<Self, Error> {
        let at = fetch::url(id, "the issuer")?;
        if at.query().is_some() {
            return Err(Error::new(
                "the issuer has a query: leave ? and what follows out",
            ));
        }
        Ok(Self {
            id: id.into(),
            at,
            keys: Keys::Discovered,
            audiences: Vec::new(),
            skew: SKEW,
        })
    }

    /// Sets where its keys are.
    ///
    /// # Errors
    ///
    /// When that is no URL to fetch keys from: HTTPS, or HTTP on this machine.
    pub fn keys_at(mut self, url: &str) -> Result<Self, Error> {
        self.keys = Keys::At(fetch::url(url, "the URL of the keys")?);
        Ok(self)
    }

    /// Sets its keys, which are never fetched then.
    #[must_use]
    pub fn keys(mut self, keys: KeySet) -> Self {
        self.keys = Keys::Fixed(keys);
        self
    }

    /// Adds a name that this server has in this issuer's tokens. Without one, it is this server's
    /// resource URI.
    #[must_use]
    pub fn audience(mut self, name: &str) -> Self {
        self.audiences.push(name.into());
        self
    }

    /// Sets by how much clocks may differ; a minute, unless it is set.
    ///
    /// # Errors
    ///
    /// When it is more than ten minutes.
    pub fn skew(mut self, skew: Duration) -> Result<Self, Error> {
        if skew > SKEW_MAX {
            return Err(Error::new(
                "clocks may differ by ten minutes at most: set the clock of this machine instead",
            ));
        }
        self.skew = skew;
        Ok(self)
    }

    /// Returns its name.
    #[must_use]
    pub const fn id(&self) -> &str {
        &self.id
    }

    /// Puts it to work.
    pub(crate) fn trust(
        self,
        resource: Option<&str>,
        hierarchy: Arc<Hierarchy>,
        fetch: Option<&Arc<dyn Fetch>>,
    ) -> Result<Trusted, Error> {
        let mut audiences = self.audiences;
        if audiences.is_empty() {
            audiences.extend(resource.map(Into::into));
        }
        if audiences.iter().all(|audience| audience.is_empty()) {
            return Err(Error::new(format!(
                "tokens of {} would be good whomever they are meant for: set the audience, or this \
                 server's public URL",
                self.id
            )));
        }
        let place = match self.keys {
            Keys::Discovered => Ok(Place::Issuer(self.id.clone(), self.at)),
            Keys::At(url) => Ok(Place::Keys(url)),
            Keys::Fixed(keys) => Err(keys),
        };
        let keys = match (place, fetch) {
            (Err(keys), _) => Held::Fixed(keys),
            (Ok(place), Some(fetch)) => Held::Fetched(Source::new(place, fetch.clone())),
            (Ok(_), None) => {
                return Err(Error::new(format!(
                    "the keys of {} must be fetched, and nothing here can: set a fetcher, or the keys",
                    self.id
                )));
            }
        };
        Ok(Trusted {
            id: self.id,
            keys,
            audiences: audiences.into(),
            skew: self.skew.as_secs(),
            hierarchy,
        })
    }
}

// === impl Trusted ===

impl Trusted {
    pub(crate) const fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn generation(&self) -> u64 {
        match &self.keys {
            Held::Fixed(_) => 0,
            Held::Fetched(source) => source.generation(),
        }
    }

    /// Says who shows a token of this issuer, or what to wait for first.
    pub(crate) fn judge(&self, token: &Signed, certificate: Option<&[u8; 32]>, now: u64) -> Judged {
        let look = match &self.keys {
            Held::Fixed(keys) => return self.check(token, keys, u64::MAX, certificate, now),
            Held::Fetched(source) => source.look(|keys| token.is_by(keys), now),
        };
        self.settle(look, token, certificate, now)
    }

    /// Says it once what was waited for is there, or is not.
    pub(crate) fn settled(
        &self,
        token: &Signed,
        certificate: Option<&[u8; 32]>,
        now: u64,
    ) -> Result<Admitted, Refusal> {
        let Held::Fetched(source) = &self.keys else {
            unreachable!("fixed keys are there");
        };
        match self.settle(source.after(now), token, certificate, now) {
            Judged::Known(admitted) => Ok(admitted),
            Judged::Refused(refusal) => Err(refusal),
            Judged::Wait(_) => unreachable!("after waiting, there is nothing to wait for"),
        }
    }

    fn settle(
        &self,
        look: Look,
        token: &Signed,
        certificate: Option<&[u8; 32]>,
        now: u64,
    ) -> Judged {
        match look {
            Look::Keys(held, until) => self.check(token, &held.keys, until, certificate, now),
            Look::Wait(fetching) => Judged::Wait(fetching),
            Look::Unavailable(wait) => Judged::Refused(Refusal::Unavailable(wait)),
        }
    }

    fn check(
        &self,
        token: &Signed,
        keys: &KeySet,
        until: u64,
        certificate: Option<&[u8; 32]>,
        now: u64,
    ) -> Judged {
        let seen = Seen {
            certificate,
            now,
            skew: self.skew,
        };
        let checked = token
            .verify(keys)
            .and_then(|claims| self.admit(claims, seen));
        match checked {
            Ok(mut admitted) => {
                admitted.until = admitted.until.min(until).min(now.saturating_add(CHECKED));
                Judged::Known(admitted)
            }
            Err(refusal) => Judged::Refused(refusal),
        }
    }

    fn admit(&self, claims: &Claims, seen: Seen<'_>) -> Result<Admitted, Refusal> {
        let Some(expires) = claims.expires() else {
            return Err(Refusal::Invalid("the token never expires"));
        };
        claims.hold(seen)?;
        claims.is_for(&self.audiences)?;
        Ok(Admitted {
            principal: claims.principal(&self.id, &self.hierarchy, self.skew)?,
            until: expires.saturating_add(self.skew),
        })
    }
}

impl fmt::Debug for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trusted")
            .field("id", &self.id)
            .field("audiences", &self.audiences)
            .finish_non_exhaustive()
    }
}
