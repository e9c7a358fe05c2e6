//! The official Rust SDK as a peer: a server with `echo`, `count` and `process_files`, the last over
//! the real files of the directory it is given; with `wait`, which works until it is cancelled, and
//! `cancelled`, which tells how often that was; and with a prompt and a resource.
//!
//! `rmcp-peer ROOT both|legacy|legacy-stateless` prints `listening on http://127.0.0.1:PORT/mcp` and
//! ends on SIGTERM. `both` serves legacy sessions and the modern era at one URL, as rmcp does by
//! default; the others know no modern revision, so that a client has to fall back.

#![expect(
    deprecated,
    reason = "rmcp marks MCP logging as deprecated; old and new clients still use it"
)]

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolResult, ContentBlock, GetPromptRequestParams, GetPromptResponse, GetPromptResult,
    ListPromptsResult, ListResourcesResult, LoggingLevel, LoggingMessageNotificationParam,
    PaginatedRequestParams, ProgressNotificationParam, Prompt, PromptMessage, ProtocolVersion,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource,
    ResourceContents, Role, ServerCapabilities, ServerConfig, SetLevelRequestParams,
};
use rmcp::service::RequestContext;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, RoleServer, ServerHandler, schemars, tool, tool_handler, tool_router};
use tokio::signal::unix::{SignalKind, signal};

const PROMPT: &str = "advice";
const RESOURCE: &str = "tide://level";

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Echo {
    message: String,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct Count {
    n: u32,
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
struct ProcessFiles {
    message: Option<String>,
}

#[derive(Clone)]
struct Peer {
    root: Arc<PathBuf>,
    knows_modern: bool,
    cancelled: Arc<AtomicU32>,
    router: ToolRouter<Self>,
}

#[tool_router]
impl Peer {
    #[tool(description = "Returns the message.")]
    async fn echo(&self, Parameters(Echo { message }): Parameters<Echo>) -> String {
        message
    }

    #[tool(description = "Sends n progress notifications.")]
    async fn count(
        &self,
        Parameters(Count { n }): Parameters<Count>,
        cx: RequestContext<RoleServer>,
    ) -> Result<String, ErrorData> {
        for done in 1..=n {
            progress(&cx, done, n).await?;
        }
        Ok(format!("Counted to {n}"))
    }

    #[tool(description = "Works until it is cancelled.")]
    async fn wait(&self, cx: RequestContext<RoleServer>) -> Result<String, ErrorData> {
        progress(&cx, 1, 2).await?;
        cx.ct.cancelled().await;
        self.cancelled.fetch_add(1, Ordering::Relaxed);
        Ok("never sent".into())
    }

    #[tool(description = "Tells how often `wait` was cancelled.")]
    async fn cancelled(&self) -> String {
        self.cancelled.load(Ordering::Relaxed).to_string()
    }

    #[tool(description = "Reads the files of the root, with a log and a progress for each.")]
    async fn process_files(
        &self,
        Parameters(ProcessFiles { message }): Parameters<ProcessFiles>,
        cx: RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let names = self.names().map_err(internal)?;
        let (mut total_bytes, total) = (0, names.len() as u32);
        for (name, done) in names.iter().zip(1..) {
            log(&cx, format!("Processing document {done}/{total}: {name}")).await?;
            let bytes = tokio::fs::read(self.root.join(name))
                .await
                .map_err(internal)?;
            total_bytes += bytes.len();
            progress(&cx, done, total).await?;
        }
        log(&cx, "Processing complete!".into()).await?;
        let message = message.unwrap_or_else(|| format!("{total} documents, {total_bytes} bytes"));
        Ok(CallToolResult::success(vec![ContentBlock::text(format!(
            "Done: {message}"
        ))]))
    }
}

impl Peer {
    fn names(&self) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.root.as_path())? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }
}

#[tool_handler(router = self.router)]
impl ServerHandler for Peer {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(
            ServerCapabilities::builder()
                .enable_tools()
                .enable_logging()
                .enable_prompts()
                .enable_resources()
                .build(),
        )
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompt = Prompt::new(PROMPT, None::<String>, None);
        Ok(ListPromptsResult::with_all_items(vec![prompt]))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        if request.name != PROMPT {
            return Err(ErrorData::invalid_params("no such prompt", None));
        }
        let message = PromptMessage::new_text(Role::User, "Mind the tide.");
        Ok(GetPromptResult::new(vec![message]).into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resource = Resource::new(RESOURCE, "level");
        Ok(ListResourcesResult::with_all_items(vec![resource]))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        if request.uri != RESOURCE {
            return Err(ErrorData::resource_not_found("no such resource", None));
        }
        let contents = ResourceContents::text("high", RESOURCE);
        Ok(ReadResourceResult::new(vec![contents]).into())
    }

    /// Everything this server says is `info`, which no level asked for here leaves out.
    async fn set_level(
        &self,
        _: SetLevelRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        ProtocolVersion::KNOWN_VERSIONS
            .iter()
            .filter(|version| self.knows_modern || **version < ProtocolVersion::V_2026_07_28)
            .cloned()
            .collect()
    }
}

/// Sends one progress notification, if the caller gave a token.
async fn progress(cx: &RequestContext<RoleServer>, done: u32, total: u32) -> Result<(), ErrorData> {
    let Some(token) = cx.meta.get_progress_token() else {
        return Ok(());
    };
    let note = ProgressNotificationParam::new(token, done.into()).with_total(total.into());
    cx.peer.notify_progress(note).await.map_err(internal)
}

async fn log(cx: &RequestContext<RoleServer>, text: String) -> Result<(), ErrorData> {
    let note = LoggingMessageNotificationParam::new(LoggingLevel::Info, text.into());
    cx.peer.notify_logging_message(note).await.map_err(internal)
}

fn internal(error: impl std::fmt::Display) -> ErrorData {
    ErrorData::internal_error(error.to_string(), None)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, mode] = arguments.as_slice() else {
        return Err(usage());
    };
    let (knows_modern, sessions) = match mode.as_str() {
        "both" => (true, true),
        "legacy" => (false, true),
        "legacy-stateless" => (false, false),
        _ => return Err(usage()),
    };
    let peer = Peer {
        root: Arc::new(root.into()),
        knows_modern,
        cancelled: Arc::default(),
        router: Peer::tool_router(),
    };
    let service = StreamableHttpService::new(
        move || Ok(peer.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default().with_legacy_session_mode(sessions),
    );

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}/mcp", listener.local_addr()?);
    let serving = axum::serve(listener, axum::Router::new().nest_service("/mcp", service));
    let mut stop = signal(SignalKind::terminate())?;
    tokio::select! {
        ended = serving => ended,
        _ = stop.recv() => Ok(()),
    }
}

fn usage() -> std::io::Error {
    std::io::Error::other("usage: rmcp-peer ROOT both|legacy|legacy-stateless")
}
