//! What a caller may do: judged once the call is read, before its handler hears of it.

use http::StatusCode;
use tidegate_era::{Reject, code};
use tidegate_handler::Offer;
use tidegate_model::{Call, Method, Principal, Scopes};

/// Lets a call through if its caller has the scopes that it needs, or says all of those it needs
/// (2026-07-28 authorization §Scope Challenge Handling).
pub(crate) fn may(principal: Option<&Principal>, call: &Call, offer: &Offer) -> Result<(), Reject> {
    match needed(call, offer) {
        Some(needed) if !principal.is_some_and(|principal| principal.may(needed)) => {
            Err(lacking(principal, needed).for_id(Some(call.id.clone())))
        }
        _ => Ok(()),
    }
}

/// Returns the scopes that a call needs.
fn needed<'a>(call: &Call, offer: &'a Offer) -> Option<&'a Scopes> {
    if offer.scopes.is_empty() || call.method != Method::ToolsCall {
        return None;
    }
    offer.scopes.get(call.name.as_ref()?.as_str())
}

fn lacking(principal: Option<&Principal>, needed: &Scopes) -> Reject {
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
    let data = serde_json::json!({ "scopes": needed.to_string() });
    reject.data = Some(data.into());
    reject.challenging(format!(
        r#"Bearer error="insufficient_scope", scope="{needed}""#
    ))
}
