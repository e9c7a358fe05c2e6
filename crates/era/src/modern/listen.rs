//! What a listener asks to hear of, and what it is told that it will (2026-07-28 subscriptions).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tidegate_model::{Capabilities, Lists, Raw, TASKS};

use crate::reject::{Reject, code};

/// The `notifications` of a `subscriptions/listen`, and of its acknowledgement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Changes of the list of tools.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tools_list_changed: bool,
    /// Changes of the list of prompts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prompts_list_changed: bool,
    /// Changes of the list of resources.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resources_list_changed: bool,
    /// Changes of single resources, by their URIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_subscriptions: Option<Vec<String>>,
    /// How tasks stand, by their ids (the tasks extension).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_ids: Option<Vec<String>>,
}

// === impl Filter ===

impl Filter {
    /// Returns all that a server with these capabilities tells of.
    #[must_use]
    pub fn offered(capabilities: &Capabilities) -> Self {
        let changes =
            |lists: &Option<Lists>| lists.as_ref().is_some_and(|lists| lists.list_changed);
        let resources = capabilities.resources.as_ref();
        Self {
            tools_list_changed: changes(&capabilities.tools),
            prompts_list_changed: changes(&capabilities.prompts),
            resources_list_changed: changes(&capabilities.resources),
            resource_subscriptions: resources
                .is_some_and(|lists| lists.subscribe)
                .then(Vec::new),
            task_ids: capabilities.has_extension(TASKS).then(Vec::new),
        }
    }

    /// Reads the parameters of `subscriptions/listen`, which may name `most` resources
    /// and as many tasks, by names that are `bytes` long together.
    ///
    /// # Errors
    ///
    /// When `notifications` is missing, is no such object, names more, or their names are longer
    /// than `bytes` together.
    pub fn read(params: &Raw, most: usize, bytes: usize) -> Result<Self, Reject> {
        // An object and nothing else: serde would also read a list of the fields.
        #[derive(Deserialize)]
        struct Params {
            notifications: Map<String, Value>,
        }

        let read = params
            .decode()
            .and_then(|Params { notifications }| Self::deserialize(Value::Object(notifications)));
        let filter = read.map_err(|error| {
            invalid(format!(
                "params.notifications must say what to listen to, as in \
                 {{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"file:///a\"]}}: {error}"
            ))
        })?;
        let named = [
            ("resourceSubscriptions", &filter.resource_subscriptions),
            ("taskIds", &filter.task_ids),
        ];
        for (field, names) in named {
            let named = names.as_ref().map_or(0, Vec::len);
            if named > most {
                return Err(invalid(format!(
                    "{field} names {named}, and one stream listens to {most} at most; open several"
                )));
            }
            let long: usize = names.iter().flatten().map(String::len).sum();
            if long > bytes {
                return Err(invalid(format!(
                    "{field} is {long} bytes long, and may be {bytes} for one stream; open several"
                )));
            }
        }
        Ok(filter)
    }

    /// Returns the part of it that a server that tells of `offered` honours.
    #[must_use]
    pub fn honoured(self, offered: &Self) -> Self {
        Self {
            tools_list_changed: self.tools_list_changed && offered.tools_list_changed,
            prompts_list_changed: self.prompts_list_changed && offered.prompts_list_changed,
            resources_list_changed: self.resources_list_changed && offered.resources_list_changed,
            resource_subscriptions: self
                .resource_subscriptions
                .filter(|_| offered.resource_subscriptions.is_some()),
            task_ids: self.task_ids.filter(|_| offered.task_ids.is_some()),
        }
    }

    /// Returns whether it names changes of lists or of resources.
    #[must_use]
    pub fn names_changes(&self) -> bool {
        let lists = [
            self.tools_list_changed,
            self.prompts_list_changed,
            self.resources_list_changed,
        ];
        lists.contains(&true) || self.resource_subscriptions.is_some()
    }

    /// Returns whether there is nothing in it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

fn invalid(why: String) -> Reject {
    Reject::bad_request(code::INVALID_PARAMS, why)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(params: Value) -> Result<Filter, Reject> {
        Filter::read(&params.into(), 2, 10)
    }

    #[test]
    fn notifications_are_an_object_of_the_right_shape() {
        for wrong in [
            json!({}),
            json!({ "notifications": null }),
            json!({ "notifications": [] }),
            json!({ "notifications": true }),
            json!({ "notifications": { "toolsListChanged": "yes" } }),
            json!({ "notifications": { "resourceSubscriptions": "file:///a" } }),
            json!({ "notifications": { "resourceSubscriptions": [1] } }),
            json!({ "notifications": { "resourceSubscriptions": ["a", "b", "c"] } }),
            json!({ "notifications": { "resourceSubscriptions": ["memo://", "abcd"] } }),
            json!({ "notifications": { "taskIds": "a" } }),
            json!({ "notifications": { "taskIds": ["a", "b", "c"] } }),
        ] {
            let reject = read(wrong.clone()).expect_err("refused");
            assert_eq!(
                (reject.status.as_u16(), reject.code),
                (400, -32602),
                "{wrong}"
            );
        }
        let nothing = read(json!({ "notifications": { "future": {}, "toolsListChanged": false } }));
        assert!(nothing.expect("reads").is_nothing());
    }

    #[test]
    fn what_is_not_offered_is_left_out() {
        let all = json!({ "notifications": {
            "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
            "resourceSubscriptions": ["memo://a"], "taskIds": ["t1"],
        } });
        let asked = read(all).expect("reads");
        let capabilities = |told: Lists| Capabilities {
            tools: Some(Lists::default()),
            resources: Some(told),
            ..Capabilities::default()
        };
        for (list_changed, subscribe, honoured) in [
            (false, false, json!({})),
            (true, false, json!({ "resourcesListChanged": true })),
            (
                false,
                true,
                json!({ "resourceSubscriptions": ["memo://a"] }),
            ),
        ] {
            let offered = Filter::offered(&capabilities(Lists {
                list_changed,
                subscribe,
            }));
            assert_eq!(offered.is_nothing(), honoured == json!({}));
            let left = asked.clone().honoured(&offered);
            assert_eq!(serde_json::to_value(left).expect("JSON"), honoured);
        }
    }
}
