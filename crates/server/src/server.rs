//! What a user starts from: a handler, and how it is served.

mod serving;

use std::{fmt, sync::Arc};

use serde_json::Value;
use tidegate_auth::{Authenticate, Policy, Resource};
use tidegate_handler::{
    BlockingToolFn, Completer, Handler, Icon, PromptFn, PromptSpec, ResourceFn, ResourceSpec,
    Router, Skill, StreamToolFn, TemplateSpec, ToolFn, ToolSpec,
};
use tidegate_store::TaskStore;

use crate::{
    config::{Config, Fronts, Proxy, Respond, Tls},
    guard::Access,
};

/// A handler and how it is served; listens by [`listen`](Self::listen), or nests elsewhere by
/// [`service`](Self::service).
pub struct Server<H = Router> {
    handler: H,
    config: Config,
    tasks: Option<Arc<dyn TaskStore>>,
    access: Access,
}

// === impl Server ===

impl Server<Router> {
    /// Returns a server that offers nothing yet.
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self::from_router(Router::new(name, version))
    }

    /// Returns a server of what `router` offers, which more can be added to.
    #[must_use]
    pub fn from_router(router: Router) -> Self {
        Self {
            handler: router,
            config: Config::default(),
            tasks: None,
            access: Access::default(),
        }
    }

    /// Adds a tool: an async function of its arguments, and of a context if it wants one.
    #[must_use]
    pub fn tool<M: 'static, F: ToolFn<M>>(self, spec: impl Into<ToolSpec>, function: F) -> Self {
        self.with(|router| router.tool(spec, function))
    }

    /// Adds a tool that blocks. It runs on a thread of its own.
    #[must_use]
    pub fn blocking_tool<M: 'static, F: BlockingToolFn<M>>(
        self,
        spec: impl Into<ToolSpec>,
        function: F,
    ) -> Self {
        self.with(|router| router.blocking_tool(spec, function))
    }

    /// Adds a tool that is a stream: its items become notifications, its last value the result.
    #[must_use]
    pub fn stream_tool<M: 'static, F: StreamToolFn<M>>(
        self,
        spec: impl Into<ToolSpec>,
        function: F,
    ) -> Self {
        self.with(|router| router.stream_tool(spec, function))
    }

    /// Adds a resource.
    #[must_use]
    pub fn resource<R, F: ResourceFn<R>>(self, spec: ResourceSpec, function: F) -> Self {
        self.with(|router| router.resource(spec, function))
    }

    /// Adds a family of resources.
    #[must_use]
    pub fn template<R, F: ResourceFn<R>>(self, spec: TemplateSpec, function: F) -> Self {
        self.with(|router| router.template(spec, function))
    }

    /// Adds a prompt.
    #[must_use]
    pub fn prompt<M: 'static, F: PromptFn<M>>(
        self,
        spec: impl Into<PromptSpec>,
        function: F,
    ) -> Self {
        self.with(|router| router.prompt(spec, function))
    }

    /// Adds what completes an argument of a prompt while somebody types it: an async function, or a
    /// list of values.
    #[must_use]
    pub fn complete_prompt<M: 'static, C: Completer<M>>(
        self,
        prompt: impl Into<String>,
        argument: impl Into<String>,
        completer: C,
    ) -> Self {
        self.with(|router| router.complete_prompt(prompt, argument, completer))
    }

    /// Adds what completes a variable of a family of resources, by its URI template: an async
    /// function, or a list of values.
    #[must_use]
    pub fn complete_resource<M: 'static, C: Completer<M>>(
        self,
        uri_template: impl Into<String>,
        variable: impl Into<String>,
        completer: C,
    ) -> Self {
        self.with(|router| router.complete_resource(uri_template, variable, completer))
    }

    /// Adds a skill.
    #[must_use]
    pub fn skill(self, skill: Skill) -> Self {
        self.with(|router| router.skill(skill))
    }

    /// Adds skills: those of a directory, for example.
    #[must_use]
    pub fn skills(self, skills: impl IntoIterator<Item = Skill>) -> Self {
        self.with(|router| router.skills(skills))
    }

    /// Sets the server's name for people.
    #[must_use]
    pub fn title(self, title: impl Into<String>) -> Self {
        self.with(|router| router.title(title))
    }

    /// Says what the server is for.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        self.with(|router| router.description(description))
    }

    /// Says where people read more of the server.
    #[must_use]
    pub fn website(self, url: impl Into<String>) -> Self {
        self.with(|router| router.website(url))
    }

    /// Adds a picture that stands for the server, at an `https:` or `data:` URI.
    #[must_use]
    pub fn icon(self, icon: Icon) -> Self {
        self.with(|router| router.icon(icon))
    }

    /// Says that the server speaks an extension: its id, `prefix/name`, and its settings, an object.
    #[must_use]
    pub fn extension(self, id: impl Into<String>, settings: impl Into<Value>) -> Self {
        self.with(|router| router.extension(id, settings))
    }

    /// Tells models how to use the server.
    #[must_use]
    pub fn instructions(self, instructions: impl Into<String>) -> Self {
        self.with(|router| router.instructions(instructions))
    }

    fn with(self, change: impl FnOnce(Router) -> Router) -> Self {
        Self {
            handler: change(self.handler),
            ..self
        }
    }
}

impl<H: Handler> Server<H> {
    /// Returns a server of any handler.
    pub fn from_handler(handler: H) -> Self {
        Self {
            handler,
            config: Config::default(),
            tasks: None,
            access: Access::default(),
        }
    }

    /// Sets everything at once.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Sets where tasks are kept. Default: in memory ([`MemoryTasks`](tidegate_store::MemoryTasks)),
    /// as long as the process lives.
    #[must_use]
    pub fn tasks(mut self, store: impl TaskStore) -> Self {
        self.tasks = Some(Arc::new(store));
        self
    }

    /// Lets nobody call but those whom `authenticate` knows, over any front but standard input and
    /// output, and the streams that are handed over one by one: whoever holds those knows whose they
    /// are. Default: anyone may call.
    #[must_use]
    pub fn authenticate(mut self, authenticate: impl Authenticate) -> Self {
        self.access.authenticate = Some(Arc::new(authenticate));
        self
    }

    /// Sets which scopes requests need, beside those that tools say themselves
    /// ([`ToolSpec::scopes`]). Default: none.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.access.policy = policy;
        self
    }

    /// Publishes who issues tokens for the endpoint, where clients look for it (RFC 9728): in the
    /// documents at `/.well-known/oauth-protected-resource` and below it, which anyone may read, and
    /// in every challenge. A [service](Self::service) that is nested has no such paths: there they
    /// are the program's to serve. Default: nothing is published.
    #[must_use]
    pub fn protected_resource(mut self, resource: Resource) -> Self {
        self.access.resource = Some(resource);
        self
    }

    /// Sets whether answers are streamed.
    #[must_use]
    pub const fn respond(mut self, respond: Respond) -> Self {
        self.config.respond = respond;
        self
    }

    /// Sets which fronts stand beside the endpoint.
    #[must_use]
    pub const fn fronts(mut self, fronts: Fronts) -> Self {
        self.config.fronts = fronts;
        self
    }

    /// Allows requests for a host besides loopback names.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.config.allow_hosts.push(host.into());
        self
    }

    /// Allows pages of an origin besides loopback ones to call.
    #[must_use]
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.config.allow_origins.push(origin.into());
        self
    }

    /// Allows anyone to call on an address beyond loopback.
    #[must_use]
    pub const fn insecure_no_auth(mut self, anyone: bool) -> Self {
        self.config.insecure_no_auth = anyone;
        self
    }

    /// Encrypts connections over TCP.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.config.tls = Some(tls);
        self
    }

    /// Names a proxy that stands before the server, and is believed what it says of its clients.
    #[must_use]
    pub fn behind_proxy(mut self, proxy: Proxy) -> Self {
        self.config.behind_proxy.push(proxy);
        self
    }
}

impl<H> fmt::Debug for Server<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
