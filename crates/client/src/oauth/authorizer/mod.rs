//! One client's login: what its requests carry, and who sees to it that there is something to carry.
//!
//! ```text
//!   request ─▶ held? ─ no ─▶ kept? ─┐
//!                │ about to end ────┴─▶ renew, one at a time, one process at a time
//!                ▼
//!             sent ─ 401 ─▶ discover ─▶ renew ─ over ─▶ log in ─▶ sent again, once a step
//!                  └ 403 insufficient_scope ─▶ log in for more ─▶ sent again
//! ```
//!
//! Whatever spends something (a refresh token, a code, a user's time) runs in a task of its own: a
//! request that is dropped meanwhile does not throw it away.

mod account;
mod errand;
mod renewal;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use url::Url;

pub(crate) use self::errand::Errand;
use super::{
    challenge::Challenge,
    discovery::{self, Found},
    login::Login,
    net::Net,
    pass::{Came, Pass},
    settings::{OAuth, Settings},
    shelf::Shelf,
    windows::Windows,
};
use crate::{error::Error, link::Options};

/// One client's login.
pub(crate) struct Authorizer {
    server: Url,
    settings: Settings,
    net: Net,
    shelf: Shelf,
    held: Mutex<Held>,
    /// One renewal or login at a time: whoever comes second finds what the first one got.
    turn: tokio::sync::Mutex<()>,
    /// Whether what needs a user is put off, and what was.
    puts_off: AtomicBool,
    put_off: Mutex<Option<Errand>>,
    windows: Mutex<Windows>,
}

#[derive(Default)]
struct Held {
    /// Whether the store was looked into.
    looked: bool,
    pass: Option<Arc<Pass>>,
}

/// How long another process may take to renew a login: as long as its server may, and a bit.
const RENEWAL: Duration = Duration::from_secs(45);

// === impl Authorizer ===

impl Authorizer {
    /// Returns who logs in at `server`, over connections that are made by `options`.
    pub(crate) fn new(oauth: OAuth, server: &Url, options: &Options) -> Result<Arc<Self>, Error> {
        let settings = oauth.0;
        if let Some(fault) = &settings.fault {
            return Err(Error::input(fault));
        }
        let net = Net::new(server, options.clone(), settings.private);
        // A token that anybody on the way can read is nobody's.
        net.check(server)?;
        Ok(Arc::new(Self {
            shelf: Shelf::of(settings.store.clone(), server),
            server: server.clone(),
            net,
            settings,
            held: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            puts_off: AtomicBool::new(false),
            put_off: Mutex::default(),
            windows: Mutex::default(),
        }))
    }

    /// Returns what a request carries now, if there is anything to carry.
    pub(crate) async fn pass(self: &Arc<Self>) -> Result<Option<Arc<Pass>>, Error> {
        {
            let held = self.held.lock();
            match &held.pass {
                Some(pass) if !(pass.login.has_ended() && pass.login.renews()) => {
                    return Ok(Some(pass.clone()));
                }
                None if held.looked => return Ok(None),
                _ => {}
            }
        }
        let authorizer = self.clone();
        apart(async move { authorizer.look().await }).await
    }

    /// Does what a server wants; returns what the request is sent again with.
    pub(crate) async fn serve(self: &Arc<Self>, errand: Errand) -> Result<Arc<Pass>, Error> {
        let authorizer = self.clone();
        apart(async move { authorizer.run(errand).await }).await
    }

    /// Sets whether what needs a user is put off: somebody waits who has less time than users take.
    pub(crate) fn puts_off(&self, on: bool) {
        self.puts_off.store(on, Ordering::Relaxed);
    }

    /// Returns what was put off, to be served.
    pub(crate) fn take_put_off(&self) -> Option<Errand> {
        self.put_off.lock().take()
    }

    /// Keeps a login for later. One that cannot be kept is good all the same, as long as this process.
    async fn keep(&self, login: &Login) {
        if let Err(error) = self.shelf.keep_login(login).await {
            let why = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(%error, why, "a login lasts only as long as this process");
        }
    }

    async fn discover(&self, challenge: &Challenge) -> Result<Found, Error> {
        discovery::discover(&self.net, &self.server, challenge).await
    }

    fn adopt(&self, login: Login) -> Result<Arc<Pass>, Error> {
        let prover = login.prover()?;
        Pass::new(login, prover, Came::Kept).map(Arc::new)
    }

    fn take_up(&self, login: Login) -> Result<Arc<Pass>, Error> {
        let pass = self.adopt(login)?;
        self.hold(Some(pass.clone()));
        Ok(pass)
    }

    fn hold(&self, pass: Option<Arc<Pass>>) {
        *self.held.lock() = Held { looked: true, pass };
    }

    fn now(&self) -> Option<Arc<Pass>> {
        self.held.lock().pass.clone()
    }

    /// How long another process may have the login: its user may be at it.
    fn patience(&self) -> Duration {
        self.settings.login_deadline + RENEWAL
    }
}

/// Runs what must not be thrown away half-way.
async fn apart<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::spawn(work).await;
    done.unwrap_or_else(|error| Err(Error::auth("the login broke off").because(error)))
}
