//! Tools that say something while they run.

use std::time::Duration;

use tidegate::{Context, Router, ToolSpec};
use tokio::time::sleep;

use super::Nothing;

/// Between two messages. The suite wants them apart, so that it sees them come before the result.
const STEP: Duration = Duration::from_millis(50);

pub(super) fn install(router: Router) -> Router {
    router
        .tool(
            ToolSpec::new("test_tool_with_progress").description("Tells its progress."),
            progress,
        )
        .tool(
            ToolSpec::new("test_tool_with_logging").description("Logs while it runs."),
            logging,
        )
        .tool(
            ToolSpec::new("test_logging_tool")
                .description("Logs at every level; callers who asked for no logs hear nothing."),
            every_level,
        )
        .tool(
            ToolSpec::new("test_reconnection")
                .description("Ends its caller's connection, and answers when the caller is back."),
            reconnecting,
        )
}

async fn progress(_: Nothing, cx: Context) -> &'static str {
    for done in [0, 50, 100] {
        cx.progress(done, 100.0).await;
        sleep(STEP).await;
    }
    "Progress: 100 of 100"
}

async fn logging(_: Nothing, cx: Context) -> &'static str {
    for text in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        cx.info(text).await;
        sleep(STEP).await;
    }
    "Tool with logging executed successfully"
}

async fn every_level(_: Nothing, cx: Context) -> &'static str {
    cx.debug("debug message").await;
    cx.info("info message").await;
    cx.notice("notice message").await;
    cx.warning("warning message").await;
    cx.error("error message").await;
    cx.critical("critical message").await;
    cx.alert("alert message").await;
    cx.emergency("emergency message").await;
    "Logged at every level"
}

async fn reconnecting(_: Nothing, cx: Context) -> &'static str {
    // Where the caller cannot come back, nothing happens, and the answer follows at once.
    cx.close_stream().await;
    sleep(STEP).await;
    "The caller is back"
}
