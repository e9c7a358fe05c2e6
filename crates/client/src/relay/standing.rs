//! The session's standing stream (legacy): what the server says and asks outside of any request.

use http::StatusCode;
use tokio::time::{Instant, sleep};

use super::Relaying;
use crate::{place::Place, retry::Attempts};

/// How one stream ended.
enum End {
    /// It broke: it is taken up.
    Broken,
    /// There is none.
    Refused,
}

impl Relaying {
    /// Keeps the stream open, in whichever session there is.
    pub(super) async fn stand(&self) {
        let mut renewals = self.sessions.renewals();
        let reconnect = self.wire().reconnect;
        let mut attempts = Attempts::new(reconnect);
        let mut place = Place::default();
        loop {
            let begun = Instant::now();
            let end = tokio::select! {
                end = self.follow(&mut place) => end,
                Ok(()) = renewals.changed() => {
                    place = Place::default();
                    attempts.reset();
                    continue;
                }
            };
            if begun.elapsed() > reconnect.cap {
                attempts.reset();
            }
            let delay = match end {
                End::Broken => attempts.next(place.retry()),
                End::Refused => None,
            };
            if let Some(delay) = delay {
                sleep(delay).await;
                continue;
            }
            tracing::debug!("the server has no standing stream any more");
            // Another session may have one.
            if renewals.changed().await.is_err() {
                return;
            }
            place = Place::default();
            attempts.reset();
        }
    }

    async fn follow(&self, place: &mut Place) -> End {
        let Some(current) = self.sessions.current() else {
            return End::Refused;
        };
        let request = current.stream(&self.wire(), place.id());
        let answer = match self.send(request).await {
            Ok(answer) => answer,
            Err(error) => {
                self.reach.failed(&error);
                return End::Broken;
            }
        };
        match answer.status() {
            StatusCode::NOT_FOUND if current.id.is_some() => {
                // Told by the renewal itself.
                return match self.renew(&current).await {
                    Ok(()) => End::Refused,
                    Err(_) => End::Broken,
                };
            }
            status if status.is_server_error() => return End::Broken,
            status if !status.is_success() || !answer.is_stream() => return End::Refused,
            _ => {}
        }
        self.reach.reached();
        let mut answer = answer.from(std::mem::take(place));
        while let Some(Ok(message)) = answer.next().await {
            self.say(message).await;
        }
        *place = answer.place();
        End::Broken
    }
}
