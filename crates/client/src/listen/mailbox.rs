//! Where changes wait for their listener.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;
use tidegate_model::Change;

use super::Topics;
use crate::error::Error;

/// Where changes wait for their listener. A change that waits already is not put in again, so a
/// listener that looks seldom hears of each thing once, and a mailbox is as long as what it is for.
#[derive(Debug)]
pub(crate) struct Mailbox {
    topics: Topics,
    mail: Mutex<Mail>,
}

#[derive(Debug, Default)]
struct Mail {
    waiting: VecDeque<Change>,
    /// How it ended: by the server's word, or by an error that is yet to be told.
    end: Option<Option<Error>>,
    waker: Option<Waker>,
}

/// Everyone who listens on one session.
#[derive(Debug, Default)]
pub(crate) struct Listeners(Mutex<Vec<Weak<Mailbox>>>);

/// How many changes wait. Only parts of resources can be so many; then the whole is told of instead.
const MOST: usize = 1024;

// === impl Mailbox ===

impl Mailbox {
    /// Returns an empty mailbox for these topics.
    pub(crate) fn new(topics: Topics) -> Arc<Self> {
        Arc::new(Self {
            topics,
            mail: Mutex::default(),
        })
    }

    /// Puts a change in, if it is wanted.
    pub(crate) fn put(&self, change: &Change) {
        if self.topics.wants(change) {
            self.admit([change.clone()]);
        }
    }

    /// Puts everything in that is listened to: nobody knows what changed.
    pub(crate) fn put_all(&self) {
        self.admit(self.topics.all());
    }

    /// Says that no more comes.
    pub(crate) fn end(&self, error: Option<Error>) {
        let mut mail = self.mail.lock();
        mail.end.get_or_insert(error);
        let waker = mail.waker.take();
        drop(mail);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Takes the next change out; `None` after the end.
    pub(crate) fn poll_take(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Change, Error>>> {
        let mut mail = self.mail.lock();
        if let Some(change) = mail.waiting.pop_front() {
            return Poll::Ready(Some(Ok(change)));
        }
        if let Some(end) = &mut mail.end {
            return Poll::Ready(end.take().map(Err));
        }
        mail.waker = Some(cx.waker().clone());
        Poll::Pending
    }

    fn admit(&self, changes: impl IntoIterator<Item = Change>) {
        let mut mail = self.mail.lock();
        for change in changes {
            if !mail.waiting.contains(&change) {
                mail.waiting.push_back(change);
            }
        }
        if mail.waiting.len() > MOST {
            mail.waiting = self.topics.all().into();
        }
        let waker = mail.waker.take();
        drop(mail);
        waker.into_iter().for_each(Waker::wake);
    }
}

// === impl Listeners ===

impl Listeners {
    /// Adds a listener, until its mailbox is dropped.
    pub(crate) fn add(&self, mailbox: &Arc<Mailbox>) {
        let mut all = self.0.lock();
        all.retain(|listener| listener.strong_count() > 0);
        all.push(Arc::downgrade(mailbox));
    }

    /// Tells everyone of a change.
    pub(crate) fn tell(&self, change: &Change) {
        self.each(|mailbox| mailbox.put(change));
    }

    /// Tells everyone that anything may have changed.
    pub(crate) fn tell_all(&self) {
        self.each(|mailbox| mailbox.put_all());
    }

    /// Tells everyone that nothing more is heard.
    pub(crate) fn end(&self, error: impl Fn() -> Error) {
        self.each(|mailbox| mailbox.end(Some(error())));
    }

    /// Tells everyone that nothing more is to be heard.
    pub(crate) fn close(&self) {
        self.each(|mailbox| mailbox.end(None));
    }

    fn each(&self, act: impl Fn(&Mailbox)) {
        // Wakers are woken without the lock.
        let all: Vec<_> = self.0.lock().iter().filter_map(Weak::upgrade).collect();
        all.iter().for_each(|mailbox| act(mailbox));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(mailbox: &Mailbox) -> Vec<Change> {
        let mut cx = Context::from_waker(Waker::noop());
        std::iter::from_fn(|| match mailbox.poll_take(&mut cx) {
            Poll::Ready(Some(Ok(change))) => Some(change),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn each_thing_waits_once() {
        let mailbox = Mailbox::new(Topics::new().tools().prompts());
        for change in [
            Change::Tools,
            Change::Tools,
            Change::Resources,
            Change::Prompts,
        ] {
            mailbox.put(&change);
        }
        mailbox.put_all();
        assert_eq!(taken(&mailbox), [Change::Tools, Change::Prompts]);
    }

    #[test]
    fn too_many_parts_are_told_of_as_the_whole() {
        let mailbox = Mailbox::new(Topics::new().resource("test://a"));
        for nth in 0..=MOST {
            mailbox.put(&Change::Resource(format!("test://a/{nth}")));
        }
        assert_eq!(taken(&mailbox), [Change::Resource("test://a".to_owned())]);
    }

    #[test]
    fn an_end_comes_after_what_waits() {
        let mailbox = Mailbox::new(Topics::new().tools());
        let listeners = Listeners::default();
        listeners.add(&mailbox);
        listeners.tell(&Change::Tools);
        listeners.end(|| Error::lost("gone"));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(matches!(
            mailbox.poll_take(&mut cx),
            Poll::Ready(Some(Ok(_)))
        ));
        assert!(matches!(
            mailbox.poll_take(&mut cx),
            Poll::Ready(Some(Err(_)))
        ));
        assert!(matches!(mailbox.poll_take(&mut cx), Poll::Ready(None)));
    }
}
