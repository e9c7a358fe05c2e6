//! What a notification says of where it belongs.

use serde::Deserialize;
use tidegate_era::Params;
use tidegate_model::Id;

/// What a notification says of where it belongs. What is misshapen says nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Marks {
    progress_token: Option<Id>,
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

#[derive(Debug, Default, Deserialize)]
struct Meta {
    #[serde(rename = "io.modelcontextprotocol/subscriptionId")]
    subscription: Option<Id>,
    /// Tidegate's own servers say on a channel which request a log message is of.
    #[serde(rename = "tidegate/requestId")]
    request: Option<Id>,
}

// === impl Marks ===

impl Marks {
    pub(super) fn read(params: &Params) -> Self {
        let read = params.raw.as_ref().map(tidegate_model::Raw::decode);
        read.and_then(Result::ok).unwrap_or_default()
    }

    pub(super) fn progress_token(&self) -> Option<Id> {
        self.progress_token.clone()
    }

    pub(super) fn subscription(&self) -> Option<Id> {
        self.meta.as_ref()?.subscription.clone()
    }

    pub(super) fn request(&self) -> Option<Id> {
        self.meta.as_ref()?.request.clone()
    }
}
