//! What a request carries: a token, and the proof that it is ours if it needs one.

use std::sync::atomic::{AtomicBool, Ordering};

use http::{HeaderMap, HeaderValue, Method, Uri, header};
use url::Url;

use super::{
    dpop::{self, Prover},
    login::Login,
};
use crate::error::Error;

/// What requests carry.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) login: Login,
    pub(crate) prover: Option<Prover>,
    header: HeaderValue,
    came: Came,
    /// Whether the server has taken it, once.
    taken: AtomicBool,
}

/// How a token came to this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// It was kept, by whoever got it.
    Kept,
    /// It was given out in the place of another, a moment ago.
    Renewed,
    /// It came of a login, a moment ago.
    New,
}

// === impl Pass ===

impl Pass {
    pub(crate) fn new(login: Login, prover: Option<Prover>, came: Came) -> Result<Self, Error> {
        let scheme = if prover.is_some() { "DPoP" } else { "Bearer" };
        let header = HeaderValue::try_from(format!("{scheme} {}", login.access.reveal()));
        let mut header =
            header.map_err(|_| Error::auth("the stored token can be sent in no header"))?;
        header.set_sensitive(true);
        Ok(Self {
            login,
            prover,
            header,
            came,
            taken: AtomicBool::new(false),
        })
    }

    /// Returns the headers of one request.
    pub(crate) fn headers(&self, method: &Method, uri: &Uri) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(2);
        headers.insert(header::AUTHORIZATION, self.header.clone());
        if let Some(prover) = &self.prover {
            let proof = prover.prove(method, &address(uri)?, Some(&self.login.access))?;
            headers.insert(dpop::PROOF, proof);
        }
        Ok(headers)
    }

    /// Takes note of what the server wants to see in the next proof.
    pub(crate) fn heed(&self, uri: &Uri, headers: &HeaderMap) {
        if let Some(prover) = &self.prover
            && let Ok(url) = address(uri)
        {
            prover.heed(&url, headers);
        }
    }

    /// The server has taken it.
    pub(crate) fn taken(&self) {
        // Written once: the line stays in every core's cache.
        if !self.taken.load(Ordering::Relaxed) {
            self.taken.store(true, Ordering::Relaxed);
        }
    }

    /// Returns whether logging in would only give the like of it: it came of a login, and was never
    /// taken.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.came == Came::New && !self.was_taken()
    }

    /// Returns whether another can be had without anybody's help, which is not the like of it.
    pub(crate) fn can_renew(&self) -> bool {
        self.login.renews() && (self.came != Came::Renewed || self.was_taken())
    }

    fn was_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed)
    }
}

fn address(uri: &Uri) -> Result<Url, Error> {
    let url = Url::parse(&uri.to_string());
    url.map_err(|error| Error::input("the URL cannot be proven").because(error))
}
