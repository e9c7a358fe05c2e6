//! One client: a connection, the way it speaks, and a check of every answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::Fault;
use crate::events::{Tally, check_answer};
use crate::link::{Head, Link};
use crate::subject::Subject;
use crate::wire::{Talk, Tool};

/// Where ids begin: every id of a run has as many digits.
pub(crate) const FIRST_ID: u64 = 1_000_000;
/// The session id that a floor is sent, as long as a UUID.
const MADE_UP: &str = "00000000-0000-4000-8000-000000000000";

/// Ids that no two requests share.
#[derive(Debug, Clone)]
pub struct Ids(Arc<AtomicU64>);

/// Which era the load speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// 2026-07-28: a call stands for itself.
    Modern,
    /// 2025-06-18: a session for every connection.
    Legacy,
}

/// One client on one connection.
#[derive(Debug)]
pub struct Client {
    link: Link,
    talk: Talk,
    ids: Ids,
    request: Vec<u8>,
    answer: Vec<u8>,
}

/// How one counting call went.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// From the request to the first notification.
    pub first: Duration,
}

// === impl Ids ===

impl Ids {
    /// Begins anew.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(AtomicU64::new(FIRST_ID)))
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self::new()
    }
}

// === impl Client ===

impl Client {
    /// Connects and, where there are sessions, opens one.
    ///
    /// # Errors
    /// When the server does not agree.
    pub async fn open(
        addr: SocketAddr,
        subject: Subject,
        front: Front,
        ids: &Ids,
    ) -> Result<Self, Fault> {
        let talk = match front {
            Front::Modern => Talk::modern(addr),
            Front::Legacy if subject.keeps_sessions() => Talk::legacy(addr),
            Front::Legacy => Talk::in_session(addr, MADE_UP.to_owned()),
        };
        let link = Link::open(addr).await?;
        let mut client = Self {
            link,
            talk,
            ids: ids.clone(),
            request: Vec::new(),
            answer: Vec::new(),
        };
        if front == Front::Legacy && subject.keeps_sessions() {
            client.talk = client.open_session().await?;
        }
        Ok(client)
    }

    /// Returns the same client, which shows this token with each request.
    #[must_use]
    pub fn showing(mut self, token: &str) -> Self {
        self.talk = self.talk.showing(token);
        self
    }

    /// Opens `many` clients.
    ///
    /// # Errors
    /// When one cannot be opened.
    pub async fn open_many(
        addr: SocketAddr,
        subject: Subject,
        front: Front,
        ids: &Ids,
        many: usize,
    ) -> Result<Vec<Self>, Fault> {
        let mut clients = Vec::with_capacity(many);
        for _ in 0..many {
            clients.push(Self::open(addr, subject, front, ids).await?);
        }
        Ok(clients)
    }

    /// Calls a tool that answers with its message, and checks that it did.
    ///
    /// # Errors
    /// When the answer is not that.
    pub async fn call(&mut self, tool: Tool) -> Result<(), Fault> {
        let id = self.ids.next();
        self.request.clear();
        self.talk.call(id, tool, &mut self.request);
        self.exchange().await?;
        check_answer(&self.answer, id, &format!("m-{id}"))
    }

    /// Calls `count` and checks that all its notifications came, in order, before the answer.
    ///
    /// # Errors
    /// When one did not.
    pub async fn count(&mut self, n: u32) -> Result<Counted, Fault> {
        let id = self.ids.next();
        self.request.clear();
        self.talk.call(id, Tool::Count(n), &mut self.request);
        let start = Instant::now();
        self.link.send(&self.request).await?;
        let head = self.link.head().await?;
        if !head.events {
            return self.uncounted(id, n, &head).await;
        }
        let mut tally = Tally::new(id);
        self.link
            .body(head.length, |piece| tally.take(piece))
            .await?;
        let first = tally.end(n)?.map_or(Duration::ZERO, |first| first - start);
        Ok(Counted { first })
    }

    /// Takes the plain answer that a counting call of nothing may get.
    async fn uncounted(&mut self, id: u64, n: u32, head: &Head) -> Result<Counted, Fault> {
        self.read_answer(head).await?;
        if n > 0 || head.status != 200 {
            let answer = String::from_utf8_lossy(&self.answer);
            return Err(format!(
                "count {id} was answered with status {} and no stream: {answer}",
                head.status
            )
            .into());
        }
        check_answer(&self.answer, id, "done")?;
        Ok(Counted {
            first: Duration::ZERO,
        })
    }

    /// Opens one more session over this connection and returns how to speak in it.
    ///
    /// # Errors
    /// When the server does not open one.
    pub async fn open_session(&mut self) -> Result<Talk, Fault> {
        let addr = self.talk.addr();
        self.request.clear();
        Talk::legacy(addr).initialize(self.ids.next(), &mut self.request);
        let session = self
            .exchange()
            .await?
            .ok_or("initialize was answered without a session id")?;
        let talk = Talk::in_session(addr, session);
        self.request.clear();
        talk.initialized(&mut self.request);
        self.exchange().await?;
        Ok(talk)
    }

    /// Gives the session of `talk` a log level.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn set_level(&mut self, talk: &Talk) -> Result<(), Fault> {
        let id = self.ids.next();
        self.request.clear();
        talk.set_level(id, &mut self.request);
        self.exchange().await?;
        match memchr::memmem::find(&self.answer, br#""result":"#) {
            Some(_) => Ok(()),
            None => Err(format!(
                "logging/setLevel was refused: {}",
                String::from_utf8_lossy(&self.answer)
            )
            .into()),
        }
    }

    /// Sends what stands in `request` and reads the whole answer; returns the session that it opened.
    async fn exchange(&mut self) -> Result<Option<String>, Fault> {
        self.link.send(&self.request).await?;
        let head = self.link.head().await?;
        self.read_answer(&head).await?;
        match head.status {
            200 | 202 => Ok(head.session),
            status => {
                Err(format!("status {status}: {}", String::from_utf8_lossy(&self.answer)).into())
            }
        }
    }

    /// Reads a whole body.
    async fn read_answer(&mut self, head: &Head) -> Result<(), Fault> {
        self.answer.clear();
        self.link
            .body(head.length, |piece| self.answer.extend_from_slice(piece))
            .await
    }
}

/// Opens a GET stream in the session of `talk`; it is open as long as the link is held.
///
/// # Errors
/// When the server opens none.
pub async fn open_stream(talk: &Talk) -> Result<Link, Fault> {
    let mut link = Link::open(talk.addr()).await?;
    let mut request = Vec::new();
    talk.open_stream(&mut request);
    link.send(&request).await?;
    match link.head().await? {
        head if head.status == 200 && head.events => Ok(link),
        head => Err(format!("GET was answered with status {} and no stream", head.status).into()),
    }
}

/// Returns how a floor, which keeps no sessions, is spoken to.
#[must_use]
pub fn floor_talk(addr: SocketAddr) -> Talk {
    Talk::in_session(addr, MADE_UP.to_owned())
}
