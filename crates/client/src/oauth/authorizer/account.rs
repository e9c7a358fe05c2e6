//! Logging in and out because somebody says so, and not because a server does.

use std::sync::Arc;

use super::{Authorizer, RENEWAL, apart};
use crate::{
    error::Error,
    oauth::{challenge::Challenge, login::LoggedIn, obtain},
};

impl Authorizer {
    /// Logs in, whether or not there is a login already.
    pub(crate) async fn log_in(
        self: &Arc<Self>,
        challenge: Option<Challenge>,
    ) -> Result<LoggedIn, Error> {
        let authorizer = self.clone();
        apart(async move {
            let _turn = authorizer.turn.lock().await;
            let asked = challenge.is_some();
            let challenge = challenge.unwrap_or_default();
            let found = authorizer.discover(&challenge).await?;
            if !asked && !found.told {
                return Err(Error::input(
                    "the server asks for no login: it answers without one, and names nobody to log \
                     in at",
                ));
            }
            let _lock = authorizer.shelf.lock(authorizer.patience()).await?;
            let scopes = authorizer.scopes(&found, challenge.scopes.as_ref(), None);
            let pass = authorizer
                .log_in_at(&found, scopes, challenge.bound, None)
                .await?;
            Ok(pass.login.told(authorizer.shelf.place()))
        })
        .await
    }

    /// Forgets the login, and has the server forget it if it can; returns whether there was one.
    pub(crate) async fn log_out(self: &Arc<Self>) -> Result<bool, Error> {
        let _turn = self.turn.lock().await;
        let _lock = self.shelf.lock(RENEWAL).await?;
        let Some(login) = self.shelf.login().await? else {
            return Ok(false);
        };
        self.shelf.forget_login().await?;
        self.hold(None);
        // Whoever logs out because nothing works any more begins anew.
        self.shelf.forget_party(&login.issuer).await?;
        if let Err(error) = obtain::revoke(&self.net, &self.settings, &login).await {
            tracing::warn!(%error, "the login is forgotten here; the server was not told");
        }
        Ok(true)
    }
}
