//! The client a user holds.

mod standing;

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use serde_json::{Value, json};
use tidegate_model::{Prompt, Raw, Resource, ResourceTemplate};
use tower_service::Service;

use crate::{
    builder::Builder,
    call::CallBuilder,
    dispatch::Dispatch,
    endpoint::Outgoing,
    error::{BoxError, Error},
    info::ServerInfo,
    link::stdio::Command,
    list,
    results::{CallResult, PromptResult, ReadResult, ToolInfo},
};

/// A client of one server. Cloning it shares the connection; calls run side by side.
#[derive(Clone, Debug)]
pub struct Client {
    pub(crate) dispatch: Arc<Dispatch>,
}

// === impl Client ===

impl Client {
    /// Connects to a server, in whichever era it speaks: at an address as [`Target`] reads it.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), tidegate_client::Error> {
    /// use tidegate_client::Client;
    ///
    /// let new_or_old = Client::connect("https://a.example/mcp").await?;
    /// let socket = Client::connect("wss://a.example/ws").await?;
    /// let child = Client::connect("stdio:python3 server.py").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the address is none, the server cannot be reached, wants credentials, or is no MCP
    /// server.
    ///
    /// [`Target`]: crate::Target
    pub async fn connect(target: &str) -> Result<Self, Error> {
        Self::builder(target).connect().await
    }

    /// Returns what a client of the server at an address is made of.
    pub fn builder(target: &str) -> Builder {
        Builder::to_address(target)
    }

    /// Returns what a client of the server that `command` starts is made of: a child process, which
    /// ends with the client.
    pub fn stdio(command: Command) -> Builder {
        Builder::to_command(command)
    }

    /// Returns what a client of `service` is made of: a server in this process, or a middleware.
    pub fn over<S, B>(service: S) -> Builder
    where
        S: Service<http::Request<Full<Bytes>>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Builder::to_service(service)
    }

    /// Connects to a server of `handler` in this process, without a socket: for tests, and for
    /// programs that call their own tools.
    ///
    /// # Errors
    ///
    /// When the handler cannot be served: a router that has two tools of one name, for example.
    #[cfg(feature = "in-process")]
    pub async fn in_process(handler: impl tidegate_handler::Handler) -> Result<Self, Error> {
        let service = tidegate_server::Server::from_handler(handler)
            .try_service()
            .map_err(|error| Error::input("the handler cannot be served").because(error))?;
        Self::over(service).connect().await
    }

    /// Returns what the server says of itself.
    #[must_use]
    pub fn server(&self) -> &ServerInfo {
        &self.dispatch.info
    }

    /// Calls a tool and returns its result; what it tells goes to the builder's handlers alone.
    ///
    /// # Errors
    ///
    /// As [`Call::result`](crate::Call::result).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the call.
    pub async fn call_tool(
        &self,
        tool: &str,
        arguments: impl Into<Raw>,
    ) -> Result<CallResult, Error> {
        self.call(tool)
            .arguments(arguments)
            .start()
            .await?
            .result()
            .await
    }

    /// Returns a call of `tool` to be made ready and started.
    pub fn call(&self, tool: &str) -> CallBuilder {
        CallBuilder::new(self.dispatch.clone(), tool)
    }

    /// Returns all tools of the server.
    ///
    /// # Errors
    ///
    /// When the server refuses, or its pages have no end.
    pub async fn list_tools(&self) -> Result<Vec<ToolInfo>, Error> {
        list::tools(&self.dispatch).await
    }

    /// Returns all resources of the server.
    ///
    /// # Errors
    ///
    /// When the server refuses, or its pages have no end.
    pub async fn list_resources(&self) -> Result<Vec<Resource>, Error> {
        list::entries(&self.dispatch, "resources/list", "resources").await
    }

    /// Returns all resource templates of the server.
    ///
    /// # Errors
    ///
    /// When the server refuses, or its pages have no end.
    pub async fn list_templates(&self) -> Result<Vec<ResourceTemplate>, Error> {
        list::entries(
            &self.dispatch,
            "resources/templates/list",
            "resourceTemplates",
        )
        .await
    }

    /// Returns all prompts of the server.
    ///
    /// # Errors
    ///
    /// When the server refuses, or its pages have no end.
    pub async fn list_prompts(&self) -> Result<Vec<Prompt>, Error> {
        list::entries(&self.dispatch, "prompts/list", "prompts").await
    }

    /// Reads a resource.
    ///
    /// # Errors
    ///
    /// When there is none at `uri`, or the server refuses.
    pub async fn read(&self, uri: &str) -> Result<ReadResult, Error> {
        let outgoing = self.outgoing("resources/read").named("uri", uri);
        ReadResult::read(self.dispatch.recall(outgoing).await?)
    }

    /// Gets a prompt; its arguments are a JSON object of strings.
    ///
    /// # Errors
    ///
    /// When there is none of this name, or the server refuses the arguments.
    pub async fn get_prompt(&self, name: &str, arguments: Value) -> Result<PromptResult, Error> {
        let mut outgoing = self.outgoing("prompts/get").named("name", name);
        match arguments {
            Value::Null => {}
            Value::Object(arguments) => outgoing = outgoing.field("arguments", json!(arguments)),
            _ => {
                return Err(Error::input(
                    "the arguments of a prompt must be a JSON object",
                ));
            }
        }
        PromptResult::read(self.dispatch.ask(outgoing).await?)
    }

    /// Sends a request of any method and returns its result as it came.
    ///
    /// # Errors
    ///
    /// When `params` are no JSON object, or the server refuses.
    pub async fn request(&self, method: &str, params: Value) -> Result<Raw, Error> {
        let outgoing = self.outgoing(method).with_params(params)?;
        self.dispatch.ask(outgoing).await
    }

    /// Asks the server whether it is there: `ping` in a session, `server/discover` without.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub async fn ping(&self) -> Result<(), Error> {
        let method = if self.dispatch.is_modern() {
            "server/discover"
        } else {
            "ping"
        };
        self.dispatch.ask(self.outgoing(method)).await.map(drop)
    }

    fn outgoing(&self, method: &str) -> Outgoing {
        Outgoing::new(method, self.dispatch.wire.log_level)
    }
}
