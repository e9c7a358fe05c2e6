//! Reading a connection: what is a message, what is rubbish, and when there is too much of it.

use std::sync::Weak;

use bytes::Bytes;
use tidegate_era::{Body, Envelope};
use tokio::sync::mpsc;

use super::Connection;
use crate::{error::BoxError, link::channel::fault::Broken};

/// How many unreadable messages in a row end a connection. A stray print, a banner or a stack
/// trace are to be borne; whoever says nothing else speaks no protocol.
const MOST_UNREADABLE: usize = 1_000;

/// How much of an unreadable message is logged: a line of a terminal or two.
const EXCERPT: usize = 200;

/// Reads a connection to its end. It holds the connection only while there is something to take in.
pub(super) async fn read(
    connection: Weak<Connection>,
    mut incoming: mpsc::Receiver<Result<Bytes, BoxError>>,
) {
    let mut unreadable = 0;
    let why = loop {
        let message = match incoming.recv().await {
            Some(Ok(message)) => message,
            Some(Err(error)) => break Broken::because(error),
            None => break Broken::because("the server closed the connection"),
        };
        let Some(connection) = connection.upgrade() else {
            return;
        };
        unreadable = if connection.admit(&message) {
            0
        } else {
            unreadable + 1
        };
        if unreadable > MOST_UNREADABLE {
            break Broken::because("the server said nothing that is a message of the protocol");
        }
    };
    if let Some(connection) = connection.upgrade() {
        connection.broke(&why);
    }
}

impl Connection {
    /// Takes in what the server said; returns whether it was a message.
    fn admit(&self, message: &Bytes) -> bool {
        match Body::read(message) {
            Ok(Body::One(envelope)) => self.admit_one(one_line(message.clone()), &envelope),
            Ok(Body::Batch(batch)) => {
                let elements: Result<Vec<Box<serde_json::value::RawValue>>, _> =
                    serde_json::from_slice(message);
                for (element, envelope) in elements.unwrap_or_default().iter().zip(&batch) {
                    let element = Bytes::copy_from_slice(element.get().as_bytes());
                    self.admit_one(one_line(element), envelope);
                }
            }
            Err((malformed, id)) => {
                let answers = id.filter(|_| !has_method(message));
                let spoilt = |id| self.routes.lock().spoil(one_line(message.clone()), &id);
                if !answers.is_some_and(spoilt) {
                    tracing::warn!(
                        ?malformed,
                        message = excerpt(message),
                        "the server said something that is no message"
                    );
                    return false;
                }
            }
        }
        true
    }

    fn admit_one(&self, message: Bytes, envelope: &Envelope) {
        let reply = self.routes.lock().admit(message, envelope);
        if let Some(reply) = reply {
            self.say(reply);
        }
    }
}

/// A message without line breaks. In JSON they stand between tokens only, so nothing is lost; on a
/// channel of lines, and in an event, they would end the message.
pub(crate) fn one_line(message: Bytes) -> Bytes {
    let breaks = |byte: &u8| matches!(byte, b'\n' | b'\r');
    if !message.iter().any(breaks) {
        return message;
    }
    message
        .iter()
        .copied()
        .filter(|byte| !breaks(byte))
        .collect()
}

/// Whether a message that is none would be a request or a notification.
fn has_method(message: &Bytes) -> bool {
    serde_json::from_slice::<serde_json::Value>(message)
        .is_ok_and(|value| value.get("method").is_some())
}

fn excerpt(message: &Bytes) -> String {
    let text = String::from_utf8_lossy(&message[..message.len().min(EXCERPT)]);
    text.chars().filter(|c| !c.is_control()).collect()
}
