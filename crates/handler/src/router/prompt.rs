//! Functions as prompts.

use std::{fmt, future::Future, pin::Pin};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tidegate_era::Facts;
use tidegate_model::{Failure, Outcome, Prompt, PromptArgument, PromptMessage, Raw};

use super::{arguments, fit, said::said};
use crate::{context::Context, handler::Reply};

/// A prompt's name and what is said of it.
#[derive(Clone, Debug)]
pub struct PromptSpec(pub(crate) Prompt);

said!(PromptSpec, 0);

/// An async function that is a prompt: `async fn(Args, Context) -> Result<R, Failure>`.
///
/// Arguments of prompts are strings; any type that serde reads from strings will do.
pub trait PromptFn<M>: Send + Sync + 'static {
    /// What the prompt takes.
    type Args: DeserializeOwned + JsonSchema;

    /// Begins.
    fn begin(&self, args: Self::Args, cx: Context) -> Asking;
}

/// What a prompt's function may return.
pub trait IntoMessages: Send + 'static {
    /// Makes the messages.
    fn into_messages(self) -> Vec<PromptMessage>;
}

/// A prompt under way.
pub(crate) type Asking = Pin<Box<dyn Future<Output = Result<Vec<PromptMessage>, Failure>> + Send>>;

type Run = Box<dyn Fn(Option<&Raw>, Context) -> Result<Asking, Failure> + Send + Sync>;

/// A prompt, ready to be asked for.
pub(crate) struct Entry {
    pub(crate) prompt: Prompt,
    run: Run,
}

// === impl PromptSpec ===

impl PromptSpec {
    /// Returns a prompt's name, with nothing else said yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Prompt::new(name))
    }

    /// Names an argument; without any, they are taken from the type of the function's arguments.
    #[must_use]
    pub fn argument(
        mut self,
        name: impl Into<String>,
        description: impl Into<String>,
        required: bool,
    ) -> Self {
        self.0.arguments.push(PromptArgument {
            name: name.into(),
            title: None,
            description: Some(description.into()),
            required,
        });
        self
    }
}

impl From<&str> for PromptSpec {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

// === impl Entry ===

impl Entry {
    pub(crate) fn new<M: 'static, F: PromptFn<M>>(spec: PromptSpec, function: F) -> Self {
        let mut prompt = spec.0;
        let (schema, described) = arguments::schema_of::<F::Args>();
        if prompt.arguments.is_empty() {
            prompt.arguments = arguments_of(&schema);
        }
        if prompt.description.is_none() {
            prompt.description = described.or_else(|| Some(prompt.name.clone()));
        }
        let run: Run = Box::new(move |raw, cx| {
            let json = raw.map_or(&b"{}"[..], |raw| raw.bytes());
            let args = serde_json::from_slice(json).map_err(|error| {
                Failure::invalid_params(format_args!("the prompt's arguments do not fit: {error}"))
            })?;
            Ok(function.begin(args, cx))
        });
        Self { prompt, run }
    }

    pub(crate) fn get(&self, arguments: Option<&Raw>, cx: Context) -> Reply {
        if let Err(failure) = self.check(arguments) {
            return Reply::Ready(failure.into());
        }
        let description = self.prompt.description.clone();
        let facts = cx.caller().facts;
        match (self.run)(arguments, cx) {
            Ok(asking) => Reply::running(async move {
                match asking.await {
                    Ok(messages) => answer(description.as_deref(), &messages, facts),
                    Err(failure) => plain(&failure).into(),
                }
            }),
            Err(failure) => Reply::Ready(failure.into()),
        }
    }

    fn check(&self, arguments: Option<&Raw>) -> Result<(), Failure> {
        let given: Value = arguments
            .and_then(|raw| raw.decode().ok())
            .unwrap_or_default();
        let missing =
            |argument: &&PromptArgument| argument.required && given.get(&argument.name).is_none();
        match self.prompt.arguments.iter().find(missing) {
            Some(argument) => Err(Failure::invalid_params(format_args!(
                "the prompt {} needs the argument {}",
                self.prompt.name, argument.name
            ))),
            None => Ok(()),
        }
    }
}

fn arguments_of(schema: &Value) -> Vec<PromptArgument> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required =
        |name: &str| required.is_some_and(|names| names.iter().any(|other| other == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .map(|(name, property)| PromptArgument {
            name: name.clone(),
            title: None,
            description: property
                .get("description")
                .and_then(Value::as_str)
                .map(str::to_owned),
            required: is_required(name),
        })
        .collect()
}

fn answer(description: Option<&str>, messages: &[PromptMessage], facts: Facts) -> Outcome {
    let mut messages = json!(messages);
    for message in messages.as_array_mut().into_iter().flatten() {
        if let Some(block) = message.get_mut("content") {
            fit::block(block, facts);
        }
    }
    Outcome::complete(json!({ "description": description, "messages": messages }).into())
}

/// Only tools have a result for failures: elsewhere the tool's kind becomes a plain error.
pub(super) fn plain(failure: &Failure) -> Failure {
    if failure.is_tool() {
        return Failure::internal(failure.message());
    }
    failure.clone()
}

// === impl PromptFn ===

impl<F, A, Fut, R> PromptFn<(A, R)> for F
where
    F: Fn(A, Context) -> Fut + Send + Sync + 'static,
    A: DeserializeOwned + JsonSchema,
    Fut: Future<Output = Result<R, Failure>> + Send + 'static,
    R: IntoMessages,
{
    type Args = A;

    fn begin(&self, args: A, cx: Context) -> Asking {
        let asking = self(args, cx);
        Box::pin(async move { asking.await.map(IntoMessages::into_messages) })
    }
}

// === impl IntoMessages ===

impl IntoMessages for Vec<PromptMessage> {
    fn into_messages(self) -> Vec<PromptMessage> {
        self
    }
}

impl IntoMessages for PromptMessage {
    fn into_messages(self) -> Vec<PromptMessage> {
        vec![self]
    }
}

impl IntoMessages for String {
    fn into_messages(self) -> Vec<PromptMessage> {
        vec![PromptMessage::user(self)]
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.prompt.fmt(f)
    }
}
