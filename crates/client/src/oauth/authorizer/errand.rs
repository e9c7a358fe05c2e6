//! What a server wants done: whether it has been done meanwhile, can be had without a user, or takes a
//! login.

use std::sync::{Arc, atomic::Ordering};

use tokio::time::Instant;

use super::Authorizer;
use crate::{
    error::Error,
    oauth::{
        challenge::Challenge,
        discovery::Found,
        dpop::Prover,
        login::Login,
        obtain::Obtain,
        pass::{Came, Pass},
        scopes::Scopes,
    },
};

/// What a server wants done.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    pub(crate) challenge: Challenge,
    /// Whether there is a token, and it is not good for enough.
    pub(crate) more: bool,
    /// What the request carried that the server wants another of.
    pub(crate) used: Option<Arc<Pass>>,
}

impl Authorizer {
    /// Does it.
    pub(super) async fn run(&self, errand: Errand) -> Result<Arc<Pass>, Error> {
        let _turn = self.turn.lock().await;
        let used = errand.used.as_ref();
        if let Some(now) = self.now().filter(|now| is_other(used, &now.login)) {
            return Ok(now);
        }
        if let Some(pass) = used.filter(|pass| !errand.more && pass.is_hopeless()) {
            return Err(Error::auth(format_args!(
                "the server refuses the token that {} has just given out for it",
                pass.login.issuer
            )));
        }
        let _lock = self.shelf.lock(self.patience()).await?;
        let kept = self.shelf.login().await?;
        if let Some(kept) = kept.filter(|kept| is_other(used, kept) && !kept.has_ended()) {
            tracing::debug!("another process has logged in meanwhile");
            return self.take_up(kept);
        }
        let found = self.discover(&errand.challenge).await?;
        let before = used.filter(|pass| same(&pass.login, &found));
        if before.is_none() {
            check_move(used, &found)?;
        }
        if let Some(pass) = before.filter(|pass| !errand.more && pass.can_renew())
            && let Some(renewed) = self.renew(pass).await?
        {
            return Ok(renewed);
        }
        let wanted = errand.challenge.scopes.as_ref();
        let scopes = self.scopes(&found, wanted, before);
        if errand.more {
            check_more(used, wanted)?;
            if self.settings.needs_user() && self.settings.browser.is_none() {
                return Err(nobody_there(wanted, &scopes));
            }
        }
        if self.settings.needs_user() && self.settings.browser.is_some() {
            if self.puts_off.load(Ordering::Relaxed) {
                *self.put_off.lock() = Some(errand);
                return Err(Error::login("the server wants a login"));
            }
            self.windows.lock().open(Instant::now())?;
        }
        self.log_in_at(&found, scopes, errand.challenge.bound, before)
            .await
    }

    /// Logs in, and holds and keeps what came of it.
    pub(super) async fn log_in_at(
        &self,
        found: &Found,
        scopes: Scopes,
        bound: bool,
        before: Option<&Arc<Pass>>,
    ) -> Result<Arc<Pass>, Error> {
        let kept = before
            .map(|pass| pass.login.prover())
            .transpose()?
            .flatten();
        let prover = match kept {
            None if bound || self.settings.dpop => Some(Prover::generate()?),
            kept => kept,
        };
        let obtain = Obtain {
            net: &self.net,
            settings: &self.settings,
            shelf: &self.shelf,
            found,
            scopes,
            prover: prover.as_ref(),
        };
        let login = obtain.login().await?;
        tracing::debug!(login.issuer, "logged in");
        self.keep(&login).await;
        let pass = Arc::new(Pass::new(login, prover, Came::New)?);
        self.hold(Some(pass.clone()));
        Ok(pass)
    }

    /// Chooses what to ask for (2026-07-28 authorization §Scope Selection Strategy, §Step-Up).
    pub(super) fn scopes(
        &self,
        found: &Found,
        challenged: Option<&Scopes>,
        before: Option<&Arc<Pass>>,
    ) -> Scopes {
        let mut scopes = before
            .map(|pass| pass.login.requested.clone())
            .unwrap_or_default();
        scopes.add(&self.settings.scopes);
        match challenged {
            Some(challenged) => scopes.add(challenged),
            None if scopes.is_empty() => scopes.add(&found.scopes),
            None => {}
        }
        scopes
    }
}

/// Whether a login is another one than the one that was used.
pub(super) fn is_other(used: Option<&Arc<Pass>>, login: &Login) -> bool {
    used.is_none_or(|used| used.login.access.reveal() != login.access.reveal())
}

/// Whether a login is good where the server says now that one logs in: letter for letter.
fn same(login: &Login, found: &Found) -> bool {
    login.issuer == found.issuer.issuer && login.resource == found.resource
}

/// A server that has its users log in elsewhere now: a client that was registered by hand at one is not
/// shown to the other (2026-07-28 client registration §Authorization Server Binding).
fn check_move(used: Option<&Arc<Pass>>, found: &Found) -> Result<(), Error> {
    let Some(login) = used.map(|pass| &pass.login) else {
        return Ok(());
    };
    let (before, now) = (&login.issuer, &found.issuer.issuer);
    if before == now || !login.party.given {
        return Ok(());
    }
    Err(Error::auth(format_args!(
        "the server has its users log in at {now} now, and the client {} is registered at {before}; \
         register it there, and log in anew",
        login.party.id
    )))
}

/// Nobody is there to log in for more. Whoever does it later asks for all of it: the next login takes
/// the place of this one.
fn nobody_there(wanted: Option<&Scopes>, scopes: &Scopes) -> Error {
    let wanted = wanted.map(Scopes::to_string).unwrap_or_default();
    // Logins ask for that one by themselves, where it is of use.
    let scopes = scopes
        .names()
        .iter()
        .filter(|scope| *scope != "offline_access");
    Error::login_for(
        format_args!(
            "the server wants a login that is good for {wanted}, and there is none that is"
        ),
        scopes.cloned().collect(),
    )
}

/// What was asked for already and is still missing will not come of asking again.
fn check_more(used: Option<&Arc<Pass>>, wanted: Option<&Scopes>) -> Result<(), Error> {
    let asked = used.map(|pass| &pass.login.requested);
    match (wanted, asked) {
        (Some(wanted), Some(asked)) if asked.has_all(wanted) => Err(Error::auth(format_args!(
            "the server wants a token for {wanted}, which was asked for and not given"
        ))),
        (Some(_), _) => Ok(()),
        (None, _) => Err(Error::auth(
            "the server wants a token that is good for more, and does not say for what",
        )),
    }
}
