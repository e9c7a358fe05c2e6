//! How a call under way asks its client, when its handler waits for answers.

use std::task::Poll;

use tidegate_era::encode;
use tidegate_handler::Failure;
use tidegate_model::{Method, Raw};
use tidegate_session::SessionKey;

use super::{Ending, Inner};
use crate::dispatch::rounds;

/// How a call asks its client.
pub(in crate::dispatch) enum Asking {
    /// By ending its round, and being sent again: what was called.
    Rounds(Method, Raw),
    /// By requests on its stream.
    Live(SessionKey),
    /// Not at all.
    Never,
}

// === impl Inner ===

impl Inner {
    /// The handler waits for answers.
    pub(super) fn ask(&mut self) -> Poll<Ending> {
        match &self.asking {
            Asking::Rounds(method, params) => {
                let Some(outcome) = rounds::close(&self.state, &self.cx, method, params) else {
                    return Poll::Pending;
                };
                // A thread of the handler that waits for an answer goes home.
                self.cx.lane().cancel();
                Poll::Ready(Ending::Outcome(outcome))
            }
            Asking::Live(session) if self.streams && !self.cx.lane().is_detached() => {
                // Before it is entered it is polled once more.
                if let Some(pending) = &mut self.pending {
                    for ask in self.cx.asks().take_new() {
                        let asked = &self.state.asked;
                        let id = asked.send(&mut pending.out, *session, &self.cx, &ask);
                        self.cx.lane().push_now(|out| {
                            self.cx.framing().write(out, |out| {
                                encode::request(out, self.facts, &id, &ask.request);
                            });
                        });
                    }
                }
                Poll::Pending
            }
            Asking::Live(_) | Asking::Never => {
                for ask in self.cx.asks().take_new() {
                    let unheard = Failure::tool(if self.streams {
                        "this client cannot be asked anything more: its connection broke"
                    } else {
                        "this client cannot be asked anything: it reads no text/event-stream"
                    });
                    self.cx.asks().answer(&ask.key, Err(unheard));
                }
                Poll::Pending
            }
        }
    }

    pub(super) const fn session(&self) -> Option<SessionKey> {
        match &self.asking {
            Asking::Live(session) => Some(*session),
            _ => None,
        }
    }
}
