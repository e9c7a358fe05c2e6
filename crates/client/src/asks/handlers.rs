//! Who answers: the functions a user gave, and the capabilities that follow from them.

use std::{
    fmt,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::Poll,
};

use serde_json::{Map, Value, json};
use tidegate_model::{
    Failure,
    ask::{Elicit, ElicitAnswer, InputKind, InputRequest, RootList, Sample, Sampled},
};

use super::content;

/// A function that answers a question `Q` with an `A`.
pub(crate) type Handler<Q, A> =
    Arc<dyn Fn(Q) -> Pin<Box<dyn Future<Output = Result<A, Failure>> + Send>> + Send + Sync>;

/// The functions that answer what servers ask.
#[derive(Clone, Default)]
pub(crate) struct Asks {
    pub(crate) form: Option<Handler<Elicit, ElicitAnswer>>,
    pub(crate) url: Option<Handler<Elicit, ElicitAnswer>>,
    pub(crate) sample: Option<Handler<Sample, Sampled>>,
    /// Whether the model may be given tools.
    pub(crate) sample_tools: bool,
    pub(crate) roots: Option<Handler<(), RootList>>,
    /// Whether a call may be answered with a task.
    pub(crate) tasks: bool,
}

/// The extension that lets a call go on after its answer.
const TASKS: &str = "io.modelcontextprotocol/tasks";

/// Boxes a user's function.
pub(crate) fn handler<Q, A, F, R>(function: F) -> Handler<Q, A>
where
    Q: Send + 'static,
    A: 'static,
    F: Fn(Q) -> R + Send + Sync + 'static,
    R: Future<Output = Result<A, Failure>> + Send + 'static,
{
    let function = Arc::new(function);
    Arc::new(move |question| {
        let function = function.clone();
        Box::pin(guarded(Box::pin(async move { function(question).await })))
    })
}

/// Runs a user's function; a panic in it is a failure, not the end of what called it.
async fn guarded<A>(
    mut running: Pin<Box<dyn Future<Output = Result<A, Failure>> + Send>>,
) -> Result<A, Failure> {
    poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| running.as_mut().poll(cx)));
        polled.unwrap_or_else(|_| Poll::Ready(Err(Failure::internal("the handler panicked"))))
    })
    .await
}

// === impl Asks ===

impl Asks {
    /// Returns whether there is anything a server could ask for.
    pub(crate) const fn any(&self) -> bool {
        self.form.is_some() || self.url.is_some() || self.sample.is_some() || self.roots.is_some()
    }

    /// Returns whether somebody answers questions of this kind.
    pub(crate) const fn knows(&self, kind: InputKind) -> bool {
        match kind {
            InputKind::Elicit => self.form.is_some() || self.url.is_some(),
            InputKind::Sample => self.sample.is_some(),
            InputKind::Roots => self.roots.is_some(),
        }
    }

    /// Returns the capabilities that follow, in the words of an era.
    pub(crate) fn capabilities(&self, modern: bool) -> Value {
        let mut all = Map::new();
        let mut modes = Map::new();
        if self.form.is_some() {
            modes.insert("form".to_owned(), json!({}));
        }
        if self.url.is_some() {
            modes.insert("url".to_owned(), json!({}));
        }
        if !modes.is_empty() {
            all.insert("elicitation".to_owned(), modes.into());
        }
        if self.sample.is_some() {
            let tools = self.sample_tools.then(|| json!({"tools": {}}));
            all.insert("sampling".to_owned(), tools.unwrap_or_else(|| json!({})));
        }
        if self.roots.is_some() {
            // Only sessions are told of changes.
            let told = (!modern).then(|| json!({"listChanged": true}));
            all.insert("roots".to_owned(), told.unwrap_or_else(|| json!({})));
        }
        if modern && self.tasks {
            // Under 2025-11-25 this name enables nothing (SEP-2663).
            all.insert("extensions".to_owned(), json!({ TASKS: {} }));
        }
        all.into()
    }

    /// Answers a question.
    ///
    /// # Errors
    ///
    /// When nobody here answers such questions, the question is none, or its answer does not fit.
    pub(crate) async fn answer(&self, request: &InputRequest) -> Result<Value, Failure> {
        match request.method {
            InputKind::Elicit => self.elicit(&request.params).await,
            InputKind::Sample => self.sample(&request.params).await,
            InputKind::Roots => {
                let ask = self.roots.as_ref();
                let ask = ask.ok_or_else(|| Failure::method_not_found("roots/list"))?;
                Ok(json!(ask(()).await?))
            }
        }
    }

    async fn elicit(&self, params: &Value) -> Result<Value, Failure> {
        if self.form.is_none() && self.url.is_none() {
            return Err(Failure::method_not_found("elicitation/create"));
        }
        let asked = Elicit::read(params).map_err(Failure::invalid_params)?;
        let (ask, mode) = match &asked {
            Elicit::Form { .. } => (&self.form, "form"),
            Elicit::Url { .. } => (&self.url, "url"),
        };
        let ask = ask.as_ref().ok_or_else(|| {
            Failure::invalid_params(format_args!(
                "this client did not declare elicitation by {mode}"
            ))
        })?;
        let answer = ask(asked.clone()).await?;
        content::check(&asked, &answer)?;
        Ok(json!(answer))
    }

    async fn sample(&self, params: &Value) -> Result<Value, Failure> {
        let ask = self.sample.as_ref();
        let ask = ask.ok_or_else(|| Failure::method_not_found("sampling/createMessage"))?;
        let asked: Sample = serde_json::from_value(params.clone())
            .map_err(|error| Failure::invalid_params(format_args!("no sampling: {error}")))?;
        if (asked.tools.is_some() || asked.tool_choice.is_some()) && !self.sample_tools {
            return Err(Failure::invalid_params(
                "this client did not declare sampling.tools",
            ));
        }
        Ok(json!(ask(asked).await?))
    }
}

impl fmt::Debug for Asks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Asks {}", self.capabilities(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_follow_from_the_handlers() {
        let mut asks = Asks::default();
        assert_eq!(asks.capabilities(true), json!({}));
        assert!(!asks.any());
        asks.url = Some(handler(|_| async { Ok(ElicitAnswer::consent()) }));
        asks.roots = Some(handler(|()| async { Ok(RootList::default()) }));
        asks.tasks = true;
        assert_eq!(
            asks.capabilities(true),
            json!({"elicitation": {"url": {}}, "roots": {}, "extensions": {TASKS: {}}})
        );
        assert_eq!(
            asks.capabilities(false),
            json!({"elicitation": {"url": {}}, "roots": {"listChanged": true}})
        );
        asks.form.clone_from(&asks.url);
        asks.sample = Some(handler(|_| async { Ok(Sampled::new("m", "hi")) }));
        asks.sample_tools = true;
        let all = asks.capabilities(false);
        assert_eq!(all["elicitation"], json!({"form": {}, "url": {}}));
        assert_eq!(all["sampling"], json!({"tools": {}}));
    }
}
