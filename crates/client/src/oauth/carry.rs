//! Sending a request with what it has to carry, and again when the server wants something else: once a
//! step, and few steps.

use std::{future::Future, sync::Arc};

use http::{HeaderMap, Method, StatusCode, Uri};

use super::{
    authorizer::{Authorizer, Errand},
    challenge::Wanted,
};
use crate::error::{BoxError, Error};

/// An answer's head.
pub(crate) trait Head {
    fn status(&self) -> StatusCode;
    fn headers(&self) -> &HeaderMap;
}

/// How often one request may have its client log in. Three: a token, one that is good for more, and one
/// more for a server that asks piecemeal; then it asks in circles.
const STEPS: usize = 3;

/// How often a server may ask for another number in the proof: they change at any moment, and once more.
const NONCES: usize = 2;

impl Authorizer {
    /// Sends a request, by `send`, with the headers that it has to carry.
    ///
    /// # Errors
    ///
    /// Those of `send`, and [`Error`] when a login is wanted and there is none.
    pub(crate) async fn carry<R: Head, F>(
        self: &Arc<Self>,
        method: &Method,
        uri: &Uri,
        send: impl Fn(HeaderMap) -> F,
    ) -> Result<R, BoxError>
    where
        F: Future<Output = Result<R, BoxError>>,
    {
        let mut pass = self.pass().await?;
        let (mut steps, mut nonces) = (0, 0);
        loop {
            let headers = match &pass {
                Some(pass) => pass.headers(method, uri)?,
                None => HeaderMap::new(),
            };
            let answer = send(headers).await?;
            if let Some(pass) = &pass {
                pass.heed(uri, answer.headers());
            }
            let Some(wanted) = Wanted::read(answer.status(), answer.headers()) else {
                if let Some(pass) = &pass {
                    pass.taken();
                }
                return Ok(answer);
            };
            drop(answer);
            let proves = pass.as_ref().is_some_and(|pass| pass.prover.is_some());
            let (challenge, more) = match wanted {
                Wanted::Nonce(_) if proves && nonces < NONCES => {
                    nonces += 1;
                    continue;
                }
                Wanted::Nonce(_) if proves => {
                    let why = "the server asks for another number in each proof (use_dpop_nonce)";
                    return Err(Error::auth(why).into());
                }
                Wanted::Nonce(challenge) | Wanted::Token(challenge) => (challenge, false),
                Wanted::More(challenge) => (challenge, true),
            };
            steps += 1;
            if steps > STEPS {
                let why = format!("the server still wants another token, after {STEPS}");
                return Err(Error::auth(why).into());
            }
            let errand = Errand {
                challenge,
                more,
                used: pass.take(),
            };
            pass = Some(self.serve(errand).await?);
        }
    }
}

impl<B> Head for http::Response<B> {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn headers(&self) -> &HeaderMap {
        self.headers()
    }
}
