//! Where a client keeps what it needs to remember: its login at a server, who it is to an issuer.

use std::{sync::Arc, time::Duration};

use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use super::{
    key,
    login::Login,
    party::Party,
    secret::Secret,
    store::{Locked, TokenStore},
};
use crate::error::Error;

/// Where a client keeps what it needs to remember.
#[derive(Clone)]
pub(crate) struct Shelf {
    store: Arc<dyn TokenStore>,
    login: String,
}

/// How often a lock is tried that somebody else has: a refresh takes a tenth of a second or so.
const POLL: Duration = Duration::from_millis(50);

// === impl Shelf ===

impl Shelf {
    /// Returns where what belongs to a server is kept.
    pub(crate) fn of(store: Arc<dyn TokenStore>, server: &Url) -> Self {
        Self {
            store,
            login: format!("login-{}", key::sha256(server.as_str())),
        }
    }

    pub(crate) fn place(&self) -> String {
        self.store.place()
    }

    pub(crate) async fn login(&self) -> Result<Option<Login>, Error> {
        self.read(self.login.clone()).await
    }

    pub(crate) async fn keep_login(&self, login: &Login) -> Result<(), Error> {
        self.write(self.login.clone(), login).await
    }

    pub(crate) async fn forget_login(&self) -> Result<(), Error> {
        let name = self.login.clone();
        self.with(move |store| store.remove(&name)).await
    }

    /// Returns who this client is to an authorization server.
    pub(crate) async fn party(&self, issuer: &str) -> Result<Option<Party>, Error> {
        self.read(party(issuer)).await
    }

    pub(crate) async fn keep_party(&self, issuer: &str, party_: &Party) -> Result<(), Error> {
        self.write(party(issuer), party_).await
    }

    pub(crate) async fn forget_party(&self, issuer: &str) -> Result<(), Error> {
        let name = party(issuer);
        self.with(move |store| store.remove(&name)).await
    }

    /// Locks the login against other processes, waiting at most `within` for the one that has it.
    pub(crate) async fn lock(&self, within: Duration) -> Result<Locked, Error> {
        let waiting = async {
            loop {
                let name = self.login.clone();
                if let Some(lock) = self.with(move |store| store.try_lock(&name)).await? {
                    return Ok(lock);
                }
                tokio::time::sleep(POLL).await;
            }
        };
        let late = |_| Error::auth("another process logs in at the same server and does not end");
        tokio::time::timeout(within, waiting).await.map_err(late)?
    }

    async fn read<T: DeserializeOwned>(&self, name: String) -> Result<Option<T>, Error> {
        let Some(kept) = self.with(move |store| store.read(&name)).await? else {
            return Ok(None);
        };
        let read = serde_json::from_str(kept.reveal());
        // What serde says of it may hold a part of it.
        Ok(read.map(Some).unwrap_or_else(|_| {
            tracing::warn!(
                place = self.place(),
                "a login that cannot be read is left aside"
            );
            None
        }))
    }

    async fn write<T: Serialize>(&self, name: String, what: &T) -> Result<(), Error> {
        let text = serde_json::to_string(what).expect("its keys are text");
        let text = Secret::from(text);
        self.with(move |store| store.write(&name, &text)).await
    }

    /// Stores may block: files, a keyring's own dialogue.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn TokenStore) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let store = self.store.clone();
        let done = tokio::task::spawn_blocking(move || work(&*store)).await;
        let failed = |error: std::io::Error| {
            let place = self.store.place();
            Error::auth(format_args!("logins cannot be kept in {place}")).because(error)
        };
        done.map_err(|error| failed(error.into()))?.map_err(failed)
    }
}

/// A client is known by one name at an authorization server, whichever servers it speaks to.
fn party(issuer: &str) -> String {
    format!("client-{}", key::sha256(issuer))
}
