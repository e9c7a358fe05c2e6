//! The HTTP+SSE client of the official Rust SDK as a peer: what it does and what it prints is told in
//! `../../../ts2/client.mjs`.
//!
//! `rmcp-sse-client URL legacy call TOOL ARGUMENTS`

use rmcp::model::{
    CallToolRequestParam, ClientInfo, LoggingMessageNotificationParam, ProgressNotificationParam,
};
use rmcp::service::NotificationContext;
use rmcp::transport::SseClientTransport;
use rmcp::{ClientHandler, RoleClient, ServiceExt};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

struct Peer;

impl ClientHandler for Peer {
    fn get_info(&self) -> ClientInfo {
        let mut info = ClientInfo::default();
        info.client_info.name = "tidegate-rmcp-sse-peer".into();
        info
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        show(json!({ "event": "progress", "progress": params.progress, "total": params.total }));
    }

    async fn on_logging_message(
        &self,
        params: LoggingMessageNotificationParam,
        _: NotificationContext<RoleClient>,
    ) {
        show(json!({ "event": "log", "level": params.level, "data": params.data }));
    }
}

fn show(event: Value) {
    println!("{event}");
}

/// Each notification has a task of its own: on one thread they run in the order in which they came.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [url, "legacy", "call", tool, arguments] = arguments[..] else {
        return Err("usage: rmcp-sse-client URL legacy call TOOL ARGUMENTS".into());
    };
    let client = Peer.serve(SseClientTransport::start(url).await?).await?;
    let server = client
        .peer_info()
        .ok_or("the server says nothing of itself")?;
    show(json!({ "event": "connected", "version": server.protocol_version }));
    let tools = client.list_all_tools().await?;
    let names: Vec<_> = tools.iter().map(|tool| &tool.name).collect();
    show(json!({ "event": "tools", "names": names }));

    let call = CallToolRequestParam {
        name: tool.to_owned().into(),
        arguments: serde_json::from_str(arguments)?,
    };
    let mut result = serde_json::to_value(client.call_tool(call).await?)?;
    result["event"] = "result".into();
    show(result);
    client.cancel().await?;
    Ok(())
}
