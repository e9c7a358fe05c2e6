//! Which mailbox a message belongs to: a table, without a connection and without a clock.
//!
//! ```text
//!   answer                     ─▶ the request of its id, which ends
//!   progress                   ─▶ the request of its token
//!   of a subscription          ─▶ that `subscriptions/listen`
//!   log message                ─▶ the request it names, the only one there is, or the standing stream
//!   question of the server's   ─▶ the standing stream, or the oldest request of a session
//!   anything else              ─▶ the standing stream
//! ```

mod flight;
mod marks;
mod saying;
mod sorting;

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use tidegate_era::Envelope;
use tidegate_model::Id;

use self::{
    flight::{Flight, FlightKind},
    saying::{cancelled, over},
};
use super::{
    fault::{Broken, Overfull},
    mailbox::Mailbox,
};

/// Who waits for what.
#[derive(Debug, Default)]
pub(super) struct Routes {
    flights: HashMap<Id, Flight>,
    /// Which request a progress token is of.
    tokens: HashMap<Id, Id>,
    standing: Option<Arc<Mailbox>>,
    /// Where the server's questions went, until they are answered: it may withdraw them.
    asked: HashMap<Id, Place>,
    /// How many requests there were: the order of those in flight.
    count: u64,
    broken: Option<Broken>,
}

/// Where a mailbox stands among the routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Request(Id),
    Standing,
}

/// A message that is to be written in consequence of another.
pub(super) type Reply = Option<Bytes>;

// === impl Routes ===

impl Routes {
    /// Makes room for what belongs to a request.
    ///
    /// # Errors
    ///
    /// When the connection has broken.
    pub(super) fn register(&mut self, id: &Id, request: &Envelope) -> Result<Arc<Mailbox>, Broken> {
        self.check()?;
        if let Some(other) = self.remove(id) {
            let why = Broken::because("another request has taken this one's id");
            other.mailbox.end(Err(why.into()));
        }
        let mailbox = Arc::<Mailbox>::default();
        let token = request.params.meta.progress_token.as_ref();
        let token = token.and_then(|token| token.decode::<Id>().ok());
        if let Some(token) = &token {
            self.tokens.insert(token.clone(), id.clone());
        }
        self.count += 1;
        let flight = Flight {
            mailbox: mailbox.clone(),
            token,
            kind: FlightKind::of(request),
            order: self.count,
            sent: false,
        };
        self.flights.insert(id.clone(), flight);
        Ok(mailbox)
    }

    /// Makes room for what belongs to no request; whoever had it before has it no more.
    ///
    /// # Errors
    ///
    /// When the connection has broken.
    pub(super) fn stand(&mut self) -> Result<Arc<Mailbox>, Broken> {
        self.check()?;
        let mailbox = Arc::<Mailbox>::default();
        if let Some(former) = self.standing.replace(mailbox.clone()) {
            former.end(Ok(()));
        }
        Ok(mailbox)
    }

    /// Takes note that the server was sent a request: from now on it is cancelled when it is given up.
    pub(super) fn sent(&mut self, id: &Id) {
        if let Some(flight) = self.flights.get_mut(id) {
            flight.sent = true;
        }
    }

    /// Takes note that a question of the server's was answered.
    pub(super) fn replied(&mut self, id: &Id) {
        self.asked.remove(id);
    }

    /// Takes note that nobody reads `mailbox` any more.
    pub(super) fn leave(&mut self, place: &Place, mailbox: &Arc<Mailbox>) -> Reply {
        match place {
            Place::Standing => {
                let own = self.standing.take_if(|held| Arc::ptr_eq(held, mailbox));
                if own.is_some() {
                    self.asked.retain(|_, asked| asked != place);
                }
                None
            }
            Place::Request(id) => {
                let flight = self.flights.get(id)?;
                if !Arc::ptr_eq(&flight.mailbox, mailbox) {
                    return None;
                }
                self.give_up(id)
            }
        }
    }

    /// Ends everything: the connection broke.
    pub(super) fn end(&mut self, why: &Broken) {
        if self.broken.is_some() {
            return;
        }
        self.broken = Some(why.clone());
        let flights = self.flights.drain().map(|(_, flight)| flight.mailbox);
        for mailbox in flights.chain(self.standing.take()) {
            mailbox.end(Err(why.clone().into()));
        }
        self.tokens.clear();
        self.asked.clear();
    }

    /// Ends everything because the client wants it: subscriptions are over, and not to be had anew.
    pub(super) fn close(&mut self) {
        let listens = |flight: &Flight| flight.kind == FlightKind::Listen;
        let open = self.flights.iter().filter(|(_, flight)| listens(flight));
        let ids: Vec<_> = open.map(|(id, _)| id.clone()).collect();
        for id in ids {
            if let Some(flight) = self.remove(&id) {
                flight.mailbox.put_last(over(&id));
            }
        }
        self.end(&Broken::because("the client has closed the connection"));
    }

    /// Returns whether the connection has broken.
    pub(super) const fn has_ended(&self) -> bool {
        self.broken.is_some()
    }

    fn deliver(&mut self, place: Place, message: Bytes) -> Reply {
        match self.put(&place, message) {
            Ok(()) => None,
            Err(Overfull) => self.overflow(&place),
        }
    }

    fn put(&self, place: &Place, message: Bytes) -> Result<(), Overfull> {
        let mailbox = match place {
            Place::Standing => self.standing.as_ref(),
            Place::Request(id) => self.flights.get(id).map(|flight| &flight.mailbox),
        };
        match mailbox {
            Some(mailbox) => mailbox.put(message),
            None => {
                tracing::debug!(?place, "a message that nobody waits for is left aside");
                Ok(())
            }
        }
    }

    /// A mailbox took no more, and has ended.
    fn overflow(&mut self, place: &Place) -> Reply {
        tracing::warn!(
            ?place,
            "more arrived than the caller read; its stream is ended"
        );
        match place {
            Place::Standing => {
                self.standing = None;
                None
            }
            Place::Request(id) => self.give_up(id),
        }
    }

    fn give_up(&mut self, id: &Id) -> Reply {
        let flight = self.remove(id)?;
        // In a session, whoever sent the request cancels it.
        let cancels = matches!(flight.kind, FlightKind::Modern | FlightKind::Listen);
        (cancels && flight.sent).then(|| cancelled(id))
    }

    fn remove(&mut self, id: &Id) -> Option<Flight> {
        let flight = self.flights.remove(id)?;
        if let Some(token) = &flight.token
            && self.tokens.get(token) == Some(id)
        {
            self.tokens.remove(token);
        }
        if !self.asked.is_empty() {
            let of_it = |place: &Place| matches!(place, Place::Request(asked) if asked == id);
            self.asked.retain(|_, place| !of_it(place));
        }
        Some(flight)
    }

    fn check(&self) -> Result<(), Broken> {
        self.broken.clone().map_or(Ok(()), Err)
    }
}

#[cfg(test)]
mod tests;
