//! Completion: what an argument may be, while somebody types it.

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin};

use serde_json::json;
use tidegate_model::{Failure, Outcome};

pub(crate) use self::params::read;
use super::prompt::plain;
use crate::{context::Context, handler::Reply};

mod params;

/// What is to be completed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompletionRequest {
    /// What has been typed so far.
    pub value: String,
    /// The other arguments, as far as they are settled.
    pub context: BTreeMap<String, String>,
}

/// What an argument may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    values: Vec<String>,
    total: Option<u64>,
    has_more: bool,
}

/// What completes an argument: an async function
/// `async fn(CompletionRequest, Context) -> Result<R, Failure>`, where `R` is a [`Completion`] or a
/// `Vec<String>`, or simply a list of values, of which those that begin like what was typed are
/// offered.
///
/// `M` tells the kinds apart where the compiler has to choose; it is inferred.
pub trait Completer<M>: Send + Sync + 'static {
    /// Begins.
    fn begin(&self, request: CompletionRequest, cx: Context) -> Completing;
}

/// Kind: a function.
#[derive(Debug)]
pub struct Asked<R>(std::marker::PhantomData<R>);

/// Kind: a list of values.
#[derive(Debug)]
pub enum Listed {}

/// A completion, at once or under way.
pub enum Completing {
    /// Here it is.
    Now(Completion),
    /// It is being looked for.
    Later(Pin<Box<dyn Future<Output = Result<Completion, Failure>> + Send>>),
}

/// Which argument of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Of the prompt of this name.
    Prompt(String, String),
    /// The variable of this template.
    Template(String, String),
}

/// An argument's completer.
pub(crate) struct Entry {
    pub(crate) place: Place,
    complete: Box<dyn Fn(CompletionRequest, Context) -> Completing + Send + Sync>,
}

// === impl Completion ===

impl Completion {
    /// How many values are sent at most, by the protocol (2026-07-28 completion).
    pub const MAX: usize = 100;

    /// Returns these values, the most fitting first. Beyond [`MAX`](Self::MAX) the rest is cut off,
    /// and the caller told how many there are.
    pub fn new<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Self {
        let mut kept: Vec<String> = Vec::new();
        let mut total: u64 = 0;
        for value in values {
            total += 1;
            if kept.len() < Self::MAX {
                kept.push(value.into());
            }
        }
        let has_more = total > kept.len() as u64;
        Self {
            values: kept,
            total: Some(total),
            has_more,
        }
    }

    /// Says how many values there are, of which these are some; `None` if nobody knows, but more.
    #[must_use]
    pub fn of(mut self, total: impl Into<Option<u64>>) -> Self {
        self.total = total.into();
        self.has_more = self
            .total
            .is_none_or(|total| total > self.values.len() as u64);
        self
    }
}

impl<S: Into<String>> From<Vec<S>> for Completion {
    fn from(values: Vec<S>) -> Self {
        Self::new(values)
    }
}

impl From<Completion> for Outcome {
    fn from(completion: Completion) -> Self {
        let mut said = json!({ "values": completion.values, "hasMore": completion.has_more });
        if let Some(total) = completion.total {
            said["total"] = total.into();
        }
        Self::complete(json!({ "completion": said }).into())
    }
}

// === impl Completer ===

impl<F, Fut, R> Completer<Asked<R>> for F
where
    F: Fn(CompletionRequest, Context) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, Failure>> + Send + 'static,
    R: Into<Completion>,
{
    fn begin(&self, request: CompletionRequest, cx: Context) -> Completing {
        let work = self(request, cx);
        Completing::Later(Box::pin(async move { work.await.map(Into::into) }))
    }
}

impl<S: AsRef<str> + Send + Sync + 'static> Completer<Listed> for Vec<S> {
    fn begin(&self, request: CompletionRequest, _: Context) -> Completing {
        Completing::Now(starting_like(self, &request.value))
    }
}

impl<S: AsRef<str> + Send + Sync + 'static, const N: usize> Completer<Listed> for [S; N] {
    fn begin(&self, request: CompletionRequest, _: Context) -> Completing {
        Completing::Now(starting_like(self, &request.value))
    }
}

/// Returns the values that begin like what was typed, whatever their case.
fn starting_like<S: AsRef<str>>(values: &[S], typed: &str) -> Completion {
    let typed = typed.to_lowercase();
    let fits = |value: &&str| value.to_lowercase().starts_with(&typed);
    Completion::new(values.iter().map(AsRef::as_ref).filter(fits))
}

// === impl Entry ===

impl Entry {
    pub(crate) fn new<M: 'static, C: Completer<M>>(place: Place, completer: C) -> Self {
        Self {
            place,
            complete: Box::new(move |request, cx| completer.begin(request, cx)),
        }
    }

    pub(crate) fn complete(&self, request: CompletionRequest, cx: Context) -> Reply {
        match (self.complete)(request, cx) {
            Completing::Now(completion) => Reply::Ready(completion.into()),
            Completing::Later(work) => Reply::running(async move {
                match work.await {
                    Ok(completion) => completion.into(),
                    Err(failure) => plain(&failure).into(),
                }
            }),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prompt(name, argument) => write!(f, "argument {argument:?} of prompt {name:?}"),
            Self::Template(uri, variable) => {
                write!(f, "variable {variable:?} of template {uri:?}")
            }
        }
    }
}

impl fmt::Debug for Completing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(completion) => completion.fmt(f),
            Self::Later(_) => f.write_str("Later"),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

#[cfg(test)]
mod tests;
