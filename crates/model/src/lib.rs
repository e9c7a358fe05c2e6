//! The words of the Model Context Protocol, said once and for no particular revision.
//!
//! ```text
//!   Call { id, method, params, meta } ──▶ a handler ──▶ Outcome { Complete | Failed | Input | Task }
//!                                           │   ▲
//!                                           │   └── ask { Elicit | Sample | Roots } while it runs
//!                                           └────── Event { Progress | Log }
//! ```
//!
//! What crosses the house unread stays as it came: [`Raw`] is a slice of the message that arrived.
//! What tools and their authors speak in are plain types: [`Content`], [`Tool`], [`Resource`],
//! [`Prompt`], [`Failure`]. Nothing here knows a revision, a socket or a clock; the crate
//! `tidegate-era` turns these words into each revision's bytes.
//!
//! ```
//! use tidegate_model::{Content, Failure, Level, Raw};
//!
//! let raw = Raw::of(&Content::text("hello")).unwrap();
//! assert_eq!(raw.as_str(), r#"{"type":"text","text":"hello"}"#);
//! assert!(Level::Warning > Level::Info);
//! assert!(Failure::tool("no such file").is_tool());
//! ```

mod raw;
mod lenient;
mod id;
mod method;
mod level;
mod failure;
mod icon;
mod implementation;
mod capability;
mod annotations;
mod content;
mod tool;
mod resource;
mod prompt;
mod call;
mod principal;
pub mod ask;
mod task;
mod skill;
mod outcome;
mod change;

pub use self::{
    annotations::ContentAnnotations,
    call::{Call, Meta},
    capability::{Capabilities, ClientCapabilities, Lists},
    change::Change,
    content::{Content, Notes, ResourceContents},
    failure::{Failure, FailureKind},
    icon::{Icon, Theme},
    id::Id,
    implementation::Implementation,
    level::{Level, UnknownLevel},
    method::Method,
    outcome::{CacheHint, CacheScope, Complete, InputRequired, Outcome},
    principal::{Principal, Scopes},
    prompt::{Prompt, PromptArgument, PromptMessage, Role},
    raw::{Raw, Text},
    resource::{Resource, ResourceTemplate},
    skill::{DIRECTORY, Dynamic, SKILLS, SkillEntry, SkillFile, SkillFiles},
    task::{TASKS, Task, TaskStatus},
    tool::{Annotations, HeaderKind, HeaderParam, Tool},
};
