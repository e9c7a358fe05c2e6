//! What a listener wants to hear of.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tidegate_model::{Capabilities, Change};

use crate::message::Notification;

/// What a listener wants to hear of.
///
/// ```
/// use tidegate_client::Topics;
///
/// let topics = Topics::lists().resource("file:///notes.txt");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[must_use = "topics are for `Client::listen`"]
pub struct Topics {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    tools_list_changed: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    prompts_list_changed: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    resources_list_changed: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resource_subscriptions: Vec<String>,
}

// === impl Topics ===

impl Topics {
    /// Returns nothing, to be added to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the lists of tools, prompts and resources.
    pub fn lists() -> Self {
        Self::new().tools().prompts().resources()
    }

    /// Adds the list of tools.
    pub const fn tools(mut self) -> Self {
        self.tools_list_changed = true;
        self
    }

    /// Adds the list of prompts.
    pub const fn prompts(mut self) -> Self {
        self.prompts_list_changed = true;
        self
    }

    /// Adds the list of resources.
    pub const fn resources(mut self) -> Self {
        self.resources_list_changed = true;
        self
    }

    /// Adds one resource, by its URI.
    pub fn resource(mut self, uri: impl Into<String>) -> Self {
        let uri = uri.into();
        if !self.resource_subscriptions.contains(&uri) {
            self.resource_subscriptions.push(uri);
        }
        self
    }

    /// Returns whether nothing is wanted.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !self.tools_list_changed
            && !self.prompts_list_changed
            && !self.resources_list_changed
            && self.resource_subscriptions.is_empty()
    }

    /// Returns whether a change is one of these.
    #[must_use]
    pub fn wants(&self, change: &Change) -> bool {
        match change {
            Change::Tools => self.tools_list_changed,
            Change::Prompts => self.prompts_list_changed,
            Change::Resources => self.resources_list_changed,
            Change::Resource(uri) => {
                let mut wanted = self.resource_subscriptions.iter();
                wanted.any(|wanted| is_part(uri, wanted))
            }
            _ => false,
        }
    }

    /// Returns each of these as if it had changed.
    pub(crate) fn all(&self) -> Vec<Change> {
        let lists = [
            (self.tools_list_changed, Change::Tools),
            (self.prompts_list_changed, Change::Prompts),
            (self.resources_list_changed, Change::Resources),
        ];
        let lists = lists
            .into_iter()
            .filter_map(|(on, change)| on.then_some(change));
        let resources = self.resource_subscriptions.iter().cloned();
        lists.chain(resources.map(Change::Resource)).collect()
    }

    /// Returns the resources by their URIs.
    pub(crate) fn uris(&self) -> &[String] {
        &self.resource_subscriptions
    }

    /// Returns what of these a server with such capabilities tells.
    pub(crate) fn offered(mut self, server: &Capabilities) -> Self {
        let tells = |lists: &Option<tidegate_model::Lists>| {
            lists.as_ref().is_some_and(|lists| lists.list_changed)
        };
        self.tools_list_changed &= tells(&server.tools);
        self.prompts_list_changed &= tells(&server.prompts);
        self.resources_list_changed &= tells(&server.resources);
        if !server
            .resources
            .as_ref()
            .is_some_and(|lists| lists.subscribe)
        {
            self.resource_subscriptions.clear();
        }
        self
    }
}

/// Whether `uri` is the resource `whole`, or lies in it: servers tell of parts of what is listened
/// to as well (2026-07-28 schema ResourceUpdatedNotificationParams).
fn is_part(uri: &str, whole: &str) -> bool {
    let Some(rest) = uri.strip_prefix(whole) else {
        return false;
    };
    rest.is_empty() || whole.ends_with('/') || rest.starts_with(['/', '?', '#'])
}

/// Returns the change a notification tells of, if it tells of one.
pub(crate) fn change(told: &Notification) -> Option<Change> {
    match told.method.as_str() {
        "notifications/tools/list_changed" => Some(Change::Tools),
        "notifications/prompts/list_changed" => Some(Change::Prompts),
        "notifications/resources/list_changed" => Some(Change::Resources),
        "notifications/resources/updated" => {
            let params: Value = told.params.decode().ok()?;
            Some(Change::Resource(params["uri"].as_str()?.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn topics_are_the_filter_on_the_wire() {
        let topics = Topics::new()
            .tools()
            .resource("test://a")
            .resource("test://a");
        assert_eq!(
            json!(topics),
            json!({"toolsListChanged": true, "resourceSubscriptions": ["test://a"]})
        );
        assert!(topics.wants(&Change::Resource("test://a/part".to_owned())));
        assert!(!topics.wants(&Change::Resource("test://ab".to_owned())));
        assert!(!topics.wants(&Change::Prompts));
        assert!(Topics::new().is_empty());
    }

    #[test]
    fn only_what_is_offered_is_told() {
        let server: Capabilities =
            serde_json::from_value(json!({"tools": {"listChanged": true}, "resources": {}}))
                .expect("capabilities");
        let topics = Topics::lists().resource("test://a").offered(&server);
        assert_eq!(topics, Topics::new().tools());
    }
}
