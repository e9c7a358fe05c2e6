//! What a standing stream hears: the changes of what it watches, since it last looked.

use std::{sync::Arc, task::Context as Task};

use tidegate_era::modern::Filter;
use tidegate_handler::{Bulletin, Watched};
use tidegate_session::{News, Seat, SessionKey};

use crate::{dispatch::Seen, state::State};

/// A place from which changes are heard.
pub(crate) struct Hearing {
    seat: Seat,
    watched: Watched,
    /// Whose subscriptions are watched too. They may change while the stream is open.
    session: Option<(Arc<State>, SessionKey)>,
}

// === impl Hearing ===

impl Hearing {
    /// Returns a place to hear what `filter` names.
    pub(crate) fn new(bulletin: &Arc<Bulletin>, filter: &Filter) -> Self {
        let uris = filter.resource_subscriptions.iter().flatten();
        Self {
            seat: bulletin.seat(),
            watched: Watched {
                tools: filter.tools_list_changed,
                resources: filter.resources_list_changed,
                prompts: filter.prompts_list_changed,
                uris: Arc::new(uris.cloned().collect()),
            },
            session: None,
        }
    }

    /// Lets it hear of what the session subscribes to as well.
    pub(crate) fn with_session(mut self, state: &Arc<State>, session: SessionKey) -> Self {
        self.session = Some((Arc::clone(state), session));
        self
    }

    /// Takes what changed since version `seen`; the next change wakes the task.
    ///
    /// Nothing of what came up to then is lost: the place is taken before the subscriptions are
    /// read, so whatever is subscribed to later also changes later, and wakes the task again.
    pub(crate) fn take(&mut self, task: &Task<'_>, seen: &Seen) -> Vec<News> {
        let bulletin = self.seat.bulletin();
        let mut seen = seen.lock();
        let until = bulletin.wait(task, &self.seat);
        if *seen == until {
            return Vec::new();
        }
        if let Some((state, session)) = &self.session {
            let uris = state.sessions.lock().table.subscriptions(session);
            self.watched.uris = uris.unwrap_or_default();
        }
        let news = bulletin.between(*seen, until, &self.watched);
        *seen = until;
        news
    }
}
