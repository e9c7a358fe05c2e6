//! What an authorization server remembers.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Value};

use super::{
    fault::{Endpoint, Fault},
    keys::Keys,
};

#[derive(Debug)]
pub(super) struct State {
    pub(super) keys: Arc<Keys>,
    pub(super) more_keys: Vec<Value>,
    pub(super) max_age: Option<u64>,
    pub(super) faults: HashMap<Endpoint, Fault>,
    /// Fields that replace those of the metadata.
    pub(super) metadata: Map<String, Value>,
    pub(super) clients: HashMap<String, Client>,
    pub(super) codes: HashMap<String, Code>,
    /// Refresh tokens, and what they are for.
    pub(super) refresh: HashMap<String, Grant>,
    /// Tokens that are good, and what introspection says of them.
    pub(super) tokens: HashMap<String, Map<String, Value>>,
    pub(super) denied: bool,
    pub(super) asked: HashMap<Endpoint, usize>,
    pub(super) last: HashMap<Endpoint, Vec<(String, String)>>,
}

#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) secret: Option<String>,
    pub(super) redirects: Vec<String>,
}

/// What a user consented to.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) client: String,
    pub(super) subject: String,
    pub(super) scope: Option<String>,
    pub(super) resource: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) grant: Grant,
    pub(super) redirect: String,
    pub(super) challenge: String,
}

// === impl State ===

impl State {
    pub(super) fn new() -> Self {
        Self {
            keys: Arc::new(Keys::generate()),
            more_keys: Vec::new(),
            max_age: None,
            faults: HashMap::new(),
            metadata: Map::new(),
            clients: HashMap::new(),
            codes: HashMap::new(),
            refresh: HashMap::new(),
            tokens: HashMap::new(),
            denied: false,
            asked: HashMap::new(),
            last: HashMap::new(),
        }
    }

    pub(super) fn add_client(&mut self, id: &str, secret: Option<String>, redirects: Vec<String>) {
        self.clients
            .insert(id.to_owned(), Client { secret, redirects });
    }
}
