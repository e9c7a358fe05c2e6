//! A handler made of plain functions: tools, resources, templates, prompts.

mod arguments;
mod output;
mod spec;
mod tool;
mod stream;
mod resource;
mod template;
mod prompt;
mod lists;
mod build;
mod answer;

pub use self::{
    build::Router,
    output::{IntoOutput, Structured, ToolOutput},
    prompt::{IntoMessages, PromptFn, PromptSpec},
    resource::{IntoContents, ResourceFn, ResourceRequest, ResourceSpec},
    spec::ToolSpec,
    stream::{Step, StreamToolFn},
    template::TemplateSpec,
    tool::{BlockingToolFn, ToolFn},
};

pub(crate) mod kinds {
    pub use super::output::{Blocks, Fallible, Shown, Typed};
    pub use super::tool::{WithContext, WithoutContext};
}
