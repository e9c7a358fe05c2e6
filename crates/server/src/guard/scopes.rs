//! What a caller may do: judged once the call is read, before its handler hears of it.

use std::borrow::Cow;

use http::StatusCode;
use serde::Deserialize;
use tidegate_era::{Reject, code};
use tidegate_handler::Offer;
use tidegate_model::{Call, Method, Principal, Scopes};

use super::Callers;

/// What a completion is for.
#[derive(Deserialize)]
struct Completion {
    #[serde(rename = "ref")]
    of: Of,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Of {
    #[serde(rename = "ref/prompt")]
    Prompt { name: String },
    #[serde(rename = "ref/resource")]
    Resource { uri: String },
}

// === impl Callers ===

impl Callers {
    /// Lets a call through if its caller has the scopes that it needs, or says all of those it needs
    /// (2026-07-28 authorization §Scope Challenge Handling).
    pub(crate) fn may(
        &self,
        principal: Option<&Principal>,
        call: &Call,
        offer: &Offer,
    ) -> Result<(), Reject> {
        let covered = self.cover(principal, &self.needed(call, offer));
        covered.map_err(|reject| reject.for_id(Some(call.id.clone())))
    }

    /// Lets a caller hear of a resource, as it would let it read it.
    pub(crate) fn may_watch(&self, principal: Option<&Principal>, uri: &str) -> Result<(), Reject> {
        self.cover(principal, self.policy.needs(&Method::Subscribe, Some(uri)))
    }

    /// Returns the scopes that a call needs: by the tool's own word, and by the policy.
    fn needed<'a>(&'a self, call: &Call, offer: &'a Offer) -> Cow<'a, Scopes> {
        // By what the handler goes by, and by nothing that stands beside it.
        let name = match &call.method {
            Method::ToolsCall | Method::PromptsGet => call.name.as_ref(),
            Method::Complete => return Cow::Borrowed(self.completing(call)),
            _ => call.uri.as_ref(),
        };
        let name = name.map(|name| name.as_str());
        let policy = self.policy.needs(&call.method, name);
        let is_call = call.method == Method::ToolsCall && !offer.scopes.is_empty();
        let own = name
            .filter(|_| is_call)
            .and_then(|name| offer.scopes.get(name));
        match own {
            None => Cow::Borrowed(policy),
            Some(own) if policy.is_empty() => Cow::Borrowed(own),
            Some(own) => Cow::Owned(own.and(policy)),
        }
    }

    /// Returns what it needs to complete an argument: what getting the prompt does, or reading the
    /// resource. What names neither is refused by the handler.
    fn completing(&self, call: &Call) -> &Scopes {
        let completion = call.params.decode::<Completion>().ok();
        match completion.map(|completion| completion.of) {
            Some(Of::Prompt { name }) => self.policy.needs(&Method::PromptsGet, Some(&name)),
            Some(Of::Resource { uri }) => self.policy.needs(&Method::ResourcesRead, Some(&uri)),
            None => self.policy.needs(&Method::Complete, None),
        }
    }

    /// Lets in whoever has the scopes that everything needs, where no message says more.
    pub(crate) fn may_come_in(&self, principal: Option<&Principal>) -> Result<(), Reject> {
        self.cover(principal, self.policy.needs(&Method::Ping, None))
    }

    /// Compares what is needed with what a caller has.
    fn cover(&self, principal: Option<&Principal>, needed: &Scopes) -> Result<(), Reject> {
        if needed.is_empty() || principal.is_some_and(|principal| principal.may(needed)) {
            return Ok(());
        }
        Err(self.lacking(principal, needed))
    }

    fn lacking(&self, principal: Option<&Principal>, needed: &Scopes) -> Reject {
        if principal.is_none() {
            return Reject::new(
                StatusCode::FORBIDDEN,
                code::INVALID_REQUEST,
                "this is for callers that are known, and the server has no authentication",
            );
        }
        let mut reject = Reject::new(
            StatusCode::FORBIDDEN,
            code::INVALID_REQUEST,
            format!("this needs the scopes: {needed}"),
        );
        reject.data = Some(serde_json::json!({ "scopes": needed.to_string() }).into());
        super::callers::challenging(reject, Some(self.challenge.insufficient(needed)))
    }
}
