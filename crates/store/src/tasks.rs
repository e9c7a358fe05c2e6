//! What a place where tasks are kept has to do.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use crate::{error::StoreError, record::Record};

/// A store's answer, when it is there.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Which record: the task's id, and whom it belongs to. To anyone else it is as if it were not
/// there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    /// The task's id.
    pub id: &'a str,
    /// The principal the task belongs to; empty: anyone.
    pub owner: &'a [u8],
}

/// A record, and which of its versions.
#[derive(Clone, Debug)]
pub struct Versioned {
    /// The record.
    pub record: Record,
    /// Grows with each change.
    pub version: u64,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    /// It was made, and this is the version now.
    Done(u64),
    /// Somebody else was faster: get the record again.
    Stale,
    /// The task has ended, and changes no more.
    Ended,
    /// There is no such record: it expired, was removed, or is somebody else's.
    Gone,
}

/// A place where tasks are kept.
///
/// What a method did is there for every node when its future completes, and survives what the
/// store promises to survive. Times are milliseconds since 1970. All of the rules are in
/// [`contract`](crate::contract), as tests.
///
/// # Cancel safety
///
/// A future that is dropped early may or may not have done its work.
pub trait TaskStore: fmt::Debug + Send + Sync + 'static {
    /// Keeps a new record, and returns its version, which is greater than 0.
    ///
    /// # Errors
    ///
    /// When there is no room, the record is too large, or there is one of its id.
    fn create(&self, record: Record, now: u64) -> Later<'_, u64>;

    /// Returns a record, unless it has expired by `now`.
    fn get<'a>(&'a self, place: Place<'a>, now: u64) -> Later<'a, Option<Versioned>>;

    /// Puts `record` in the place of its version `seen`, unless somebody was faster or the task
    /// has ended. Which record it is, its id and its owner say.
    ///
    /// # Errors
    ///
    /// When the record is too large; what was there stays.
    fn update(&self, record: Record, seen: u64, now: u64) -> Later<'_, Updated>;

    /// Completes when the record has another version than `seen`, or is not there (any more).
    /// Changes of other nodes count too. It may complete too early, never too late.
    fn changed<'a>(&'a self, place: Place<'a>, seen: u64) -> Later<'a, ()>;

    /// Removes the records that have expired by `now`, and returns how many.
    fn expire(&self, now: u64) -> Later<'_, usize>;

    /// Removes a record; false if there is none.
    fn remove<'a>(&'a self, place: Place<'a>) -> Later<'a, bool>;
}

impl<S: TaskStore + ?Sized> TaskStore for Arc<S> {
    fn create(&self, record: Record, now: u64) -> Later<'_, u64> {
        (**self).create(record, now)
    }

    fn get<'a>(&'a self, place: Place<'a>, now: u64) -> Later<'a, Option<Versioned>> {
        (**self).get(place, now)
    }

    fn update(&self, record: Record, seen: u64, now: u64) -> Later<'_, Updated> {
        (**self).update(record, seen, now)
    }

    fn changed<'a>(&'a self, place: Place<'a>, seen: u64) -> Later<'a, ()> {
        (**self).changed(place, seen)
    }

    fn expire(&self, now: u64) -> Later<'_, usize> {
        (**self).expire(now)
    }

    fn remove<'a>(&'a self, place: Place<'a>) -> Later<'a, bool> {
        (**self).remove(place)
    }
}
