//! A router at work.

use serde_json::json;
use std::sync::Arc;
use tidegate_era::Facts;
use tidegate_model::{CacheHint, Call, Complete, Failure, Method, Outcome};

use super::{
    build::Router,
    complete::{self, Completion},
    prompt::plain,
    resource::{Reading, ResourceRequest},
};
use crate::{
    caller::Caller,
    context::Context,
    handler::{Handler, Reply},
    offer::Offered,
};

impl Handler for Router {
    fn offer(&self, _: &Caller) -> Offered {
        Offered::Now(Arc::clone(&self.snapshot().offer))
    }

    fn call(&self, call: Call, cx: Context) -> Reply {
        match &call.method {
            Method::ToolsCall => self.call_tool(&call, cx),
            Method::ResourcesRead => self.read(&call, cx),
            Method::PromptsGet => self.get_prompt(&call, cx),
            Method::Complete => self.complete(&call, cx),
            Method::SkillsList | Method::SkillsGet | Method::DirectoryRead => {
                Reply::Ready(self.answer_skills(&call))
            }
            list => Reply::Ready(self.list(list, &call, &cx.caller().facts)),
        }
    }

    fn problems(&self) -> Vec<String> {
        let lost = self
            .completers
            .iter()
            .filter(|one| !self.has_place(&one.place));
        let lost = lost.map(|one| format!("{} is completed, but is not there", one.place));
        let doubles = self.resources_in_skills();
        self.problems
            .iter()
            .cloned()
            .chain(lost)
            .chain(doubles)
            .collect()
    }
}

impl Router {
    fn call_tool(&self, call: &Call, cx: Context) -> Reply {
        let name = call.name.as_ref().map_or("", |name| name.as_str());
        match self.by_name.get(name) {
            Some(entry) => entry.call(call.arguments.as_ref(), cx),
            None => refuse(Failure::unknown_name(format_args!(
                "no such tool: {name}; tools/list shows what there is"
            ))),
        }
    }

    fn get_prompt(&self, call: &Call, cx: Context) -> Reply {
        let name = call.name.as_ref().map_or("", |name| name.as_str());
        match self.prompts.iter().find(|entry| entry.prompt.name == name) {
            Some(entry) => entry.get(call.arguments.as_ref(), cx),
            None => refuse(Failure::unknown_name(format_args!(
                "no such prompt: {name}; prompts/list shows what there is"
            ))),
        }
    }

    fn read(&self, call: &Call, cx: Context) -> Reply {
        let Some(uri) = &call.uri else {
            return refuse(Failure::invalid_params(
                "resources/read needs the resource's `uri`",
            ));
        };
        let uri = uri.as_str();
        let cache = self.cache;
        match self.begin_read(uri, cx) {
            Some(reading) => Reply::running(read_answer(reading, cache)),
            None => refuse(Failure::not_found(uri)),
        }
    }

    fn begin_read(&self, uri: &str, cx: Context) -> Option<Reading> {
        let mut request = ResourceRequest {
            uri: uri.to_owned(),
            ..ResourceRequest::default()
        };
        if let Some(entry) = self
            .resources
            .iter()
            .find(|entry| entry.resource.uri == uri)
        {
            return Some((entry.read)(request, cx));
        }
        if let Some(contents) = self.skill_file(uri) {
            return Some(Box::pin(std::future::ready(Ok(vec![contents]))));
        }
        let (entry, vars) = self
            .templates
            .iter()
            .find_map(|entry| entry.pattern.match_uri(uri).map(|vars| (entry, vars)))?;
        request.vars = vars;
        Some((entry.read)(request, cx))
    }

    fn complete(&self, call: &Call, cx: Context) -> Reply {
        let (place, request) = match complete::read(&call.params) {
            Ok(read) => read,
            Err(failure) => return refuse(failure),
        };
        match self.completers.iter().find(|one| one.place == place) {
            Some(entry) => entry.complete(request, cx),
            None if self.has_place(&place) => Reply::Ready(Completion::default().into()),
            None => refuse(Failure::invalid_params(format_args!(
                "there is no {place}; prompts/list and resources/templates/list show what there is"
            ))),
        }
    }

    fn list(&self, method: &Method, call: &Call, facts: &Facts) -> Outcome {
        let snapshot = self.snapshot();
        let list = match method {
            Method::ToolsList => snapshot.tools(facts),
            Method::ResourcesList => &snapshot.resources,
            Method::TemplatesList => &snapshot.templates,
            Method::PromptsList => &snapshot.prompts,
            other => return Failure::method_not_found(other.name()).into(),
        };
        list.page(call.cursor.as_ref(), self.cache)
    }
}

async fn read_answer(reading: Reading, cache: CacheHint) -> Outcome {
    match reading.await {
        Ok(contents) => Outcome::Complete(Complete {
            result: json!({ "contents": contents }).into(),
            meta: None,
            // What a resource holds may change at any time; what it is called does not.
            cache: Some(CacheHint { ttl_ms: 0, ..cache }),
        }),
        Err(failure) => plain(&failure).into(),
    }
}

fn refuse(failure: Failure) -> Reply {
    Reply::Ready(failure.into())
}
