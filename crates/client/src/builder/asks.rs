//! What a client answers when a server asks: the functions for it, each of which is declared.

use std::future::Future;

use tidegate_model::{
    Failure,
    ask::{Elicit, ElicitAnswer, Root, RootList, Sample, Sampled},
};

use super::Builder;
use crate::{asks::handler, error::Error};

/// What a server may ask for in the middle of a call. Each function declares that it can be asked
/// for; what none is set for is not declared, and refused when it is asked for all the same. A
/// function that returns a [`Failure`] refuses.
impl Builder {
    /// Answers forms: shows one to the user, and returns what was filled in. It is checked against
    /// the form's schema before it is sent.
    ///
    /// ```
    /// use tidegate_client::{Client, ask::ElicitAnswer};
    ///
    /// let builder = Client::builder("http://127.0.0.1:8080/mcp")
    ///     .on_elicitation(|form| async move { Ok(ElicitAnswer::accept(form.defaults())) });
    /// # let _ = builder;
    /// ```
    pub fn on_elicitation<F, R>(mut self, answer: F) -> Self
    where
        F: Fn(Elicit) -> R + Send + Sync + 'static,
        R: Future<Output = Result<ElicitAnswer, Failure>> + Send + 'static,
    {
        self.asks.form = Some(handler(answer));
        self
    }

    /// Answers requests to visit a page: shows its whole address and which server sends there, and
    /// returns [`ElicitAnswer::consent`] if the user goes. The client itself opens and fetches
    /// nothing.
    pub fn on_elicitation_url<F, R>(mut self, answer: F) -> Self
    where
        F: Fn(Elicit) -> R + Send + Sync + 'static,
        R: Future<Output = Result<ElicitAnswer, Failure>> + Send + 'static,
    {
        self.asks.url = Some(handler(answer));
        self
    }

    /// Answers questions to a model. People should see both, and be able to say no.
    pub fn on_sampling<F, R>(mut self, answer: F) -> Self
    where
        F: Fn(Sample) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Sampled, Failure>> + Send + 'static,
    {
        self.asks.sample = Some(handler(answer));
        self
    }

    /// Sets whether questions to the model may give it tools; by default not.
    pub const fn sampling_tools(mut self, allowed: bool) -> Self {
        self.asks.sample_tools = allowed;
        self
    }

    /// Tells servers where the client works: `file://` URIs.
    pub fn roots(mut self, roots: impl IntoIterator<Item = Root>) -> Self {
        let roots: Vec<Root> = roots.into_iter().collect();
        let stray = roots.iter().find(|root| !root.uri.starts_with("file://"));
        if let Some(root) = stray {
            let why = format_args!("the root {:?} is no file:// URI", root.uri);
            self.fault.get_or_insert(Error::input(why));
        }
        self.on_roots(move || {
            let roots = roots.clone();
            async move { Ok(RootList { roots }) }
        })
    }

    /// Tells servers where the client works, by a function: for roots that change. After a change,
    /// see [`Client::roots_changed`](crate::Client::roots_changed).
    pub fn on_roots<F, R>(mut self, answer: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<RootList, Failure>> + Send + 'static,
    {
        self.asks.roots = Some(handler(move |()| answer()));
        self
    }

    /// Sets whether a tool may go on as a task when its call is answered
    /// (`io.modelcontextprotocol/tasks`, modern); by default not. A call that becomes a task is
    /// followed until it is done; dropped, it is cancelled like any other.
    pub const fn tasks(mut self, allowed: bool) -> Self {
        self.asks.tasks = allowed;
        self
    }

    /// Sets how often one call may be answered with questions; sixteen times by default.
    pub const fn rounds(mut self, most: usize) -> Self {
        self.limits.rounds = most;
        self
    }
}
