//! What arrives on a request's stream: events for its caller, questions for the handlers, the answer.

use std::{task::Context, time::SystemTime};

use http::{HeaderMap, StatusCode};

use super::{Answer, Exchange, State};
use crate::{
    error::Error,
    message::{Event, Message, Notification, Request, Response},
    retry::retry_after,
};

impl Exchange {
    pub(super) fn admit(&mut self, message: Message, cx: &mut Context<'_>) -> Option<Event> {
        match message {
            Message::Notification(notification) => return self.notified(&notification),
            Message::Request(request) => self.asked(&request),
            Message::Response(response) => self.answered(response, cx),
        }
        None
    }

    fn notified(&mut self, told: &Notification) -> Option<Event> {
        self.answering.heed(told);
        self.wire.told(told);
        self.wire.handlers.tell(told, self.log_level)
    }

    /// The server asks something on the request's stream.
    fn asked(&mut self, asked: &Request) {
        let Some(session) = &self.session else {
            // No requests come from servers in the modern era, nor before a session is open.
            tracing::warn!(
                method = asked.method,
                "a request of the server is left unanswered"
            );
            return;
        };
        self.reply = self.answering.begin(&self.wire, session.current(), asked);
    }

    fn answered(&mut self, response: Response, cx: &mut Context<'_>) {
        let (status, headers) = match &self.state {
            State::Receiving(receive) => (receive.status(), receive.headers().clone()),
            _ => (StatusCode::OK, HeaderMap::new()),
        };
        // An error without id says that the request could not be read.
        let ours = response
            .id
            .as_ref()
            .map_or(response.outcome.is_err(), |id| *id == self.id);
        if !ours {
            tracing::warn!(id = ?response.id, "an answer to another request is left aside");
            return;
        }
        self.settled = true;
        let retry_after = retry_after(&headers, SystemTime::now());
        self.drain(cx);
        self.end(match response.outcome {
            Ok(result) => Ok(Answer { headers, result }),
            Err(error) => Err(Error::answered(status, error).after(retry_after)),
        });
    }
}
