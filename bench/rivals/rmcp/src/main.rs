//! The measured tools on rmcp, as well served as it allows: the router is stored and shared, Nagle is off, legacy
//! sessions stream and everything else is stateless JSON.

#![expect(
    deprecated,
    reason = "rmcp calls logging deprecated as the newest revision does; the legacy rows set a level"
)]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use clap::Parser;
use rmcp::handler::server::router::tool::{ToolRoute, ToolRouter};
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolResult, ContentBlock, ProgressNotificationParam, ServerCapabilities, ServerConfig,
    SetLevelRequestParams, Tool,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler, tool, tool_handler, tool_router};
use serde_json::Value;
use tidegate_bench_common::{
    Checked, Count, Echo, Flags, Respond, bind, extra_schema, extra_tool, run, terminated,
};

struct Bench {
    tools: ToolRouter<Self>,
}

// === impl Bench ===

#[tool_router]
impl Bench {
    fn new(extra: usize) -> Self {
        let mut tools = Self::tool_router();
        let schema = Arc::new(extra_schema().as_object().cloned().unwrap_or_default());
        for i in 0..extra {
            let tool = Tool::new(extra_tool(i), "Only lengthens the list.", schema.clone());
            tools.add_route(ToolRoute::new_dyn(tool, |_| {
                Box::pin(async {
                    Ok(CallToolResult::success(vec![ContentBlock::text("extra")]).into())
                })
            }));
        }
        Self { tools }
    }

    /// Returns the message as text.
    #[tool]
    async fn echo(&self, Parameters(Echo { message }): Parameters<Echo>) -> String {
        message
    }

    /// Returns the message as text.
    #[tool]
    async fn checked(&self, Parameters(Checked { message, .. }): Parameters<Checked>) -> String {
        message
    }

    /// Sends n notifications.
    #[tool]
    async fn count(
        &self,
        Parameters(Count { n, delay_ms }): Parameters<Count>,
        cx: RequestContext<RoleServer>,
    ) -> Result<String, ErrorData> {
        if let Some(token) = cx.meta.get_progress_token() {
            for i in 1..=n {
                if let Some(delay) = delay_ms {
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                }
                let progress = ProgressNotificationParam::new(token.clone(), f64::from(i))
                    .with_total(f64::from(n));
                cx.peer
                    .notify_progress(progress)
                    .await
                    .map_err(|error| ErrorData::internal_error(error.to_string(), None::<Value>))?;
            }
        }
        Ok("done".to_owned())
    }
}

#[tool_handler(router = self.tools)]
impl ServerHandler for Bench {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(
            ServerCapabilities::builder()
                .enable_tools()
                .enable_logging()
                .build(),
        )
    }

    async fn set_level(
        &self,
        _: SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let flags = Flags::parse();
    run(flags.workers, serve(flags))
}

async fn serve(flags: Flags) -> io::Result<()> {
    let listener = bind(&flags.listen).await?.tap_io(|socket| {
        let _ = socket.set_nodelay(true); // a socket that is gone already shows itself at the first read
    });
    let handler = Arc::new(Bench::new(flags.tools));
    let sessions = flags.respond == Respond::Sse;
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(sessions)
        .with_json_response(!sessions)
        .with_sse_keep_alive(None); // a timer a stream less
    let service = StreamableHttpService::new(
        move || Ok(handler.clone()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let app = Router::new().nest_service("/mcp", service);
    tokio::select! {
        end = axum::serve(listener, app) => end,
        end = terminated() => end,
    }
}
