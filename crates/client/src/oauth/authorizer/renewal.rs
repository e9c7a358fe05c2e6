//! The next token, without anybody's help: spent by one task of one process, taken up by the others.

use std::sync::Arc;

use super::{Authorizer, RENEWAL, errand::is_other};
use crate::{
    error::Error,
    oauth::{
        denied::Denied,
        obtain,
        pass::{Came, Pass},
    },
};

impl Authorizer {
    /// Looks into the store, and renews what is about to end.
    pub(super) async fn look(&self) -> Result<Option<Arc<Pass>>, Error> {
        let _turn = self.turn.lock().await;
        if !self.held.lock().looked {
            let kept = self.shelf.login().await?;
            let pass = kept.map(|login| self.adopt(login)).transpose()?;
            self.hold(pass);
        }
        match self.now() {
            Some(pass) if pass.login.has_ended() && pass.login.renews() => {
                match self.renew_alone(&pass).await {
                    // It is about to end, and has not yet.
                    Err(error) if pass.login.is_good() => {
                        tracing::debug!(%error, "the login could not be renewed in time");
                        Ok(Some(pass))
                    }
                    renewed => renewed,
                }
            }
            pass => Ok(pass),
        }
    }

    async fn renew_alone(&self, pass: &Arc<Pass>) -> Result<Option<Arc<Pass>>, Error> {
        let _lock = self.shelf.lock(RENEWAL).await?;
        self.renew(pass).await
    }

    /// Gets the next token of a login. `None`: the login is over.
    pub(super) async fn renew(&self, pass: &Arc<Pass>) -> Result<Option<Arc<Pass>>, Error> {
        // What another process has got meanwhile is as good; the token that it spent is not.
        let mut login = pass.login.clone();
        if let Some(kept) = self.shelf.login().await?
            && kept.issuer == login.issuer
            && kept.resource == login.resource
            && kept.party.id == login.party.id
        {
            if is_other(Some(pass), &kept) && !kept.has_ended() {
                return self.take_up(kept).map(Some);
            }
            login = kept;
        }
        let prover = login.prover()?;
        match obtain::renewed(&self.net, &self.settings, &login, prover.as_ref()).await {
            Ok(tokens) => {
                login.renew(tokens);
                self.keep(&login).await;
                let pass = Arc::new(Pass::new(login, prover, Came::Renewed)?);
                self.hold(Some(pass.clone()));
                Ok(Some(pass))
            }
            Err(Denied::Grant(error)) => {
                tracing::debug!(%error, "the login is over");
                self.shelf.forget_login().await?;
                self.hold(None);
                Ok(None)
            }
            Err(Denied::Party(error)) if !login.party.given => {
                tracing::debug!(%error, "the authorization server has forgotten the client");
                self.shelf.forget_party(&login.issuer).await?;
                self.shelf.forget_login().await?;
                self.hold(None);
                Ok(None)
            }
            Err(Denied::Party(error) | Denied::Other(error)) => Err(error),
        }
    }
}
