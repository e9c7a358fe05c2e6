//! The measured tools on tower-mcp, as well served as it allows: Nagle is off, and what it logs is not built in.
//!
//! It has no back-pressure: a notification that finds its channel full is gone. `count` therefore gives way after each,
//! which is the only way in which all of them arrive. In a legacy session a call's own stream carries no notifications
//! at all, so those rows are left out; its legacy answer as an event stream is one event of a known length.
//!
//! Its modern era copies the registry of tools for each call, unless that is the dynamic one, which is shared; its
//! sessions are dearer with that one. So each era has the registry that suits it: a call in a list of 1 000 tools would
//! cost half as much again in the modern era, and a seventh more in the legacy one, the other way round.

use std::io;
use std::time::Duration;

use axum::serve::ListenerExt;
use clap::Parser;
use tidegate_bench_common::{
    Checked, Count, Echo, Flags, Respond, bind, extra_schema, extra_tool, run, terminated,
};
use tower_mcp::extract::{Context, Json};
use tower_mcp::{CallToolResult, HttpTransport, McpRouter, Tool, ToolBuilder};

fn main() -> io::Result<()> {
    let flags = Flags::parse();
    run(flags.workers, serve(flags))
}

/// Returns the measured tools, and `extra` that only lengthen the list.
fn tools(extra: usize) -> Vec<Tool> {
    let echo = ToolBuilder::new("echo")
        .description("Returns the message as text.")
        .handler(|Echo { message }| async move { Ok(CallToolResult::text(message)) })
        .build();
    let checked = ToolBuilder::new("checked")
        .description("Returns the message as text.")
        .handler(|Checked { message, .. }| async move { Ok(CallToolResult::text(message)) })
        .build();
    let count = ToolBuilder::new("count")
        .description("Sends n notifications.")
        .extractor_handler((), |cx: Context, Json(Count { n, delay_ms })| async move {
            for i in 1..=n {
                if let Some(delay) = delay_ms {
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                }
                cx.report_progress(f64::from(i), Some(f64::from(n)), None)
                    .await;
                tokio::task::yield_now().await;
            }
            Ok(CallToolResult::text("done"))
        })
        .build();
    let extra = (0..extra).map(|i| {
        ToolBuilder::new(extra_tool(i))
            .description("Only lengthens the list.")
            .input_schema(extra_schema())
            .no_params_handler(|| async { Ok(CallToolResult::text("extra")) })
            .build()
    });
    [echo, checked, count].into_iter().chain(extra).collect()
}

fn router(flags: &Flags) -> McpRouter {
    let router = McpRouter::new().server_info("bench", "1.0.0");
    let tools = tools(flags.tools);
    if flags.respond == Respond::Sse {
        return tools.into_iter().fold(router, McpRouter::tool);
    }
    let (router, registry) = router.with_dynamic_tools();
    registry.replace_all(tools);
    router
}

async fn serve(flags: Flags) -> io::Result<()> {
    let listener = bind(&flags.listen).await?.tap_io(|socket| {
        let _ = socket.set_nodelay(true); // a socket that is gone already shows itself at the first read
    });
    let app = HttpTransport::new(router(&flags))
        .sse_responses(flags.respond == Respond::Sse)
        .into_router_at("/mcp");
    tokio::select! {
        end = axum::serve(listener, app) => end,
        end = terminated() => end,
    }
}
