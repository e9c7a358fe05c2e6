//! What a tool author writes, and the one trait that every front feeds.
//!
//! ```text
//!   any front ──▶ Handler::call(Call, Context) ──▶ Reply { Ready | Running } ──▶ Outcome
//!                        │                 └─ cx.info("…").await   cx.progress(3, 10).await
//!                        │                    cx.ask("sure", Elicit::form(…)).await
//!                        └─ Router: typed tools, resources, prompts
//!                        └─ or a gateway, or whatever else implements the trait
//! ```
//!
//! A [`Handler`] takes calls raw and answers raw. Most people never implement it: a [`Router`] of
//! plain async functions is one.
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//! use tidegate_handler::{Context, Failure, Router};
//!
//! /// Counts the words of a text.
//! #[derive(Deserialize, JsonSchema)]
//! struct CountWords {
//!     /// The text whose words are counted.
//!     text: String,
//! }
//!
//! #[derive(Serialize, JsonSchema)]
//! struct Counted {
//!     words: usize,
//! }
//!
//! async fn count_words(args: CountWords, cx: Context) -> Result<Counted, Failure> {
//!     cx.info("counting").await;
//!     Ok(Counted { words: args.text.split_whitespace().count() })
//! }
//!
//! let router = Router::new("words", "1.0.0").tool("count_words", count_words);
//! # let _ = router;
//! ```

mod offer;
mod caller;
pub mod ask;
mod context;
mod blocking;
mod handler;
pub mod layer;
mod router;

pub use tidegate_model::*;
pub use tidegate_session::{Bulletin, Watched};
pub use tidegate_skills::{Skill, SkillError};

pub use self::{
    blocking::BlockingContext,
    caller::Caller,
    context::{Context, Lent, Returned},
    handler::{Durable, Handler, Reply, Work},
    layer::HandlerExt,
    offer::{Offer, Offered},
    router::{
        BlockingToolFn, ChangeError, Completer, Completing, Completion, CompletionRequest,
        IntoContents, IntoMessages, IntoOutput, Live, LiveHandle, PromptFn, PromptSpec, ResourceFn,
        ResourceRequest, ResourceSpec, Router, Shape, Step, StreamToolFn, Structured, TemplateSpec,
        ToolFn, ToolOutput, ToolSpec,
    },
};

/// How kinds of results and functions are told apart where the compiler has to choose.
pub mod kinds {
    pub use crate::router::kinds::*;
}
