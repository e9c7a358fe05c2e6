//! What a handler offers to a caller: a snapshot, shared by all calls that see it.

use std::{collections::HashMap, fmt, future::Future, pin::Pin, sync::Arc};

use tidegate_era::modern;
use tidegate_model::{
    CacheHint, Capabilities, Failure, HeaderParam, Implementation, Method, Raw, SKILLS, Scopes,
    TASKS,
};

/// What a handler offers, as far as the door needs to know it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Who answers.
    pub server: Implementation,
    /// What it can do.
    pub capabilities: Capabilities,
    /// How a model should use it.
    pub instructions: Option<String>,
    /// How long this snapshot may be kept, as `server/discover` says it.
    pub cache: CacheHint,
    /// The arguments that callers mirror in headers, by tool. Most tools have none.
    pub header_params: HashMap<String, Vec<HeaderParam>>,
    /// The tools that say they change nothing, with the schema of their arguments: those that plain
    /// HTTP may call by GET. All others are called by POST.
    pub read_only: HashMap<String, Raw>,
    /// The scopes that callers of a tool need, by tool; whoever calls another needs none.
    pub scopes: HashMap<String, Scopes>,
}

/// An offer, now or when it has been fetched.
pub enum Offered {
    /// Here it is.
    Now(Arc<Offer>),
    /// It has to be asked for.
    Later(Pin<Box<dyn Future<Output = Result<Arc<Offer>, Failure>> + Send>>),
}

// === impl Offer ===

impl Offer {
    /// Returns an offer of nothing at all.
    #[must_use]
    pub fn new(server: Implementation) -> Self {
        Self {
            server,
            capabilities: Capabilities::default(),
            instructions: None,
            cache: CacheHint::NONE,
            header_params: HashMap::new(),
            read_only: HashMap::new(),
            scopes: HashMap::new(),
        }
    }
}

impl modern::Offered for Offer {
    fn has_method(&self, method: &Method) -> bool {
        let offered = &self.capabilities;
        match method {
            Method::Discover | Method::Initialize | Method::Ping => true,
            Method::ToolsCall | Method::ToolsList => offered.tools.is_some(),
            Method::ResourcesList | Method::ResourcesRead | Method::TemplatesList => {
                offered.resources.is_some()
            }
            Method::Subscribe | Method::Unsubscribe => offered
                .resources
                .as_ref()
                .is_some_and(|lists| lists.subscribe),
            Method::PromptsList | Method::PromptsGet => offered.prompts.is_some(),
            Method::Listen => !modern::Filter::offered(offered).is_nothing(),
            Method::SetLevel => offered.logging.is_some(),
            Method::Complete => offered.completions.is_some(),
            Method::TasksGet | Method::TasksUpdate | Method::TasksCancel => {
                offered.has_extension(TASKS)
            }
            Method::SkillsList | Method::SkillsGet => offered.has_extension(SKILLS),
            Method::DirectoryRead => {
                let extensions = offered.extensions.as_ref();
                let settings = extensions.and_then(|all| all.get(SKILLS));
                settings.is_some_and(|skills| skills["directoryRead"] == true)
            }
            _ => false,
        }
    }

    fn header_params(&self, tool: &str) -> &[HeaderParam] {
        if self.header_params.is_empty() {
            return &[];
        }
        self.header_params.get(tool).map_or(&[], Vec::as_slice)
    }
}

impl fmt::Debug for Offered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(offer) => offer.fmt(f),
            Self::Later(_) => f.write_str("Later"),
        }
    }
}
