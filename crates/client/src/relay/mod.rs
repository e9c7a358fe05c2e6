//! A remote server as a server on stdio: lines in, lines out, each message token for token.
//!
//! ```text
//!   a line ─┬─ modern request ─▶ POST with its headers ─────────────┐
//!           ├─ legacy request ─▶ POST in the session ─ 404: anew ───┼─▶ messages ─▶ lines
//!           ├─ initialized ────▶ GET, the session's standing stream ┘
//!           └─ cancelled ──────▶ the request's stream is closed (modern), or a POST (legacy)
//! ```
//!
//! A relay does not translate: host and server speak the same era. What fails on the way is answered
//! with a JSON-RPC error, so that no request of the host is left without an answer.

mod admit;
mod answer;
mod modern;
mod opening;
mod reach;
mod session;
mod standing;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use serde_json::json;
use tidegate_era::{Envelope, code};
use tidegate_model::{HeaderParam, Id};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::timeout,
};
use url::Url;

use self::{answer::Answer, reach::Reach, session::Sessions};
use crate::{
    endpoint::{modern as modern_endpoint, outgoing},
    error::Error,
    link::stdio::Lines,
    wire::Wire,
};

/// A remote server as a server on stdio, for hosts that can only start commands.
///
/// Requests run side by side. A session that the server forgot is opened anew behind the host's back,
/// and streams that broke are taken up where they broke, as far as the server allows.
///
/// ```no_run
/// # async fn run() -> Result<(), tidegate_client::Error> {
/// use tidegate_client::Client;
///
/// let relay = Client::builder("https://a.example/mcp").token("secret").relay()?;
/// relay.run(tokio::io::stdin(), tokio::io::stdout()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a relay does nothing until it is run"]
pub struct Relay {
    wire: Arc<Wire>,
    /// Where HTTP+SSE would be spoken, if nothing else is.
    stream: Option<Url>,
    reach: Reach,
}

/// A relay that runs.
pub(super) struct Relaying {
    /// What requests are sent over; another link once HTTP+SSE was found.
    wire: Mutex<Arc<Wire>>,
    stream: Option<Url>,
    /// Lines to the host.
    say: mpsc::Sender<Bytes>,
    sessions: Sessions,
    reach: Reach,
    /// A session's requests that have no answer yet.
    unanswered: Mutex<HashSet<Id>>,
    /// Modern requests that can be cancelled.
    cancels: Mutex<HashMap<Id, oneshot::Sender<()>>>,
    /// The arguments that tools want mirrored in headers, as far as their list has passed.
    params: Mutex<HashMap<String, Arc<[HeaderParam]>>>,
}

/// Why no more is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// The host has closed its side.
    Input,
    /// The relay was told to stop.
    Stop,
}

/// How many lines wait for the host. One that reads slower slows the servers' streams.
const QUEUE: usize = 64;

/// How long a message without an answer may take, and the end of a session.
const COURTESY: Duration = Duration::from_secs(5);

/// How long the server may take to hear of each part of the end, when the relay was told to stop:
/// whoever told it to kills it after a few seconds.
const PROMPT: Duration = Duration::from_secs(1);

/// How many tools' headers are remembered; a server with more has none of the rest mirrored.
const MOST_TOOLS: usize = 10_000;

// === impl Relay ===

impl Relay {
    pub(crate) fn new(wire: Arc<Wire>, stream: Option<Url>) -> Self {
        Self {
            wire,
            stream,
            reach: Reach::default(),
        }
    }

    /// Calls `told` when it turns out that messages reach the server, with `Ok`, or that they do not,
    /// with why: for the first message, and from then on at each change.
    pub fn on_reach(mut self, told: impl Fn(Result<(), &Error>) + Send + Sync + 'static) -> Self {
        self.reach.tell(told);
        self
    }

    /// Relays what comes on `input` until it ends, and what the server says to `output`. Answers that
    /// are under way at the end are waited for, within reason.
    ///
    /// # Errors
    ///
    /// When `output` cannot be written. What goes wrong with the server is told to the host.
    pub async fn run(
        self,
        input: impl AsyncRead + Unpin,
        output: impl AsyncWrite + Unpin,
    ) -> Result<(), Error> {
        self.run_until(input, output, std::future::pending()).await
    }

    /// As [`run`](Self::run), until `stop` too. Then no answer is waited for: what is under way is
    /// cancelled at the server, and the session ended, in two seconds at most.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run).
    pub async fn run_until(
        self,
        input: impl AsyncRead + Unpin,
        output: impl AsyncWrite + Unpin,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let (say, lines) = mpsc::channel(QUEUE);
        let limit = self.wire.limits.max_message;
        let relaying = Arc::new(Relaying {
            wire: Mutex::new(self.wire),
            stream: self.stream,
            say,
            sessions: Sessions::default(),
            reach: self.reach,
            unanswered: Mutex::default(),
            cancels: Mutex::default(),
            params: Mutex::default(),
        });
        let reading = async {
            let end = relaying.read(Lines::new(input, limit), stop).await;
            // The last of those who write lines: then the writing ends.
            drop(relaying);
            end
        };
        let writing = write(lines, output);
        tokio::pin!(reading, writing);
        let written = tokio::select! {
            written = &mut writing => written,
            end = &mut reading => match end {
                End::Input => writing.await,
                // A host that does not read its lines keeps nobody who was told to stop.
                End::Stop => timeout(PROMPT, writing).await.unwrap_or(Ok(())),
            },
        };
        written.map_err(|error| Error::link(error.into()))
    }
}

/// Writes lines until there are no more.
async fn write(
    mut lines: mpsc::Receiver<Bytes>,
    mut output: impl AsyncWrite + Unpin,
) -> Result<(), std::io::Error> {
    while let Some(line) = lines.recv().await {
        output.write_all(&line).await?;
        output.write_all(b"\n").await?;
        // A host that waits for this line sends nothing that would push it out.
        output.flush().await?;
    }
    Ok(())
}

// === impl Relaying ===

impl Relaying {
    /// Relays a request of the modern era, and what comes for it.
    async fn modern(&self, line: Bytes, envelope: &Envelope, id: &Id) {
        let request = match modern::request(&self.wire(), line, envelope, &self.params) {
            Ok(request) => request,
            Err(error) => return self.fail(id, &error).await,
        };
        let learns = envelope
            .method
            .as_ref()
            .is_some_and(|method| method.as_str() == "tools/list");
        let mut answer = match self.send(request).await {
            Ok(answer) => answer,
            Err(error) => return self.fail(id, &error).await,
        };
        match self.hand_on(&mut answer, id, learns).await {
            Ok(true) => {}
            Ok(false) => self.fail(id, &answer.unanswered()).await,
            Err(error) => self.fail(id, &error).await,
        }
    }

    /// Sends what gets no answer.
    async fn tell(&self, line: Bytes) {
        let wire = self.wire();
        let mut request = outgoing::post(&wire, line);
        if let Some(current) = self.sessions.current() {
            request = current.sign(request);
        }
        match timeout(COURTESY, self.send(request)).await {
            Ok(Ok(answer)) if answer.status().is_success() => self.reach.reached(),
            Ok(Ok(answer)) => {
                tracing::warn!(status = %answer.status(), "the server refused a message");
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, "a message did not reach the server");
                self.reach.failed(&error);
            }
            Err(_) => tracing::warn!("the server did not take a message in time"),
        }
    }

    /// Hands on what comes for a request, to its answer; returns whether that came.
    async fn hand_on(&self, answer: &mut Answer, id: &Id, learns: bool) -> Result<bool, Error> {
        while let Some(message) = answer.next().await {
            let message = message?;
            let response = answer::response_to(&message, id);
            if learns && let Some(answer::Response::Result(result)) = &response {
                modern::learn(&self.params, result);
            }
            match &response {
                Some(answer::Response::Nameless(_)) => {
                    let error = opening::error_of(&message);
                    self.reach.failed(&Error::answered(answer.status(), error));
                }
                _ => self.reach.reached(),
            }
            let is_last = response.is_some();
            let line = match response {
                // An error that names no request is the answer to this one.
                Some(answer::Response::Nameless(error)) => answer::named(id, &error),
                _ => message,
            };
            self.say(line).await;
            if is_last {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn send(&self, request: http::Request<Bytes>) -> Result<Answer, Error> {
        let wire = self.wire();
        let response = (wire.link)(request).await.map_err(Error::link)?;
        Ok(Answer::new(response, wire.limits.max_message))
    }

    async fn say(&self, line: Bytes) {
        // Without a host there is nobody to tell, and the relay is about to end.
        let _ = self.say.send(line).await;
    }

    /// Answers a request with what went wrong on the way.
    async fn fail(&self, id: &Id, error: &Error) {
        tracing::debug!(%error, "a request failed on the way");
        self.reach.failed(error);
        let mut why = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(deeper) = cause {
            why.push_str(": ");
            why.push_str(&deeper.to_string());
            cause = deeper.source();
        }
        let status = error
            .status()
            .map(|status| json!({"status": status.as_u16()}));
        let mut told = json!({"code": code::INTERNAL, "message": why});
        if let Some(data) = status {
            told["data"] = data;
        }
        let answer = json!({"jsonrpc": "2.0", "id": id, "error": told});
        self.say(answer.to_string().into()).await;
    }

    /// Refuses a line of the host.
    async fn refuse(&self, id: Option<&Id>, code: i64, why: &str) {
        let error = json!({"code": code, "message": why});
        let answer = json!({"jsonrpc": "2.0", "id": id, "error": error});
        self.say(answer.to_string().into()).await;
    }

    /// Cancels a session's requests that have no answer: to the server, going away means nothing
    /// (2025-11-25 transports §Sending Messages).
    async fn give_up(self: &Arc<Self>) {
        let ids: Vec<Id> = self.unanswered.lock().drain().collect();
        let mut telling = JoinSet::new();
        for id in ids {
            let relaying = self.clone();
            let params = json!({"requestId": id, "reason": "the host has gone"});
            let method = "notifications/cancelled";
            let told = json!({"jsonrpc": "2.0", "method": method, "params": params});
            telling.spawn(async move { relaying.tell(told.to_string().into()).await });
        }
        let told = async { while telling.join_next().await.is_some() {} };
        // The end of the session follows, or the server's own patience.
        let _ = timeout(PROMPT, told).await;
    }

    /// Ends the session, or the connection.
    async fn close(&self, within: Duration) {
        let wire = self.wire();
        let request = match self.sessions.current() {
            Some(current) => current.delete(&wire),
            None => wire.is_channel.then(|| modern_endpoint::close(&wire)),
        };
        if let Some(request) = request {
            // The session ends by itself in time.
            let _ = timeout(within, (wire.link)(request)).await;
        }
    }

    fn wire(&self) -> Arc<Wire> {
        self.wire.lock().clone()
    }
}
