//! How a client logs in: with which settings, before what, and without connecting at all.

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tidegate_era::Revision;
use tidegate_model::Id;

use super::Builder;
use crate::{
    endpoint::{Outgoing, modern},
    error::Error,
    ladder::Found,
    link::{Options, has_credentials},
    oauth::{Authorizer, Challenge, LoggedIn, OAuth, Wanted},
    way::Way,
};

/// How many logins connecting may take: one, and one that is good for more.
const LOGINS: usize = 2;

impl Builder {
    /// Logs in when the server wants it, as `oauth` says.
    ///
    /// Whoever connects waits for the user as long as [`OAuth::login_deadline`] lets it, whatever else
    /// bounds the connecting.
    pub fn oauth(mut self, oauth: OAuth) -> Self {
        self.oauth = Some(oauth);
        self
    }

    /// Logs in now, whether or not there is a login already, and keeps it.
    ///
    /// # Errors
    ///
    /// When the builder was given something that cannot be, the server wants no login, or the login
    /// does not succeed.
    pub async fn login(mut self) -> Result<LoggedIn, Error> {
        // The question is asked as a stranger.
        let oauth = self.oauth.take().unwrap_or_default();
        let options = self.options.clone();
        let within = self.limits.handshake;
        let built = self.build()?;
        let authorizer = Authorizer::new(oauth, &built.way.server()?, &options)?;
        let id = Id::Number(1);
        let outgoing = Outgoing::new("server/discover", None);
        let wire = &built.wire;
        let request = modern::request(wire, Revision::V2026_07_28, &id, &outgoing, &[])?;
        let asked = tokio::time::timeout(within, challenge(&built.way, &options, request));
        let late = |_| Error::timeout("the server did not answer", within);
        let challenge = asked.await.map_err(late)??;
        authorizer.log_in(challenge).await
    }

    /// Forgets the login, and tells the authorization server; returns whether there was one.
    ///
    /// # Errors
    ///
    /// When the builder was given something that cannot be, or the login is still there.
    pub async fn logout(mut self) -> Result<bool, Error> {
        let oauth = self.oauth.take().unwrap_or_default();
        let options = self.options.clone();
        let built = self.build()?;
        let authorizer = Authorizer::new(oauth, &built.way.server()?, &options)?;
        authorizer.log_out().await
    }
}

/// Returns who logs in, if anybody does.
pub(super) fn authorizer(
    oauth: Option<OAuth>,
    way: &Way,
    options: &Options,
    headers: &HeaderMap,
) -> Result<Option<Arc<Authorizer>>, Error> {
    let Some(oauth) = oauth else {
        return Ok(None);
    };
    if has_credentials(headers) {
        return Err(Error::input(
            "a client has a token, or logs in to get one: give it one of them",
        ));
    }
    Authorizer::new(oauth, &way.server()?, options).map(Some)
}

/// Finds out how to speak to a server; what needs a user on the way is done in between, in the user's
/// time and not in the server's.
pub(super) async fn find<F>(
    authorizer: Option<&Arc<Authorizer>>,
    find: impl Fn() -> F,
) -> Result<Found, Error>
where
    F: Future<Output = Result<Found, Error>>,
{
    let Some(authorizer) = authorizer else {
        return find().await;
    };
    for _ in 0..LOGINS {
        authorizer.puts_off(true);
        let found = find().await;
        authorizer.puts_off(false);
        match authorizer.take_put_off() {
            Some(errand) if found.is_err() => authorizer.serve(errand).await?,
            _ => return found,
        };
    }
    find().await
}

/// Asks a server something, as a stranger; returns what it wants, if it wants a login.
async fn challenge(
    way: &Way,
    options: &Options,
    request: http::Request<Bytes>,
) -> Result<Option<Challenge>, Error> {
    let server = way.server()?;
    let link = crate::link::over_http(&server, options)?;
    let response = link(request).await.map_err(Error::link)?;
    let wanted = match response.status() {
        StatusCode::UNAUTHORIZED => Wanted::read(response.status(), response.headers()),
        _ => None,
    };
    Ok(match wanted {
        Some(Wanted::Token(challenge) | Wanted::Nonce(challenge) | Wanted::More(challenge)) => {
            Some(challenge)
        }
        None => None,
    })
}
