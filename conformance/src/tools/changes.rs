//! Tools that change what the server offers, so that whoever listens hears of it.

use std::{
    future::ready,
    sync::atomic::{AtomicU64, Ordering},
};

use tidegate::{Context, Failure, Live, LiveHandle, PromptMessage, PromptSpec, Router};

use super::{Nothing, described};

/// The tool that is replaced each time.
const TOOL: &str = "test_changing_tool";

/// The prompt that is replaced each time.
const PROMPT: &str = "test_changing_prompt";

/// Counts versions, so that each differs from the one before.
static VERSION: AtomicU64 = AtomicU64::new(1);

/// Adds the tools; they hold a handle to the router that they are in.
pub(crate) fn install(router: Router, live: &Live) -> Router {
    let (tools, prompts) = (live.handle(), live.handle());
    prompt(tool(router))
        .tool(
            described("test_trigger_tool_change", "Changes the list of tools."),
            move |_: Nothing| ready(changed(&tools, tool)),
        )
        .tool(
            described("test_trigger_prompt_change", "Changes the list of prompts."),
            move |_: Nothing| ready(changed(&prompts, prompt)),
        )
}

fn changed(live: &LiveHandle, how: fn(Router) -> Router) -> Result<&'static str, Failure> {
    live.change(how).map_err(Failure::internal)?;
    Ok("The list has changed.")
}

fn tool(router: Router) -> Router {
    router
        .without_tool(TOOL)
        .tool(described(TOOL, &next()), async |_: Nothing| "As before.")
}

fn prompt(router: Router) -> Router {
    router.without_prompt(PROMPT).prompt(
        PromptSpec::new(PROMPT).description(next()),
        async |_: Nothing, _: Context| Ok(PromptMessage::user("As before.")),
    )
}

/// What stands in the list, other than before.
fn next() -> String {
    format!("Version {}.", VERSION.fetch_add(1, Ordering::Relaxed))
}
