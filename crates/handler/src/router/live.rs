//! A router that changes while it serves.
//!
//! ```text
//!   change(|router| …) ─▶ a copy that shares its entries ─▶ in the old one's place
//!                                                           └─▶ Bulletin: Tools | Resources | Prompts
//! ```
//!
//! A call takes the router that is there when it comes, and keeps it to its end.

use std::{
    cell::Cell,
    fmt,
    sync::{Arc, Weak},
    time::{SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use parking_lot::ReentrantMutex;
use tidegate_model::{Call, Change};
use tidegate_session::Bulletin;

use super::build::Router;
use crate::{
    caller::Caller,
    context::Context,
    handler::{Handler, Reply},
    offer::Offered,
};

/// A [`Router`] that can change while it serves. Clones share it.
///
/// Whoever listens hears which lists changed, and which resources are told to have.
///
/// ```
/// use tidegate_handler::{Live, Router};
///
/// /// Says it back.
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Echo {
///     message: String,
/// }
///
/// let live = Live::new(Router::new("echo", "1.0.0"));
/// live.change(|router| router.tool("echo", async |args: Echo| args.message))?;
/// live.change(|router| router.without_tool("echo"))?;
/// live.resource_changed("memo://today");
/// # Ok::<(), tidegate_handler::ChangeError>(())
/// ```
#[derive(Clone)]
pub struct Live {
    shared: Arc<Shared>,
}

/// A [`Live`] router, as the tools that are in it hold it: it does not keep the router there.
#[derive(Clone)]
pub struct LiveHandle {
    shared: Weak<Shared>,
}

/// Why a router was not changed. The one before it serves on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeError(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// What is wrong with what the router would be.
    Problems(Vec<String>),
    /// A change was begun inside a change, which would undo it.
    Nested,
    /// The router is gone.
    Gone,
}

struct Shared {
    router: ArcSwap<Router>,
    bulletin: Arc<Bulletin>,
    /// Changes follow each other; inside is whether one is under way on this very thread.
    changing: ReentrantMutex<Cell<bool>>,
}

/// A change under way; dropping it ends it, also when it panics.
struct Underway<'a>(&'a Cell<bool>);

// === impl Live ===

impl Live {
    /// Returns a router that can change from now on.
    #[must_use]
    pub fn new(mut router: Router) -> Self {
        router.is_live = true;
        let started = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_micros());
        Self {
            shared: Arc::new(Shared {
                router: ArcSwap::from_pointee(router.renewed()),
                // A listener of the program before this one is known by its older version.
                bulletin: Bulletin::new(u64::try_from(started).unwrap_or(u64::MAX)),
                changing: ReentrantMutex::default(),
            }),
        }
    }

    /// Changes the router: all of it or nothing, at once for all calls that come after. Calls that
    /// run go on with what they began with. Then the lists that became others are told to whoever
    /// listens.
    ///
    /// What is said of the server itself (its name, its icons, whether it completes) is read by
    /// clients when they come, and by those of older revisions never again.
    ///
    /// # Errors
    ///
    /// When there is something wrong with what the router would be, as two tools of one name; it
    /// stays what it was. And when it is called by what `change` itself runs.
    pub fn change(&self, change: impl FnOnce(Router) -> Router) -> Result<(), ChangeError> {
        let shared = &self.shared;
        let changing = shared.changing.lock();
        let _underway = Underway::begin(&changing)?;
        let old = shared.router.load_full();
        let mut new = change(Router::clone(&old));
        new.is_live = true;
        let new = new.renewed();
        let problems = new.problems();
        if !problems.is_empty() {
            return Err(ChangeError(Kind::Problems(problems)));
        }
        let changes = new.snapshot().changes_since(old.snapshot());
        shared.router.store(Arc::new(new));
        for change in changes {
            shared.bulletin.tell(change);
        }
        Ok(())
    }

    /// Tells whoever listens that the resource at this URI changed.
    pub fn resource_changed(&self, uri: impl Into<String>) {
        self.tell(Change::Resource(uri.into()));
    }

    /// Tells whoever listens of a change that no other method tells.
    pub fn tell(&self, change: Change) {
        self.shared.bulletin.tell(change);
    }

    /// Returns a handle for tools of this router, which as clones of it would keep it, and it them,
    /// for ever.
    #[must_use]
    pub fn handle(&self) -> LiveHandle {
        LiveHandle {
            shared: Arc::downgrade(&self.shared),
        }
    }
}

impl Handler for Live {
    fn offer(&self, caller: &Caller) -> Offered {
        self.shared.router.load().offer(caller)
    }

    fn call(&self, call: Call, cx: Context) -> Reply {
        self.shared.router.load().call(call, cx)
    }

    fn bulletin(&self) -> Option<Arc<Bulletin>> {
        Some(Arc::clone(&self.shared.bulletin))
    }

    fn problems(&self) -> Vec<String> {
        self.shared.router.load().problems()
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live")
            .field(&self.shared.router.load())
            .finish()
    }
}

// === impl LiveHandle ===

impl LiveHandle {
    /// Changes the router, as [`Live::change`] does.
    ///
    /// # Errors
    ///
    /// As there, and when the router is gone.
    pub fn change(&self, change: impl FnOnce(Router) -> Router) -> Result<(), ChangeError> {
        self.live()
            .ok_or(ChangeError(Kind::Gone))
            .and_then(|live| live.change(change))
    }

    /// Tells whoever listens that the resource at this URI changed. Without the router nobody does.
    pub fn resource_changed(&self, uri: impl Into<String>) {
        self.tell(Change::Resource(uri.into()));
    }

    /// Tells whoever listens of a change that no other method tells.
    pub fn tell(&self, change: Change) {
        if let Some(live) = self.live() {
            live.tell(change);
        }
    }

    /// Returns the router, if it is still there.
    #[must_use]
    pub fn live(&self) -> Option<Live> {
        self.shared.upgrade().map(|shared| Live { shared })
    }
}

impl fmt::Debug for LiveHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LiveHandle")
    }
}

// === impl Underway ===

impl<'a> Underway<'a> {
    fn begin(flag: &'a Cell<bool>) -> Result<Self, ChangeError> {
        if flag.replace(true) {
            return Err(ChangeError(Kind::Nested));
        }
        Ok(Self(flag))
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

// === impl ChangeError ===

impl ChangeError {
    /// Returns what is wrong with what the router would have been.
    #[must_use]
    pub fn problems(&self) -> &[String] {
        match &self.0 {
            Kind::Problems(problems) => problems,
            Kind::Nested | Kind::Gone => &[],
        }
    }

    /// Returns whether there is no router any more.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.0 == Kind::Gone
    }
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Problems(problems) => {
                write!(f, "the router was not changed: {}", problems.join("; "))
            }
            Kind::Nested => f.write_str(
                "the router was not changed: a change cannot be made by what a change runs",
            ),
            Kind::Gone => f.write_str("the router is gone"),
        }
    }
}

impl std::error::Error for ChangeError {}

#[cfg(test)]
mod tests;
