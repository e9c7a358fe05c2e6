//! Where each message goes.

use bytes::Bytes;
use tidegate_era::{Envelope, Kind, code};
use tidegate_model::Id;

use super::{
    Place, Reply, Routes,
    flight::{Flight, FlightKind},
    marks::Marks,
    saying::{pong, refusal},
};

impl Routes {
    /// Takes in a message of the server's; `message` is its bytes.
    pub(in super::super) fn admit(&mut self, message: Bytes, envelope: &Envelope) -> Reply {
        match envelope.kind() {
            Kind::Response => {
                self.answered(message, envelope);
                None
            }
            Kind::Notification => self.told(message, envelope),
            Kind::Request => self.asked(message, envelope),
        }
    }

    /// Takes in an answer that is none: if its id is a request's, that one has failed.
    pub(in super::super) fn spoil(&mut self, message: Bytes, id: &Id) -> bool {
        let Some(flight) = self.remove(id) else {
            return false;
        };
        flight.mailbox.put_last(message);
        true
    }

    fn answered(&mut self, message: Bytes, envelope: &Envelope) {
        // An error without id says that a request could not be read: with only one, that one.
        let id = envelope.id.clone().or_else(|| self.only_call());
        match id.and_then(|id| self.remove(&id)) {
            Some(flight) => flight.mailbox.put_last(message),
            None => {
                tracing::debug!(id = ?envelope.id, "an answer that nobody waits for is left aside");
            }
        }
    }

    fn told(&mut self, message: Bytes, envelope: &Envelope) -> Reply {
        let method = envelope.method.as_ref().map_or("", |name| name.as_str());
        let marks = Marks::read(&envelope.params);
        if let Some(id) = marks.subscription() {
            return self.deliver(Place::Request(id), message);
        }
        match method {
            "notifications/progress" => {
                let id = marks
                    .progress_token()
                    .and_then(|token| self.tokens.get(&token));
                let place = Place::Request(id?.clone());
                self.deliver(place, message)
            }
            "notifications/message" => {
                let place = self.place_of_log(&marks)?;
                self.deliver(place, message)
            }
            "notifications/cancelled" => {
                self.withdrawn(message, envelope.params.request_id.as_ref()?)
            }
            _ => self.deliver(Place::Standing, message),
        }
    }

    /// A log message that names no request can be any one's. With many in flight it goes where
    /// what is nobody's goes; where there is no such stream, to the oldest rather than nowhere.
    fn place_of_log(&self, marks: &Marks) -> Option<Place> {
        if let Some(id) = marks.request() {
            return Some(Place::Request(id));
        }
        if let Some(id) = self.only_call() {
            return Some(Place::Request(id));
        }
        if self.standing.is_some() {
            return Some(Place::Standing);
        }
        self.oldest(|kind| kind != FlightKind::Listen)
    }

    /// The server wants no answer to its question any more, or ends a subscription in this way.
    fn withdrawn(&mut self, message: Bytes, id: &Id) -> Reply {
        if let Some(place) = self.asked.remove(id) {
            return self.deliver(place, message);
        }
        let listens = |flight: &Flight| flight.kind == FlightKind::Listen;
        if self.flights.get(id).is_some_and(listens) {
            self.remove(id)?.mailbox.put_last(message);
        }
        None
    }

    fn asked(&mut self, message: Bytes, envelope: &Envelope) -> Reply {
        let method = envelope.method.as_ref().map_or("", |name| name.as_str());
        let Some(id) = envelope.id.clone() else {
            // An id that is none: nobody could answer it.
            return None;
        };
        if method == "ping" {
            return Some(pong(&id));
        }
        let place = self
            .standing
            .as_ref()
            .map(|_| Place::Standing)
            .or_else(|| self.oldest(|kind| kind == FlightKind::Legacy));
        let Some(place) = place else {
            return Some(refusal(
                &id,
                code::METHOD_NOT_FOUND,
                "nobody here answers this",
            ));
        };
        if self.put(&place, message).is_err() {
            let _ = self.overflow(&place);
            return Some(refusal(
                &id,
                code::INTERNAL,
                "too much waits to be read here",
            ));
        }
        self.asked.insert(id, place);
        None
    }

    /// Returns the one request in flight that is no subscription, if there is just one.
    fn only_call(&self) -> Option<Id> {
        let mut calls = self
            .flights
            .iter()
            .filter(|(_, flight)| flight.kind != FlightKind::Listen);
        let (only, _) = calls.next()?;
        calls.next().is_none().then(|| only.clone())
    }

    fn oldest(&self, fits: impl Fn(FlightKind) -> bool) -> Option<Place> {
        let fitting = self.flights.iter().filter(|(_, flight)| fits(flight.kind));
        let (id, _) = fitting.min_by_key(|(_, flight)| flight.order)?;
        Some(Place::Request(id.clone()))
    }
}
