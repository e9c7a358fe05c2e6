//! A server of ours inside the test: it asks its callers, lets them go and come back, and changes.

use std::time::Duration;

use tidegate::{Config, Server};
use tokio::runtime::Runtime;

use super::tools;
use crate::process::Endpoint;

/// How long a client waits before it comes back: a test should not.
const RETRY: Duration = Duration::from_millis(50);

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct AskingServer {
    url: String,
    runtime: Option<Runtime>,
}

/// Starts the server with the tools that ask, wait and change things.
///
/// # Panics
/// It cannot listen.
#[must_use]
pub fn asking_server() -> AskingServer {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let config = Config {
        retry: RETRY,
        ..Config::default()
    };
    let server = Server::from_handler(tools::live()).config(config);
    let bound = runtime
        .block_on(server.bind("127.0.0.1:0"))
        .expect("a loopback port is free");
    let url = bound.url();
    runtime.spawn(bound.run());
    AskingServer {
        url,
        runtime: Some(runtime),
    }
}

// === impl AskingServer ===

impl Endpoint for AskingServer {
    fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for AskingServer {
    fn drop(&mut self) {
        // Streams may stand open for ever: nobody waits for them.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
