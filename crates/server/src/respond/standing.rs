//! A GET stream: what a server says of its own accord inside a session.
//!
//! Its events carry the version of the change they tell, so that a stream that broke is resumed
//! from there: what changed since is told, and nothing is kept for it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll},
};

use bytes::Bytes;
use http::Response;
use tidegate_era::{encode::Framing, modern::Filter, notice};
use tidegate_session::News;
use tokio::time::Sleep;

use super::{
    answer::sse,
    body::{Kind, ResponseBody},
    hearing::Hearing,
    stream::{PING, Pings},
};
use crate::{dispatch::Open, endpoint::session::Inside, state::State};

/// A GET stream.
pub(crate) struct StandingStream {
    open: Open,
    hearing: Option<Hearing>,
    /// What is sent at once: proxies hold the headers back until something is.
    first: Option<Bytes>,
    /// Its events have ids.
    resumes: bool,
    pings: Pings,
    old: Pin<Box<Sleep>>,
}

/// Answers a GET with a stream that stands until the session ends, the server stops, or it is old.
/// It tells of what is `offered`, and of what the session subscribes to.
pub(crate) fn standing(
    state: &Arc<State>,
    open: Open,
    inside: &Inside,
    offered: &Filter,
) -> Response<ResponseBody> {
    let ticket = &inside.ticket;
    let facts = ticket.revision.facts();
    let hearing = state
        .handler
        .bulletin()
        .map(|bulletin| Hearing::new(&bulletin, offered).with_session(state, ticket.key));
    let first = if facts.primes {
        let mut out = Vec::with_capacity(48);
        notice::primed(&mut out, *open.seen().lock(), state.config.retry);
        out.into()
    } else {
        PING
    };
    sse(Kind::Standing(Box::new(StandingStream {
        open,
        hearing,
        first: Some(first),
        resumes: facts.resumes,
        pings: Pings::new(state.config.ping_every),
        old: Box::pin(tokio::time::sleep(state.age(inside.principal.as_ref()))),
    })))
}

// === impl StandingStream ===

impl StandingStream {
    pub(super) fn poll_chunk(&mut self, task: &mut Task<'_>) -> Poll<Option<Bytes>> {
        if self.open.lane().poll_cancelled(task).is_ready() {
            return Poll::Ready(None);
        }
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(first));
        }
        let hearing = self.hearing.as_mut();
        let news = hearing.map(|hearing| hearing.take(task, self.open.seen()));
        if let Some(news) = news
            && !news.is_empty()
        {
            self.pings.sent();
            return Poll::Ready(Some(events(&news, self.resumes).into()));
        }
        if self.old.as_mut().poll(task).is_ready() {
            return Poll::Ready(None);
        }
        self.pings.poll(task).map(|()| Some(PING))
    }
}

/// Writes news as events. Of several that share a version only the last has its id: whoever
/// resumes from there must not miss the others.
fn events(news: &[News], with_ids: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(96 * news.len());
    for (index, one) in news.iter().enumerate() {
        let next = news.get(index + 1);
        if with_ids && next.is_none_or(|next| next.version > one.version) {
            notice::event_id(&mut out, one.version);
        }
        Framing::Sse.write(&mut out, |out| notice::changed(out, &one.change, None));
    }
    out
}
