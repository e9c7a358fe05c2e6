//! A handler made of plain functions: tools, resources, templates, prompts.

mod schema;
mod arguments;
mod fit;
mod output;
mod promise;
mod checks;
mod said;
mod spec;
mod tool;
mod stream;
mod resource;
mod template;
mod prompt;
mod complete;
mod lists;
mod skills;
mod snapshot;
mod build;
mod register;
mod remove;
mod answer;
mod live;

pub use self::{
    build::Router,
    complete::{Completer, Completing, Completion, CompletionRequest},
    live::{ChangeError, Live, LiveHandle},
    output::{IntoOutput, Shape, Structured, ToolOutput},
    prompt::{IntoMessages, PromptFn, PromptSpec},
    resource::{IntoContents, ResourceFn, ResourceRequest, ResourceSpec},
    spec::ToolSpec,
    stream::{Step, StreamToolFn},
    template::TemplateSpec,
    tool::{BlockingToolFn, ToolFn},
};

pub(crate) mod kinds {
    pub use super::complete::{Asked, Listed};
    pub use super::output::{Blocks, Fallible, Shown, Typed};
    pub use super::tool::{WithContext, WithoutContext};
}
